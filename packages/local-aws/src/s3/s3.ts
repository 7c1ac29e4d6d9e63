import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { dirname, join, resolve, sep } from 'node:path';
import { buildApp } from 'fauxqs';
import type { PutObject } from '../events/object-created.ts';
import { keysUnder } from './keys-under.ts';

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type S3Store = Stores['s3Store'];

/** An error that the S3 protocol passes on with its code. */
class S3Error extends Error {
  readonly code: string;
  readonly statusCode: number;
  constructor(code: string, message: string, statusCode: number) {
    super(message);
    this.name = 'S3Error';
    this.code = code;
    this.statusCode = statusCode;
  }
  toXml(): string {
    return `<?xml version="1.0"?><Error><Code>${this.code}</Code><Message>${this.message}</Message></Error>`;
  }
}

/** The S3 protocol (fauxqs) over plain files `<folder>/<bucket>/<key>`, which DuckDB reads as they are. */
export async function createS3(
  folder: string,
  buckets: string[],
  onPut: (object: PutObject) => void = () => {},
  onUnwritable: (error: NodeJS.ErrnoException) => void = () => {},
) {
  const store = createFileStore(folder, onPut, onUnwritable);
  for (const bucket of buckets) store.createBucket(bucket);
  const app = buildApp({ logger: false, stores: { s3Store: store } as unknown as Stores });
  // fauxqs knows the errors of its own store; ours reach this handler.
  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof S3Error)) return reply.status(500).send((error as Error).message);
    reply.status(error.statusCode).header('content-type', 'application/xml');
    return reply.send(request.method === 'HEAD' ? '' : error.toXml());
  });
  app.addHook('preHandler', (request, _reply, done) => {
    done(request.method === 'PUT' ? conditionError(store, request) : undefined);
  });
  await app.ready();
  return app;
}

/** Of a conditional write, which fauxqs ignores: the ETag that is there, or that nothing is there. */
function conditionError(
  store: ReturnType<typeof createFileStore>,
  { headers, params }: { headers: IncomingHttpHeaders; params: unknown },
): S3Error | undefined {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match === undefined && noneMatch === undefined) return undefined;
  const { bucket = '', '*': key = '' } = params as Record<string, string>;
  const found = store.etagOf(bucket, key);
  if (match !== undefined && found === undefined) {
    return new S3Error('NoSuchKey', 'The specified key does not exist.', 404);
  }
  if (noneMatch === undefined ? match === found : found === undefined) return undefined;
  return new S3Error(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    412,
  );
}

/** What fauxqs asks of a store, kept on disk: a put replaces the whole file or leaves it alone. */
function createFileStore(
  folder: string,
  onPut: (object: PutObject) => void,
  onUnwritable: (error: NodeJS.ErrnoException) => void,
) {
  const bucketPath = (bucket: string) => join(folder, bucket);
  const hasBucket = (bucket: string) => existsSync(bucketPath(bucket));

  function pathOf(bucket: string, key: string): string {
    if (!hasBucket(bucket)) {
      throw new S3Error('NoSuchBucket', `The specified bucket does not exist: ${bucket}`, 404);
    }
    const path = resolve(bucketPath(bucket), key);
    if (!path.startsWith(bucketPath(bucket) + sep)) {
      throw new S3Error('InvalidArgument', 'The key leaves the bucket', 400);
    }
    return path;
  }

  function objectAt(key: string, path: string, body: Buffer) {
    return {
      key,
      body,
      contentType: key.endsWith('.json') ? 'application/json' : 'application/octet-stream',
      contentLength: body.length,
      etag: `"${createHash('md5').update(body).digest('hex')}"`,
      lastModified: statSync(path).mtime,
      metadata: {},
    };
  }

  function getObject(bucket: string, key: string) {
    const path = pathOf(bucket, key);
    if (!existsSync(path)) {
      throw new S3Error('NoSuchKey', 'The specified key does not exist.', 404);
    }
    return objectAt(key, path, readFileSync(path));
  }

  let puts = 0;
  function write(path: string, body: Buffer): void {
    const unfinished = join(folder, `.put-${process.pid}-${puts++}`);
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(unfinished, body);
      renameSync(unfinished, path);
    } catch (error) {
      rmSync(unfinished, { force: true });
      const cause = error as NodeJS.ErrnoException;
      onUnwritable(cause);
      throw new S3Error('InternalError', `The object cannot be written: ${cause.code}`, 500);
    }
  }

  const store = {
    createBucket: (bucket: string) => mkdirSync(bucketPath(bucket), { recursive: true }),
    hasBucket,
    listBuckets: () =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => ({ name, creationDate: statSync(bucketPath(name)).birthtime }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    getObject,
    headObject: getObject,
    etagOf(bucket: string, key: string): string | undefined {
      return existsSync(pathOf(bucket, key)) ? getObject(bucket, key).etag : undefined;
    },
    putObject(bucket: string, key: string, body: Buffer) {
      const path = pathOf(bucket, key);
      write(path, body);
      const object = objectAt(key, path, body);
      onPut({ bucket, key, size: body.length, etag: object.etag.replaceAll('"', '') });
      return object;
    },
    deleteObject: (bucket: string, key: string) => rmSync(pathOf(bucket, key), { force: true }),
    deleteObjects(bucket: string, keys: string[]) {
      for (const key of keys) store.deleteObject(bucket, key);
      return keys;
    },
    listObjects(bucket: string, options: ListOptions = {}) {
      const { prefix = '', delimiter, maxKeys = 1_000 } = options;
      const after = options.startAfter ?? options.marker ?? '';
      pathOf(bucket, `${prefix}x`); // '.' would be the bucket itself
      const keys = new Set(keysUnder(bucketPath(bucket), prefix));
      const entries = [...new Set([...keys].map((key) => rollUp(key, prefix, delimiter)))];
      const later = entries.filter((entry) => entry > after);
      const page = later.slice(0, maxKeys);
      return {
        objects: page.filter((entry) => keys.has(entry)).map((key) => getObject(bucket, key)),
        commonPrefixes: page.filter((entry) => !keys.has(entry)),
        isTruncated: later.length > maxKeys,
      };
    },
  };
  return store as typeof store & Partial<S3Store>;
}

/** A key, or the common prefix that stands for it: up to the first delimiter behind the prefix. */
function rollUp(key: string, prefix: string, delimiter: string | undefined): string {
  const at = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
  return at === -1 ? key : key.slice(0, at + (delimiter as string).length);
}

interface ListOptions {
  prefix?: string;
  delimiter?: string;
  maxKeys?: number;
  startAfter?: string;
  marker?: string;
}
