import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** AWS gives each response an id. */
const XML = { 'content-type': 'application/xml', 'x-amz-request-id': '1' };

/** What AWS answers with an error, by its name. */
export class AwsFault extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: inputs and outputs as they go over the wire
type Action = (input: any) => unknown;

export interface FakeAws {
  url: string;
  /** Actions by `Service.Action`, as the X-Amz-Target header names them; a test may replace one. */
  actions: Record<string, Action>;
  /** Objects by `bucket/key`. */
  objects: Map<string, Buffer>;
  /** The targets that were called, in their order. */
  calls: string[];
  close(): Promise<void>;
}

/** An endpoint as if it were an account: AWS's JSON protocols by header, else S3. */
export async function startFakeAws(actions: Record<string, Action>): Promise<FakeAws> {
  const objects = new Map<string, Buffer>();
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const target = request.headers['x-amz-target'];
    if (typeof target !== 'string') serveS3(objects, request, response);
    else void answer(actions, target, calls, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    actions,
    objects,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  actions: Record<string, Action>,
  target: string,
  calls: string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = target.replace(
    /^(AWSStepFunctions|Logs_20140328|GraniteServiceVersion20100801|AmazonAthena|AWSGlue|Kinesis_20131202)\./,
    '',
  );
  calls.push(name);
  const send = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(body ?? {}));
  };
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const action = actions[name];
    if (!action) throw new AwsFault('UnknownOperationException', `${target} is not served`);
    send(200, await action(JSON.parse(Buffer.concat(chunks).toString() || '{}')));
  } catch (error) {
    const { name: type, message } = error as Error;
    send(error instanceof AwsFault ? 400 : 500, { __type: type, message });
  }
}

function serveS3(
  objects: Map<string, Buffer>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
  const [bucket = '', ...rest] = pathname.slice(1).split('/').map(decodeURIComponent);
  const key = rest.join('/');
  if (key === '') {
    listObjects(objects, bucket, searchParams, response);
    return;
  }
  if (request.method === 'PUT') {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      objects.set(`${bucket}/${key}`, Buffer.concat(chunks));
      response.end();
    });
    return;
  }
  const bytes = objects.get(`${bucket}/${key}`);
  if (!bytes) {
    response.writeHead(404, XML);
    return void response.end('<Error><Code>NoSuchKey</Code><Message>No such key</Message></Error>');
  }
  response.writeHead(200, { 'content-length': bytes.length });
  response.end(bytes);
}

function listObjects(
  objects: Map<string, Buffer>,
  bucket: string,
  params: URLSearchParams,
  response: ServerResponse,
): void {
  const prefix = params.get('prefix') ?? '';
  const delimiter = params.get('delimiter');
  const after = params.get('start-after') ?? '';
  const contents: string[] = [];
  const folders = new Set<string>();
  for (const [path, bytes] of [...objects].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!path.startsWith(`${bucket}/${prefix}`)) continue;
    const key = path.slice(bucket.length + 1);
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    if (end >= 0) folders.add(key.slice(0, end + 1));
    else if (key > after) {
      contents.push(
        `<Contents><Key>${key}</Key><Size>${bytes.length}</Size><LastModified>2026-11-21T06:00:00.000Z</LastModified></Contents>`,
      );
    }
  }
  const common = [...folders].map(
    (folder) => `<CommonPrefixes><Prefix>${folder}</Prefix></CommonPrefixes>`,
  );
  response.writeHead(200, XML);
  response.end(
    `<?xml version="1.0"?><ListBucketResult><Name>${bucket}</Name><IsTruncated>false</IsTruncated>${contents.join('')}${common.join('')}</ListBucketResult>`,
  );
}
