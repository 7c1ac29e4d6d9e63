import { AwsError } from '../gateway/aws-error.ts';
import type { JsonService } from '../gateway/json-protocol.ts';

interface Parameter {
  value: string;
  type: string;
  version: number;
}

/** Parameter Store, in memory: secrets of the local stage never touch the disk. */
export function createSsm(initial: Record<string, string>): JsonService {
  const parameters = new Map<string, Parameter>(
    Object.entries(initial).map(([name, value]) => [
      name,
      { value, type: 'SecureString', version: 1 },
    ]),
  );
  const describe = (name: string, { value, type, version }: Parameter) => ({
    Name: name,
    Type: type,
    Value: value,
    Version: version,
  });
  return {
    GetParameter({ Name }) {
      const name = String(Name);
      const parameter = parameters.get(name);
      if (!parameter) throw new AwsError('ParameterNotFound', `Parameter ${name} not found`);
      return { Parameter: describe(name, parameter) };
    },
    GetParameters({ Names }) {
      const names = Names as string[];
      return {
        Parameters: names.flatMap((name) => {
          const parameter = parameters.get(name);
          return parameter ? [describe(name, parameter)] : [];
        }),
        InvalidParameters: names.filter((name) => !parameters.has(name)),
      };
    },
    PutParameter({ Name, Value, Type, Overwrite }) {
      const before = parameters.get(String(Name));
      if (before && !Overwrite)
        throw new AwsError('ParameterAlreadyExists', 'Overwrite is not set');
      const version = (before?.version ?? 0) + 1;
      parameters.set(String(Name), { value: String(Value), type: String(Type), version });
      return { Version: version, Tier: 'Standard' };
    },
  };
}
