import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimFolder } from '../../local/claim-folder.ts';
import { ownIdentity } from '../../local/process-identity.ts';
import { asUser } from '../fixtures/as-user.ts';

const endpoints = {
  aws: 'http://127.0.0.1:1',
  spotify: 'http://127.0.0.1:2',
  spotifyAccounts: 'http://127.0.0.1:2',
};
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-stage-'));
  file = join(folder, 'endpoints.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const mine = ownIdentity();

describe('Claiming a folder', () => {
  it('makes it, and publishes who serves at once, then where, until it is released', () => {
    const claim = claimFolder(join(folder, 'new/one'));
    const published = join(folder, 'new/one/endpoints.json');
    const read = () => JSON.parse(readFileSync(published, 'utf8'));
    expect(read()).toEqual(mine);
    claim.publish(endpoints);
    expect(read()).toEqual({ ...endpoints, ...mine });
    claim.release();
    expect(existsSync(published)).toBe(false);
    claim.release();
  });

  it.each(['starts', 'serves'])('is rejected in one line while another stage %s there', (does) => {
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

  it('publishes at once: who reads meanwhile sees the old content or the new', () => {
    const claim = claimFolder(folder);
    const reader = openSync(file, 'r');
    claim.publish(endpoints);
    expect(JSON.parse(readFileSync(reader, 'utf8'))).toEqual(mine);
    closeSync(reader);
    expect(readdirSync(folder)).toEqual(['endpoints.json']);
  });

  it('leaves a file alone that has the name of its catalogue, and writes nothing beside it', () => {
    const other = join(folder, 'catalog.json');
    writeFileSync(other, '{"albums":[]}');
    expect(() => claimFolder(folder)).toThrow(
      `${other} is not a Glue catalogue of a local stage: choose another folder`,
    );
    expect(readFileSync(other, 'utf8')).toBe('{"albums":[]}');
    expect(readdirSync(folder)).toEqual(['catalog.json']);
  });

  it('says in one line that a folder has the name of its file', () => {
    mkdirSync(join(file, 'notes'), { recursive: true });
    expect(() => claimFolder(folder)).toThrow(
      `${file} is a folder, not a file: choose another --folder`,
    );
    expect(existsSync(join(file, 'notes'))).toBe(true);
  });

  it('says in one line that the path is a loop of links, or too long', () => {
    const loop = join(folder, 'loop');
    symlinkSync('loop', loop);
    expect(() => claimFolder(join(loop, 'x'))).toThrow(
      `--folder ${loop}/x leads through a loop of symbolic links: choose another one`,
    );
    expect(() => claimFolder(join(folder, 'x'.repeat(300)))).toThrow(
      /^--folder .* has a name that is too long: choose another one$/,
    );
  });

  it('takes over what a dead process left behind', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(file, JSON.stringify({ ...endpoints, pid }));
    claimFolder(folder);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(mine);
  });

  it('takes over from a process that ended, whose number another process has now', () => {
    writeFileSync(file, JSON.stringify({ ...endpoints, pid: process.pid, started: '1' }));
    claimFolder(folder);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(mine);
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('takes over from a zombie', async () => {
    // `exec` makes the shell a program that never reads the status of its child.
    const script = 'sleep 60 & echo $!; exec sleep 60';
    const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = await once(parent.stdout, 'data');
    const pid = Number(line);
    const until = async (isSo: () => boolean) => {
      while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    await until(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n');
    process.kill(pid);
    const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8');
    await until(() => /\) Z /.test(stat()));
    const started = stat().split(' ')[21];
    writeFileSync(file, JSON.stringify({ ...endpoints, pid, started }));
    claimFolder(folder);
    parent.kill();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(mine);
  });

  onLinux('says in one line that no folder can be made there, and does not try for ever', () => {
    expect(() => claimFolder('/proc/tributary/lake')).toThrow(
      '--folder /proc/tributary/lake is where no folder can be made: choose another one',
    );
  });

  it('leaves a folder alone that holds other files, and no file of a stage', () => {
    writeFileSync(join(folder, '.hidden'), '');
    mkdirSync(join(folder, 'lost+found'));
    claimFolder(folder).release();
    writeFileSync(join(folder, 'handler.ts'), '');
    expect(() => claimFolder(folder)).toThrow(
      `--folder ${folder} holds other files, such as handler.ts: choose an empty or a new one`,
    );
    expect(existsSync(join(folder, 'endpoints.json'))).toBe(false);
    mkdirSync(join(folder, 'lake'));
    claimFolder(folder).release();
  });

  it('says in one line that the folder is a file', () => {
    writeFileSync(join(folder, 'notes.txt'), '');
    const path = join(folder, 'notes.txt');
    expect(() => claimFolder(path)).toThrow(
      `--folder ${path} is a file, not a folder: choose another one`,
    );
    expect(() => claimFolder(join(path, 'below'))).toThrow(/leads through a file/);
  });

  it('says in one line that the folder, or what an earlier start left there, is not writable', () => {
    mkdirSync(join(folder, 'lake'), { mode: 0o500 });
    chmodSync(folder, 0o777);
    asUser(() =>
      expect(() => claimFolder(folder)).toThrow(
        `lake in --folder ${folder} is not writable: choose another one`,
      ),
    );
    chmodSync(folder, 0o555);
    asUser(() =>
      expect(() => claimFolder(join(folder, 'new'))).toThrow(
        `--folder ${join(folder, 'new')} is not writable: choose another one`,
      ),
    );
    chmodSync(folder, 0o700);
  });

  it.each(['', '{', '{}', '{"pid":"x"}', 'null'])('takes over a file that says %j', (text) => {
    writeFileSync(file, text);
    claimFolder(folder).publish(endpoints);
    expect(JSON.parse(readFileSync(file, 'utf8')).pid).toBe(process.pid);
  });
});
