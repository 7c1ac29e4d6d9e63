import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { LOCAL_REGION } from '../service/template.ts';
import type { StreamingWorld } from '../streaming-world.ts';

/** Writes objects as AWS' own services do: over the S3 protocol, signed by a role, at the gateway. */
export function createPutObject(endpoint: string): StreamingWorld['putObject'] {
  const clients = new Map<string, S3Client>();
  const clientOf = (role: string) => {
    const known = clients.get(role);
    if (known) return known;
    const credentials = { accessKeyId: role, secretAccessKey: 'local' };
    const client = new S3Client({ endpoint, region: LOCAL_REGION, credentials });
    clients.set(role, client);
    return client;
  };
  return async (role, Bucket, Key, Body) => {
    await clientOf(role).send(new PutObjectCommand({ Bucket, Key, Body }));
  };
}
