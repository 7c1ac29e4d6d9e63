import type { Context } from 'aws-lambda';
import { EndpointNotAllowed, InvalidInput, RateLimited } from '../../../core/errors.ts';
import { withMiddleware } from '../../../functions/runtime/middleware.ts';
import { errorOf, run } from '../fixtures.ts';

const context = { functionName: 'fetch', awsRequestId: 'request-1' } as Context;

/** What goes to standard output and error while `work` runs, as lines. */
async function linesOf(work: () => Promise<unknown>): Promise<string[]> {
  let text = '';
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  for (const stream of streams) {
    stream.write = ((chunk: string | Uint8Array) => {
      text += chunk;
      return true;
    }) as never;
  }
  try {
    await work();
  } finally {
    streams.forEach((stream, i) => {
      stream.write = writes[i] as never;
    });
  }
  return text.split('\n').filter(Boolean);
}

async function logOf(handler: (event: unknown, context: Context) => unknown, event: unknown) {
  const lines = await linesOf(async () => {
    try {
      await handler(event, context);
    } catch {
      // the line tells
    }
  });
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] as string);
}

/** A handler that ends like this. */
const ending = (end: () => unknown) =>
  withMiddleware(
    () => ({}),
    async () => end(),
  );
const failing = (error: unknown) =>
  ending(() => {
    throw error;
  });

describe('A handler', () => {
  it('connects at its first event, once, and hands every event on', async () => {
    let connections = 0;
    const seen: unknown[] = [];
    const handler = withMiddleware(
      () => ({ n: ++connections }),
      async (event, dependencies) => {
        seen.push([event, dependencies.n]);
        return event;
      },
    );
    expect(connections).toBe(0);
    await linesOf(async () => {
      expect(await handler('a', context)).toBe('a');
      expect(await handler('b', context)).toBe('b');
    });
    expect(seen).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  it('fails each call with the name of what is missing, until it can connect', async () => {
    let isSet = false;
    const handler = withMiddleware(
      () => {
        if (!isSet) throw new InvalidInput('LAKE_BUCKET is missing');
        return {};
      },
      async () => 'done',
    );
    await linesOf(async () => {
      expect((await errorOf(handler({}, context))).name).toBe('InvalidInput');
      isSet = true;
      expect(await handler({}, context)).toBe('done');
    });
  });

  it('throws what the work threw, as it is', async () => {
    const error = new EndpointNotAllowed('403');
    await linesOf(async () => {
      expect(await errorOf(failing(error)({}, context))).toBe(error);
    });
  });
});

describe('The log line of a call', () => {
  it('carries the run, the function and the request', async () => {
    const line = await logOf(
      ending(() => ({ tracks: 3 })),
      { run, token: { expiresAt: 'x' } },
    );
    expect(line).toMatchObject({
      level: 'INFO',
      message: 'done',
      service: 'tributary',
      run_id: 'run-1',
      function_name: 'fetch',
      request_id: 'request-1',
      result: { tracks: 3 },
    });
  });

  it('tells lists by their length', async () => {
    const line = await logOf(
      ending(() => ({ albums: ['a', 'b'], listed: 2 })),
      {},
    );
    expect(line.result).toEqual({ albums: 2, listed: 2 });
  });

  it.each([null, undefined, 'text', 7, []])('is written for the event %j too', async (event) => {
    expect(
      await logOf(
        ending(() => null),
        event,
      ),
    ).toMatchObject({ message: 'done' });
  });

  it('does not carry what an earlier call said of itself', async () => {
    const handler = ending(() => ({}));
    await logOf(handler, { run, albumId: 'album1' });
    const line = await logOf(handler, {});
    expect(line).not.toHaveProperty('album_id');
    expect(line).not.toHaveProperty('run_id');
  });

  it('logs our own error with name, message and whether it is transient', async () => {
    const line = await logOf(failing(new RateLimited('GET /x returned 429', 3)), { run });
    expect(line).toMatchObject({
      level: 'ERROR',
      message: 'GET /x returned 429',
      error_name: 'RateLimited',
      transient: true,
      run_id: 'run-1',
    });
  });

  it('logs any other error with its name alone: its fields may hold headers', async () => {
    const error = Object.assign(new TypeError('Bearer BQsecret'), {
      config: { headers: { authorization: 'Bearer BQsecret' } },
      cause: new Error('BQsecret'),
    });
    const line = await logOf(failing(error), { run });
    expect(line).toMatchObject({ message: 'unexpected error', error_name: 'TypeError' });
    expect(JSON.stringify(line)).not.toContain('BQsecret');
  });

  it('shows nothing of the cause of our own error', async () => {
    const cause = Object.assign(new Error('BQsecret'), { headers: 'BQsecret' });
    const line = await logOf(failing(new InvalidInput('what is wrong', { cause })), { run });
    expect(JSON.stringify(line)).not.toContain('BQsecret');
  });

  it('shows nothing of the event but the run and the album', async () => {
    const event = {
      run,
      albumId: 'album1',
      secret: 'BQsecret',
      token: { accessToken: 'BQsecret' },
    };
    for (const handler of [ending(() => ({})), failing(new Error('x'))]) {
      expect(JSON.stringify(await logOf(handler, event))).not.toContain('BQsecret');
    }
  });

  it.each(['text', null, undefined, 7])('is written where %j is thrown', async (thrown) => {
    expect(await logOf(failing(thrown), {})).toMatchObject({ message: 'unexpected error' });
  });
});
