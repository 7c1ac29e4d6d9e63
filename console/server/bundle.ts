import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = resolve(import.meta.dirname, '../..');
const sources = ['console/page', 'console/model'].map((folder) => join(root, folder));

/** Bundles of other sources, and what a killed process left; a console may still serve younger ones. */
const KEPT_MS = 24 * 3_600_000;

/** The best quality, 11, takes 0.6 s instead of 0.02 and saves 14 kB of 158: they go over the loopback. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };

/**
 * The folder with the page's files, bundled and compressed. They are kept under `.local/console` by a
 * hash of their sources, so that only the first start after a change takes a quarter of a second.
 */
export async function bundlePage(cache = join(root, '.local/console')): Promise<string> {
  const folder = join(cache, hashOf([...sources, join(root, 'package-lock.json')]));
  if (existsSync(folder)) return folder;
  const { build } = await import('esbuild');
  mkdirSync(cache, { recursive: true });
  removeOld(cache);
  // Others may bundle the same at the same moment.
  const made = mkdtempSync(`${folder}.unfinished-`);
  const common = {
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'silent',
  } as const;
  await build({
    ...common,
    entryPoints: [
      { in: 'console/page/main.tsx', out: 'app' },
      { in: 'console/page/style.css', out: 'style' },
    ],
    splitting: true,
    chunkNames: 'part-[hash]',
    outdir: made,
  });
  // The same components as text, for reports: no browser is there.
  await build({
    ...common,
    entryPoints: ['console/page/report.tsx'],
    platform: 'node',
    outfile: join(made, 'report.mjs'),
  });
  for (const name of readdirSync(made).filter((each) => /\.(js|css)$/.test(each))) {
    const bytes = readFileSync(join(made, name));
    writeFileSync(join(made, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    writeFileSync(join(made, `${name}.br`), brotliCompressSync(bytes, BROTLI));
  }
  try {
    renameSync(made, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(made, { recursive: true });
  }
  return folder;
}

function removeOld(cache: string): void {
  for (const path of readdirSync(cache).map((name) => join(cache, name))) {
    const usedAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - usedAt > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}

function hashOf(paths: string[]): string {
  const hash = createHash('sha256');
  const add = (path: string) => hash.update(path.slice(root.length)).update(readFileSync(path));
  for (const path of paths) {
    if (!/\.json$/.test(path)) {
      const files = readdirSync(path, { recursive: true, withFileTypes: true });
      for (const file of files.filter((each) => each.isFile()).sort(byPath)) {
        add(join(file.parentPath, file.name));
      }
    } else add(path);
  }
  return hash.digest('hex').slice(0, 16);
}

const pathOf = (file: { parentPath: string; name: string }) => join(file.parentPath, file.name);
const byPath = (
  a: { parentPath: string; name: string },
  b: { parentPath: string; name: string },
) => (pathOf(a) < pathOf(b) ? -1 : 1);
