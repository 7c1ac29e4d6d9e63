import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ALLOW_ALL, createIam, type Iam } from '../../src/iam/iam.ts';
import { FunctionError } from '../../src/lambda/function-error.ts';
import { createLambda, type Lambda } from '../../src/lambda/lambda.ts';
import type { PackagedFunction } from '../../src/service/service.ts';
import { errorOf } from '../fixtures/error-of.ts';

let folder: string;
let lambda: Lambda | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-aws-lambda-'));
});
afterEach(async () => {
  await lambda?.close();
  rmSync(folder, { recursive: true });
});

type Options = Partial<PackagedFunction>;

/** Functions by the body of their handlers; `module` is what stands before. */
function given(
  handlers: Record<string, string | [string, Options]>,
  iam: Iam = ALLOW_ALL,
  ...more: Parameters<typeof createLambda> extends [unknown, unknown, unknown?, ...infer M]
    ? M
    : never
): Lambda {
  const functions = Object.entries(handlers).map(([name, given]) => {
    const [body, options] = typeof given === 'string' ? [given, {}] : given;
    const code = body.includes('export ')
      ? body
      : `export const handler = async (event, context) => { ${body} };`;
    const packaged = join(folder, 'packages', name);
    mkdirSync(join(packaged, 'src'), { recursive: true });
    writeFileSync(join(packaged, 'src/handler.mjs'), code);
    const fn: PackagedFunction = {
      name,
      code: packaged,
      module: 'src/handler.mjs',
      exportName: 'handler',
      environment: {},
      timeoutSeconds: 5,
      memoryMb: 128,
      role: 'Role',
      ...options,
    };
    return [name, fn] as const;
  });
  lambda = createLambda(new Map(functions), folder, iam, ...more);
  return lambda;
}

/** The lines of a function's log: whole, because its environments are ended first. */
async function logOf(name: string): Promise<string[]> {
  await lambda?.close();
  lambda = undefined;
  return readFileSync(join(folder, `logs/${name}.log`), 'utf8')
    .split('\n')
    .slice(0, -1);
}

/** Resolves once a process is gone and this one knows of it. */
async function endOf(pid: number): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(10)) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
  }
  throw new Error(`process ${pid} goes on`);
}

const COUNT = `let n = 0;
export const handler = async ({ ms = 0 } = {}) => {
  n += 1;
  await new Promise((resolve) => setTimeout(resolve, ms));
  return n;
};`;

describe('A function on this machine', () => {
  it('gets and gives JSON, as Lambda does', async () => {
    const { invoke } = given({
      echo: 'return { keys: Object.keys(event), at: typeof event.at, made: new Date(0) };',
      nothing: '',
    });
    const event = { a: [1, null], at: new Date(0), none: undefined };
    expect(await invoke('echo', event)).toEqual({
      keys: ['a', 'at'],
      at: 'string',
      made: '1970-01-01T00:00:00.000Z',
    });
    expect(await invoke('nothing', undefined)).toBeNull();
  });

  it('has its own environment variables, the name of its role as key, and none of this process', async () => {
    process.env.LOCAL_AWS_TEST_SECRET = 'ours';
    const { invoke } = given({
      env: ['process.env.CHANGED = "x"; return process.env;', { environment: { A: 'a' } }],
      other: [
        'return process.env;',
        { environment: { AWS_ACCESS_KEY_ID: 'mine' }, memoryMb: 256, role: 'OtherRole' },
      ],
    });
    try {
      expect(await invoke('env', {})).toEqual({
        A: 'a',
        CHANGED: 'x',
        AWS_ACCESS_KEY_ID: 'Role',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_SESSION_TOKEN: expect.any(String),
        AWS_REGION: 'us-east-1',
        AWS_LAMBDA_FUNCTION_NAME: 'env',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      });
      expect(await invoke('other', {})).toEqual({
        AWS_ACCESS_KEY_ID: 'OtherRole',
        AWS_SESSION_TOKEN: expect.any(String),
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_REGION: 'us-east-1',
        AWS_LAMBDA_FUNCTION_NAME: 'other',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      });
      expect(process.env.CHANGED).toBeUndefined();
    } finally {
      delete process.env.LOCAL_AWS_TEST_SECRET;
    }
  });

  it('has the context of its call', async () => {
    const { invoke } = given({
      context: `return {
        name: context.functionName,
        request: context.awsRequestId,
        left: context.getRemainingTimeInMillis(),
      };`,
    });
    type Seen = { name: string; request: string; left: number };
    const [a, b] = (await Promise.all([invoke('context', {}), invoke('context', {})])) as Seen[];
    expect(a?.name).toBe('context');
    expect(a?.request).not.toBe(b?.request);
    expect(a?.left).toBeGreaterThan(1_000);
    expect(a?.left).toBeLessThanOrEqual(5_000);
  });

  it('writes its output to its own log', async () => {
    const { invoke } = given({
      loud: 'console.log(event.say); console.error("error");',
      quiet: '',
    });
    await invoke('quiet', {});
    await invoke('loud', { say: 'first' });
    await invoke('loud', { say: 'second' });
    expect((await logOf('loud')).toSorted()).toEqual(['error', 'error', 'first', 'second']);
    expect(await logOf('quiet')).toEqual([]);
  });

  it('has every line in its log once it is closed', async () => {
    const lines = Array.from({ length: 500 }, (_, i) => `line ${i} ${'x'.repeat(i)}`);
    const { invoke } = given({ loud: 'for (const line of event) console.log(line);' });
    await invoke('loud', lines);
    expect(await logOf('loud')).toEqual(lines);
  });

  it('goes on where its log cannot be written, and the failure is reported', async () => {
    mkdirSync(join(folder, 'logs/loud.log'), { recursive: true });
    const codes: (string | undefined)[] = [];
    const { invoke } = given(
      { loud: 'console.log("x".repeat(100_000)); return "done";' },
      ALLOW_ALL,
      {
        onLine() {},
        onInvoked() {},
        onLogError: ({ code }) => void codes.push(code),
      },
    );
    await expect(invoke('loud', {})).resolves.toBe('done');
    await expect(invoke('loud', {})).resolves.toBe('done');
    expect(new Set(codes)).toEqual(new Set(['EISDIR']));
  });

  it('has every line in its log of an event that fails', async () => {
    const lines = Array.from({ length: 500 }, (_, i) => `line ${i} ${'x'.repeat(i)}`);
    const { invoke } = given({
      loud: 'for (const line of event) console.error(line); throw new Error("x");',
    });
    await errorOf(invoke('loud', lines));
    expect(await logOf('loud')).toEqual(lines);
  });

  const logs = 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/';
  const [create, put] = ['logs:CreateLogStream', 'logs:PutLogEvents'] as const;

  it.each([
    [[create, put], `${logs}work:*`, undefined],
    [[create, put], `${logs}w*`, undefined],
    [[create], `${logs}work:*`, put],
    [[put], `${logs}work:*`, create],
    [[create, put], `${logs}another:*`, create],
    [[], '*', create],
  ])('may write its log by %j on %s, or fails with what it lacks', async (actions, on, lacks) => {
    const file = join(folder, 'worked.txt');
    const iam = createIam(
      new Map([
        ['Role', [{ actions, resources: [on] }]],
        ['AnotherRole', [{ actions: ['*'], resources: ['*'] }]],
      ]),
    );
    const { invoke } = given(
      { work: '(await import("node:fs")).writeFileSync(event.file, "");' },
      iam,
    );
    const outcome = await invoke('work', { file }).catch((error) => error);
    expect(existsSync(file)).toBe(lacks === undefined);
    if (lacks) {
      expect(outcome).toMatchObject({
        name: 'AccessDenied',
        message: `Role is not allowed to ${lacks} on ${logs}work:log-stream:local`,
      });
    }
  });
});

describe('An execution environment', () => {
  it('is kept from call to call, and what it holds with it', async () => {
    const { invoke } = given({ count: COUNT });
    expect([await invoke('count', {}), await invoke('count', {})]).toEqual([1, 2]);
  });

  it('works on one event at a time: side by side there are several', async () => {
    const { invoke } = given({ count: COUNT });
    const all = await Promise.all([1, 2, 3].map(() => invoke('count', { ms: 100 })));
    expect(all).toEqual([1, 1, 1]);
    const again = await Promise.all([1, 2, 3].map(() => invoke('count', { ms: 100 })));
    expect(again).toEqual([2, 2, 2]);
  });

  it('ends when an event takes too long; the next one finds a fresh one', async () => {
    const { invoke } = given({ count: [COUNT, { timeoutSeconds: 1 }] });
    expect(await invoke('count', {})).toBe(1);
    const begin = performance.now();
    const error = await errorOf(invoke('count', { ms: 60_000 }));
    expect(performance.now() - begin).toBeLessThan(3_000);
    expect(error.name).toBe('Sandbox.Timedout');
    expect(JSON.parse(error.message).errorMessage).toBe('Task timed out after 1000 ms');
    expect(await invoke('count', {})).toBe(1);
  });

  it('that times out does nothing more', async () => {
    const { invoke } = given({
      late: [
        `if (!event.file) return;
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        (await import("node:fs")).writeFileSync(event.file, "late");`,
        { timeoutSeconds: 1 },
      ],
    });
    await invoke('late', {}); // from here on it starts at once
    const file = join(folder, 'late.txt');
    expect((await errorOf(invoke('late', { file }))).name).toBe('Sandbox.Timedout');
    await sleep(1_400);
    expect(existsSync(file)).toBe(false);
  });

  it('that times out leaves its neighbours alone', async () => {
    const { invoke } = given({ count: [COUNT, { timeoutSeconds: 1.5 }] });
    const [slow, quick] = await Promise.all([
      errorOf(invoke('count', { ms: 60_000 })),
      invoke('count', { ms: 50 }),
    ]);
    expect([slow.name, quick]).toEqual(['Sandbox.Timedout', 1]);
    expect(await invoke('count', {})).toBe(2);
  });

  it('may take longer to load its module than its function may take', async () => {
    const { invoke } = given({
      slow: [
        `await new Promise((resolve) => setTimeout(resolve, 1_000));
        let n = 0;
        export const handler = async () => ++n;`,
        { timeoutSeconds: 0.5 },
      ],
    });
    expect(await invoke('slow', {})).toBe(1);
    expect(await invoke('slow', {})).toBe(2);
  });

  it('that is stuck in a loop ends as well', async () => {
    const { invoke } = given({
      loop: ['if (event.loop) for (;;); return 1;', { timeoutSeconds: 1 }],
    });
    expect((await errorOf(invoke('loop', { loop: true }))).name).toBe('Sandbox.Timedout');
    expect(await invoke('loop', {})).toBe(1);
  });

  it('that exits in the middle of an event is an error of that event alone', async () => {
    const { invoke } = given({ exit: 'if (event.exit) process.exit(3); return 1;' });
    const error = await errorOf(invoke('exit', { exit: true }));
    expect(error.name).toBe('Runtime.ExitError');
    expect(JSON.parse(error.message).errorMessage).toBe('The environment ended with status 3');
    expect(await invoke('exit', {})).toBe(1);
  });

  it.each([
    ['throws', 'throw new RangeError("later")', 'RangeError: later'],
    ['rejects', 'Promise.reject(new RangeError("later"))', 'RangeError: later'],
    ['exits', 'console.log("bye"); process.exit(0)', 'bye'],
  ])('that %s while it is idle is not used again, and nothing else ends', async (_, body, said) => {
    const { invoke } = given({
      idle: `let n = 0;
        export const handler = async ({ leave }) => {
          if (leave) setTimeout(() => { ${body}; }, 50);
          n += 1;
          return { n, pid: process.pid };
        };`,
    });
    const first = (await invoke('idle', { leave: true })) as { n: number; pid: number };
    await endOf(first.pid);
    const second = (await invoke('idle', {})) as typeof first;
    expect(second.n).toBe(1);
    expect(second.pid).not.toBe(first.pid);
    expect(await invoke('idle', {})).toEqual({ n: 2, pid: second.pid });
    expect(await logOf('idle')).toContainEqual(expect.stringContaining(said));
  });

  it('that cannot be talked to is not used again, before it is gone as well', async () => {
    const { invoke } = given({
      deaf: `if (event.leave) setTimeout(() => {
          process.removeAllListeners("disconnect");
          process.disconnect();
          setTimeout(() => {}, 1_500);
        }, 50);
        return process.pid;`,
    });
    const first = await invoke('deaf', { leave: true });
    await sleep(400);
    expect(await invoke('deaf', {})).not.toBe(first);
    await endOf(first as number);
  });

  it('that cannot be started fails its event with what the system lacks', () => {
    const child = join(import.meta.dirname, 'launch-child.ts');
    const sh = ['-c', 'ulimit -n 64 && exec "$0" "$1"', process.execPath, child];
    const { stdout } = spawnSync('sh', sh, { encoding: 'utf8', timeout: 60_000 });
    expect(JSON.parse(stdout)).toEqual({
      name: 'Runtime.LaunchError',
      message:
        'No process can be started for pause: too many open files (EMFILE): raise `ulimit -n`',
      launches: [{ code: 'EMFILE', syscall: expect.stringMatching(/^spawn /) }],
    });
  });

  it('whose code a full disk does not take fails its event, and is written once there is room', async () => {
    const launches: unknown[] = [];
    const observer = {
      onLine() {},
      onInvoked() {},
      onLaunchError: ({ code }: NodeJS.ErrnoException) => launches.push(code),
    };
    // A file where the code goes, in the place of a full disk.
    writeFileSync(join(folder, 'code'), '');
    const { invoke } = given({ one: 'return 1;' }, ALLOW_ALL, observer);
    expect(await errorOf(invoke('one', {}))).toMatchObject({
      name: 'Runtime.LaunchError',
      message: expect.stringContaining('No process can be started for one: E'),
    });
    expect(launches).toEqual([expect.stringMatching(/^E(EXIST|NOTDIR)$/)]);
    rmSync(join(folder, 'code'));
    expect(await invoke('one', {})).toBe(1);
  });

  it('starts although the package was removed while the stage serves', async () => {
    const { invoke } = given({ one: 'return 1;' });
    rmSync(join(folder, 'packages'), { recursive: true });
    expect(await invoke('one', {})).toBe(1);
  });

  it('ends with the stage although it does not listen to SIGTERM', async () => {
    const { invoke, close } = given({
      stubborn: 'process.on("SIGTERM", () => {}); return process.pid;',
    });
    const pid = (await invoke('stubborn', {})) as number;
    const outcome = await Promise.race([close().then(() => 'closed'), sleep(3_000, 'hangs')]);
    if (outcome === 'hangs') process.kill(pid, 'SIGKILL');
    expect(outcome).toBe('closed');
  });

  it('has the memory of its function: more of it fails the event, and nothing else ends', async () => {
    const body = `const held = [];
      for (let mb = 0; mb < event.mb; mb++) {
        for (let i = 0; i < 1_024; i++) held.push(String(i).padEnd(1_024).toUpperCase());
      }
      return held.length;`;
    const { invoke } = given({
      small: [body, { memoryMb: 128, timeoutSeconds: 30 }],
      large: [body, { memoryMb: 512, timeoutSeconds: 30 }],
    });
    const error = await errorOf(invoke('small', { mb: 200 }));
    expect(error.name).toBe('Runtime.ExitError');
    expect(JSON.parse(error.message).errorMessage).toMatch(/^The environment ended with /);
    expect(await invoke('large', { mb: 200 })).toBe(200 * 1_024);
    expect(await invoke('small', { mb: 1 })).toBe(1_024);
    expect((await logOf('small')).join()).toContain('heap out of memory');
  });

  it('in which something throws beside the event is ended, and this process is not', async () => {
    const { invoke } = given({
      stray: `if (!event.stray) return 1;
        setTimeout(() => { throw new RangeError("stray"); }, 10);
        await new Promise(() => {});`,
    });
    const error = await errorOf(invoke('stray', { stray: true }));
    expect(error.name).toBe('Runtime.ExitError');
    expect(JSON.parse(error.message).errorMessage).toBe('The environment ended with status 1');
    expect(await invoke('stray', {})).toBe(1);
    expect(await logOf('stray')).toContain('RangeError: stray');
  });

  it('that is gone while its channel is still open is not used again', async () => {
    const { invoke } = given({
      gone: `if (!event.leave) return 1;
        const { spawn } = await import("node:child_process");
        spawn("sleep", ["2"], { stdio: ["ignore", "ignore", "ignore", 3], detached: true });
        process.exit(3);`,
    });
    expect((await errorOf(invoke('gone', { leave: true }))).name).toBe('Runtime.ExitError');
    expect(await invoke('gone', {})).toBe(1);
  });

  it('ends with the stage, whatever it is at', async () => {
    const { invoke, close } = given({ busy: 'setInterval(() => {}, 10); return 1;' });
    await invoke('busy', {});
    const begin = performance.now();
    await close();
    expect(performance.now() - begin).toBeLessThan(2_000);
  });

  it('that ends with the stage in the middle of an event fails that event', async () => {
    const { invoke, close } = given({ count: COUNT });
    const error = errorOf(invoke('count', { ms: 60_000 }));
    await close();
    expect((await error).name).toBe('Runtime.ExitError');
  });
});

describe('An error of a function', () => {
  it('passes by its name, with the message as the JSON that a state machine sees', async () => {
    const { invoke } = given({
      fail: `throw Object.assign(new Error("what happened"), { name: "QuotaExhausted", secret: "BQ" });`,
    });
    const error = await errorOf(invoke('fail', {}));
    expect(error).toBeInstanceOf(FunctionError);
    expect(error.name).toBe('QuotaExhausted');
    const { errorType, errorMessage, trace, ...rest } = JSON.parse(error.message);
    expect({ errorType, errorMessage }).toEqual({
      errorType: 'QuotaExhausted',
      errorMessage: 'what happened',
    });
    expect(trace[0]).toContain('what happened');
    expect(rest).toEqual({});
  });

  it('keeps its environment', async () => {
    const { invoke } = given({
      fail: `let n = 0;
        export const handler = async ({ fail }) => {
          n += 1;
          if (fail) throw new TypeError("x");
          return n;
        };`,
    });
    expect((await errorOf(invoke('fail', { fail: true }))).name).toBe('TypeError');
    expect(await invoke('fail', {})).toBe(2);
  });

  it('is one of its result where that is no JSON', async () => {
    const { invoke } = given({ big: 'return { n: 1n };' });
    expect((await errorOf(invoke('big', {}))).name).toBe('TypeError');
  });

  it('is one of its module where that cannot be loaded', async () => {
    const { invoke } = given({ broken: 'throw new Error("at import"); export const handler = 1;' });
    const error = await errorOf(invoke('broken', {}));
    expect(JSON.parse(error.message).errorMessage).toBe('at import');
  });

  it('is ResourceNotFoundException for a missing function', async () => {
    const { invoke } = given({});
    expect((await errorOf(invoke('nobody', {}))).name).toBe('ResourceNotFoundException');
  });
});

describe('What CloudWatch sees of a function', () => {
  it('is each line with its stream, and what an invocation took as Lambda reports it', async () => {
    const lines: string[] = [];
    const streams = new Set<string>();
    const invocations: object[] = [];
    const { invoke } = given(
      { work: 'console.log("said"); if (event.fails) throw new Error();' },
      ALLOW_ALL,
      {
        onLine: (_, stream, line) => {
          streams.add(stream);
          lines.push(line);
        },
        onInvoked: (name, invocation) => invocations.push({ name, ...invocation }),
      },
    );
    await invoke('work', {});
    await errorOf(invoke('work', { fails: true }));
    await lambda?.close();
    expect(lines.filter((line) => line === 'said')).toHaveLength(2);
    const [report] = lines.filter((line) => line.startsWith('REPORT'));
    expect(report).toMatch(
      /^REPORT RequestId: [-0-9a-f]{36}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB$/,
    );
    expect([...streams].join()).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    expect(invocations).toEqual([
      { name: 'work', durationMs: expect.any(Number), failed: false },
      { name: 'work', durationMs: expect.any(Number), failed: true },
    ]);
  });
});

describe('A fault of a function', () => {
  it('is an error of the service in place of the invocation', async () => {
    const rejects = () => ({ name: 'Lambda.TooManyRequestsException', message: 'Rate exceeded' });
    const { invoke } = given({ work: 'return 1;' }, ALLOW_ALL, undefined, { rejects });
    expect((await errorOf(invoke('work', {}))).name).toBe('Lambda.TooManyRequestsException');
  });

  it('is an environment that ends after the handler, and a new one for the next event', async () => {
    let left = 1;
    const { invoke } = given({ work: COUNT }, ALLOW_ALL, undefined, {
      losesResult: () => left-- > 0,
    });
    expect((await errorOf(invoke('work', {}))).name).toBe('Runtime.ExitError');
    expect(await invoke('work', {})).toBe(1);
  });

  it('is an environment that is killed by the id that its calls bear', async () => {
    const { invoke, kill } = given(
      {
        slow: `process.stdout.write(process.env.AWS_SESSION_TOKEN + "\\n");
        await new Promise((resolve) => setTimeout(resolve, 3_000));`,
      },
      ALLOW_ALL,
      {
        onLine: (_, __, line) => {
          if (/^[-0-9a-f]{36}$/.test(line)) kill(line);
        },
        onInvoked: () => {},
      },
    );
    expect((await errorOf(invoke('slow', {}))).name).toBe('Runtime.ExitError');
  });
});
