import { InvalidInput } from './errors.ts';

/** Wraps calls: until one was answered, an address where nobody listens is a mistake, no fault. */
export function createContact(): <T>(call: () => Promise<T>) => Promise<T> {
  let isAnswered = false;
  return async (call) => {
    try {
      const answer = await call();
      isAnswered = true;
      return answer;
    } catch (error) {
      const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
      if ($metadata?.httpStatusCode !== undefined) isAnswered = true;
      if (isAnswered || !isUnreachable(error)) throw error;
      throw new InvalidInput(`Nothing answers: ${(error as Error).message || 'no connection'}`, {
        cause: error,
      });
    }
  };
}

const isUnreachable = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(
    String((error as { code?: unknown }).code),
  );
