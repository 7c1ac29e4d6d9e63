import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { CheckFailed, runCheck } from '../../../checks/lib/run-check.ts';
import { freePort, startServer } from '../../../checks/lib/server.ts';
import { MissingTool, pythonTools } from '../../../checks/lib/tools.ts';

let printed: string[];
beforeEach(() => {
  printed = [];
  for (const method of ['log', 'error'] as const) {
    jest.spyOn(console, method).mockImplementation((...line) => {
      printed.push(line.join(' '));
    });
  }
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = 0;
});

describe('A check', () => {
  it('that passes says so in its last line', async () => {
    await runCheck('check:x', async () => 'all is well');
    expect(printed).toEqual([expect.stringMatching(/^check:x: OK, all is well \(\d+ s\)$/)]);
    expect(process.exitCode).not.toBe(1);
  });

  it('that finds something lists it, says so in its last line and fails', async () => {
    await runCheck('check:x', () => Promise.reject(new CheckFailed('2 findings\none\ntwo')));
    expect(printed[0]).toBe('2 findings\none\ntwo');
    expect(printed.at(-1)).toMatch(/^check:x: FAILED, 2 findings \(\d+ s\)$/);
    expect(process.exitCode).toBe(1);
  });

  it('that lacks a tool is skipped, with the reason in one line', async () => {
    await runCheck('check:x', () => Promise.reject(new MissingTool('this machine has no mvn')));
    expect(printed).toEqual(['check:x: SKIPPED, this machine has no mvn']);
    expect(process.exitCode).not.toBe(1);
  });
});

it('a tool that needs a command which is not there is missing', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nowhere';
  const installing = pythonTools('test-of-tools', ['nothing==0']);
  process.env.PATH = path;
  await expect(installing).rejects.toThrow(new MissingTool('this machine has no python3'));
});

describe('A server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-server-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const serve = (body: string, port: number) => ({
    command: process.execPath,
    args: ['-e', body],
    url: `http://127.0.0.1:${port}`,
    isReady: async (url: string) => (await fetch(url)).ok,
    timeoutMs: 20_000,
    logFile: join(folder, 'server.log'),
  });

  it('is there when it is ready, and gone when it was stopped', async () => {
    const port = await freePort();
    const body = `require('http').createServer((q, r) => r.end()).listen(${port}, '127.0.0.1')`;
    const server = await startServer(serve(body, port));
    expect((await fetch(server.url)).ok).toBe(true);
    await server.stop();
    await expect(fetch(server.url)).rejects.toThrow();
  });

  it('that ends before it is ready fails the check, and names its log', async () => {
    await expect(startServer(serve('process.exit(3)', await freePort()))).rejects.toThrow(
      /ended; see .*\.log$/,
    );
  });
});
