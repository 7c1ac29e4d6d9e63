import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand, S3Client, type S3ServiceException } from '@aws-sdk/client-s3';
import { LOCAL_REGION } from '../service/template.ts';
import type { StreamingWorld } from '../streaming-world.ts';

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;

/**
 * Writes objects as AWS' own services do: over the S3 protocol, signed by a role, at the gateway. An
 * object that S3 cannot take, as on a full disk, is retried until it can, or `signal` is aborted.
 */
export function createPutObject(
  endpoint: string,
  signal: AbortSignal,
): StreamingWorld['putObject'] {
  const clients = new Map<string, S3Client>();
  const clientOf = (role: string) => {
    const known = clients.get(role);
    if (known) return known;
    const credentials = { accessKeyId: role, secretAccessKey: 'local' };
    const client = new S3Client({ endpoint, region: LOCAL_REGION, credentials, maxAttempts: 1 });
    clients.set(role, client);
    return client;
  };
  return async (role, Bucket, Key, Body) => {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(MAX_PAUSE_MS, 2 * pauseMs)) {
      try {
        await clientOf(role).send(new PutObjectCommand({ Bucket, Key, Body }));
        return;
      } catch (error) {
        if (signal.aborted || !isTransient(error as PutError)) throw error;
        await sleep(pauseMs, undefined, { signal }).catch(() => {
          throw error;
        });
      }
    }
  };
}

type PutError = Partial<Pick<S3ServiceException, '$metadata'>> & NodeJS.ErrnoException;

/** A fault of S3, or of the connection: Node's own mistakes are ERR_…. */
const isTransient = ({ $metadata, code = '' }: PutError): boolean =>
  ($metadata?.httpStatusCode ?? 0) >= 500 || /^E(?!RR_)/.test(code);
