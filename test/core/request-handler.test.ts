import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { errorLine } from '../../cli/lib/error-line.ts';
import { requestHandler } from '../../core/request-handler.ts';

let server: Server | undefined;
let calls = 0;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Serves, and counts calls; resolves to the configuration of a client. */
async function given(respond: RequestListener) {
  calls = 0;
  server = createServer((request, response) => {
    calls++;
    request.resume().on('end', () => respond(request, response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: requestHandler(),
  };
}
type Config = Awaited<ReturnType<typeof given>>;

/** A service that speaks XML in its bodies, one that posts forms, and one of JSON. */
const services: [string, (config: Config) => Promise<unknown>][] = [
  ['S3', (config) => new S3Client(config).send(new ListBucketsCommand())],
  [
    'CloudFormation',
    (config) => new CloudFormationClient(config).send(new DescribeStacksCommand()),
  ],
  ['Step Functions', (config) => new SFNClient(config).send(new ListStateMachinesCommand())],
];

const lineOf = (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    (error) => errorLine(error),
  );

describe.each(services)('A call to %s', (_, send) => {
  it.each([
    [200, 'text/html', '<html>Log in</html>'],
    [200, 'text/xml', '<?xml version="1.0"?><rss version="2.0"><channel/></rss>'],
    [200, 'application/xml', '<feed/>'],
    [200, 'application/rss+xml; charset=utf-8', '<rss version="2.0"/>'],
    [302, 'text/html', '<html>Moved</html>'],
    [403, 'text/plain', 'forbidden by policy'],
    [404, 'text/html; charset=utf-8', '<!doctype html>'],
  ])('says that a response is not AWS’s: %d, %s', async (status, type, body) => {
    const config = await given((_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    });
    expect(await lineOf(send(config))).toBe(
      `The response is not AWS's (HTTP status ${status}, ${type}): is the address right, or is a proxy in between?`,
    );
    expect(calls).toBe(1);
  });

  it('says it of an error without a body, too', async () => {
    const config = await given((_request, response) => void response.writeHead(403).end());
    expect(await lineOf(send(config))).toMatch(
      /^The response is not AWS's \(HTTP status 403, no content type\)/,
    );
  });

  it('repeats what a load balancer may soon no longer say', async () => {
    const config = await given((_request, response) => {
      response.writeHead(503, { 'content-type': 'text/html' }).end('<html>Busy</html>');
    });
    expect(await lineOf(send(config))).toMatch(
      /^The response is not AWS's \(HTTP status 503, text/,
    );
    expect(calls).toBe(3);
  });

  it('leaves to AWS what AWS says', async () => {
    const config = await given((_request, response) => {
      response.writeHead(403, { 'x-amzn-requestid': '1', 'x-amz-request-id': '1' }).end();
    });
    expect(await lineOf(send(config))).toMatch(/: no message$/);
  });

  it('says in words that the connection was closed', async () => {
    const config = await given((request) => void request.socket.destroy());
    expect(await lineOf(send(config))).toBe('No response: socket hang up');
  });
});

it.each(services)('A connection that is refused ends the first call to %s', async (_, send) => {
  const config = await given(() => {});
  server?.close();
  const { host } = new URL(config.endpoint);
  const error = await send(config).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: 'InvalidInput' });
  expect(errorLine(error)).toBe(`Nothing listens on ${host} (ECONNREFUSED): is the address right?`);
});

it.each(services)('One that is refused later is a fault, which %s repeats', async (_, send) => {
  const config = await given((_request, response) => {
    response.writeHead(403, { 'x-amzn-requestid': '1' }).end();
    server?.close();
  });
  await lineOf(send(config));
  const error = await send(config).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'ECONNREFUSED', $metadata: { attempts: 3 } });
  expect(errorLine(error)).toMatch(/^Nothing listens on 127.0.0.1:\d+ \(ECONNREFUSED\)/);
});

it.each(services)('An address that never responds ends the first call to %s', async (_, send) => {
  const config = await given(() => {});
  expect(await lineOf(send({ ...config, requestHandler: requestHandler(300) }))).toBe(
    `No response from ${new URL(config.endpoint).host}: is the address right, or is a proxy in between?`,
  );
  expect(calls).toBe(1);
});
