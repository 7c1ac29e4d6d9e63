import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { unpack } from '../../src/service/unpack.ts';

let folder: string;
let archive: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-aws-unpack-'));
  archive = join(folder, 'count.zip');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('An archive is unpacked once', () => {
  const code = Buffer.from('export const n = 1;');
  writeFileSync(
    archive,
    // `zip -r` writes folders, too.
    zipSync({
      'functions/': Buffer.from(''),
      'functions/count.js': code,
      'package.json': Buffer.from('{}'),
    }),
  );
  const files = unpack(archive);
  expect(readFileSync(join(files, 'functions/count.js'))).toEqual(code);
  expect(readFileSync(join(files, 'package.json'), 'utf8')).toBe('{}');
  rmSync(archive);
  expect(unpack(archive)).toBe(files);
  expect(readdirSync(folder)).toEqual(['count']);
});

it('A damaged archive leaves nothing behind', () => {
  const whole = zipSync({ 'a.js': Buffer.from('a'), 'b.js': Buffer.from('b') });
  writeFileSync(archive, whole.subarray(0, -10));
  expect(() => unpack(archive)).toThrow('invalid zip data');
  expect(readdirSync(folder)).toEqual(['count.zip']);
});
