import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimFolder } from '../../local/claim-folder.ts';

const endpoints = { aws: 'http://127.0.0.1:1', spotify: 'http://127.0.0.1:2' };
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-stage-'));
  file = join(folder, 'endpoints.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('Claiming a folder', () => {
  it('makes it, and tells others who serves at once, then where, until it is released', () => {
    const claim = claimFolder(join(folder, 'new/one'));
    const published = join(folder, 'new/one/endpoints.json');
    const read = () => JSON.parse(readFileSync(published, 'utf8'));
    expect(read()).toEqual({ pid: process.pid });
    claim.publish(endpoints);
    expect(read()).toEqual({ ...endpoints, pid: process.pid });
    claim.release();
    expect(existsSync(published)).toBe(false);
    claim.release();
  });

  it.each(['starts', 'serves'])('is refused in one line while another stage %s there', (does) => {
    const claim = claimFolder(folder);
    if (does === 'serves') claim.publish(endpoints);
    expect(() => claimFolder(folder)).toThrow(
      expect.objectContaining({
        name: 'InvalidInput',
        message: expect.stringMatching(
          new RegExp(`^The local stage already serves \\(process ${process.pid}\\): .*--folder$`),
        ),
      }),
    );
    expect(existsSync(file)).toBe(true);
    claim.release();
    claimFolder(folder);
  });

  it('takes over what a dead process left behind', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(file, JSON.stringify({ ...endpoints, pid }));
    claimFolder(folder);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ pid: process.pid });
  });

  it.each(['', '{', '{}', '{"pid":"x"}', 'null'])('takes over a file that says %j', (text) => {
    writeFileSync(file, text);
    claimFolder(folder).publish(endpoints);
    expect(JSON.parse(readFileSync(file, 'utf8')).pid).toBe(process.pid);
  });
});
