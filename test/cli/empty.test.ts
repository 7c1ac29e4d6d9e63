import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { run } from './fake-lake.ts';

const LAKE = 'tributary-dev-lake-111122223333';
const USA = 'tributary-dev-sessions-usa-111122223333';

/** Bucket names with the versions that they hold. */
let buckets: Map<string, string[]>;
let failing: string | undefined;
let server: Server;
let env: Record<string, string>;

beforeEach(async () => {
  buckets = new Map([
    [LAKE, Array.from({ length: 1_500 }, (_, i) => `raw/${i}`)],
    [USA, ['firehose/a']],
    ['tributary-dev-2-lake-111122223333', ['raw/of-another-stage']],
    ['tributary-dev-serverlessdeploymentbucket-x1', ['package']],
  ]);
  failing = undefined;
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://s3');
    const bucket = url.pathname.split('/')[1] ?? '';
    let body = '';
    for await (const chunk of request) body += chunk;
    response.setHeader('content-type', 'application/xml');
    response.setHeader('x-amz-request-id', '1');
    response.end(respond(bucket, url, body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  env = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** ListBuckets, ListObjectVersions and DeleteObjects, as far as the command reads them. */
function respond(bucket: string, url: URL, body: string): string {
  const held = buckets.get(bucket) ?? [];
  if (url.searchParams.has('versions')) {
    const [first, ...versions] = held.slice(0, 1_000).map((key) => ofVersion(key));
    return `<ListVersionsResult>${first ? `<DeleteMarker>${first}</DeleteMarker>` : ''}${versions
      .map((each) => `<Version>${each}</Version>`)
      .join('')}</ListVersionsResult>`;
  }
  if (url.searchParams.has('delete')) {
    const keys = [...body.matchAll(/<Key>([^<]*)<\/Key><VersionId>/g)].map(([, key]) => key);
    if (failing !== undefined) {
      return `<DeleteResult><Error><Key>${keys[0]}</Key><Code>AccessDenied</Code><Message>${failing}</Message></Error></DeleteResult>`;
    }
    buckets.set(
      bucket,
      held.filter((key) => !keys.includes(key)),
    );
    return '<DeleteResult/>';
  }
  const names = [...buckets.keys()].map((name) => `<Bucket><Name>${name}</Name></Bucket>`);
  return `<ListAllMyBucketsResult><Buckets>${names.join('')}</Buckets></ListAllMyBucketsResult>`;
}

const ofVersion = (key: string) => `<Key>${key}</Key><VersionId>v-${key}</VersionId>`;

describe('tributary empty', () => {
  it('lists the buckets of exactly this stage, and deletes nothing', async () => {
    await expect(run(['empty', '--stage', 'dev'], env)).resolves.toEqual({
      status: 0,
      stdout: `${LAKE}\n${USA}\n`,
      stderr: 'Nothing is deleted yet: --yes deletes all they hold\n',
    });
    expect(buckets.get(LAKE)).toHaveLength(1_500);
  });

  it('with --yes deletes every version and every delete marker of them', async () => {
    await expect(run(['empty', '--stage', 'dev', '--yes'], env)).resolves.toEqual({
      status: 0,
      stdout: `${LAKE}: 1,500 versions deleted\n${USA}: 1 version deleted\n`,
      stderr: '',
    });
    expect([...buckets.values()].map(({ length }) => length)).toEqual([0, 0, 1, 1]);
  });

  it('deletes in the buckets that are named, and in no other', async () => {
    await run(['empty', '--stage', 'dev', USA, '--yes'], env);
    expect([...buckets.values()].map(({ length }) => length)).toEqual([1_500, 0, 1, 1]);
  });

  it('takes an RSS feed for no list of buckets', async () => {
    const feed = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/xml' });
      response.end('<?xml version="1.0"?><rss version="2.0"><channel/></rss>');
    }).listen(0, '127.0.0.1');
    await once(feed, 'listening');
    const AWS_ENDPOINT_URL = `http://127.0.0.1:${(feed.address() as AddressInfo).port}`;
    await expect(
      run(['empty', '--stage', 'dev', '--yes'], { ...env, AWS_ENDPOINT_URL }),
    ).resolves.toEqual({
      status: 1,
      stdout: '',
      stderr:
        "error: The response is not AWS's (HTTP status 200, text/xml): is the address right, or is a proxy in between?\n",
    });
    feed.close();
  });

  it('says what could not be deleted', async () => {
    failing = 'Access Denied';
    await expect(run(['empty', '--stage', 'dev', '--yes'], env)).resolves.toMatchObject({
      status: 1,
      stderr: `error: ${LAKE}: raw/1: Access Denied\n`,
    });
  });

  it('says where there is nothing to empty', async () => {
    await expect(run(['empty', '--stage', 'test'], env)).resolves.toMatchObject({
      status: 1,
      stderr: 'error: There is no bucket of test: name those that got other names by a setting\n',
    });
    await expect(run(['empty'], env)).resolves.toMatchObject({
      status: 1,
      stderr: 'error: The stage local begins anew with npm start -- --fresh\n',
    });
  });
});
