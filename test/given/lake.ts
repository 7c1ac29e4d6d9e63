import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { RawDataMissing } from '../../functions/lib/errors.ts';
import type { Lake } from '../../functions/lib/lake/lake.ts';

interface StoredObject {
  bytes: Buffer;
  landedAt: Date;
}

interface Store {
  read(key: string): StoredObject | undefined;
  write(key: string, object: StoredObject): void;
  /** In any order. */
  keys(): string[];
}

/** A lake that keeps S3's promises, and what a test wants to know of it. */
export interface FakeLake extends Lake {
  /** Every key put, in order. */
  readonly puts: string[];
  /** Every key read, in order. */
  readonly gets: string[];
  /** Puts whole bytes that landed at a time of the test's choice. */
  land(key: string, body: Buffer | string, landedAt: Date): void;
  bytesOf(key: string): Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into objects of many shapes
  jsonOf(key: string): any;
  keys(): string[];
}

export function createMemoryLake(clock: () => Date = () => new Date()): FakeLake {
  const objects = new Map<string, StoredObject>();
  return createFakeLake(
    {
      read: (key) => objects.get(key),
      write: (key, object) => void objects.set(key, object),
      keys: () => [...objects.keys()],
    },
    clock,
  );
}

/** For what is too large to be held beside the code under test. */
export function createFileLake(folder: string): FakeLake {
  return createFakeLake(
    {
      read(key) {
        const path = join(folder, key);
        if (!existsSync(path)) return undefined;
        return { bytes: readFileSync(path), landedAt: statSync(path).mtime };
      },
      write(key, { bytes, landedAt }) {
        const path = join(folder, key);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, bytes);
        utimesSync(path, landedAt, landedAt);
      },
      keys: () =>
        readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => relative(folder, join(entry.parentPath, entry.name))),
    },
    () => new Date(),
  );
}

function createFakeLake(store: Store, clock: () => Date): FakeLake {
  const puts: string[] = [];
  const gets: string[] = [];
  const find = (key: string): Buffer => {
    const object = store.read(key);
    if (!object) throw new RawDataMissing(`${key} does not exist`);
    return object.bytes;
  };
  const lake: FakeLake = {
    puts,
    gets,
    async put(key, body) {
      puts.push(key);
      store.write(key, { bytes: Buffer.from(body as Uint8Array), landedAt: clock() });
    },
    putJson: (key, value) => lake.put(key, `${JSON.stringify(value)}\n`),
    async get(key) {
      gets.push(key);
      return find(key);
    },
    async getJson(key) {
      const bytes = await lake.get(key);
      try {
        return JSON.parse(bytes.toString());
      } catch (cause) {
        throw new RawDataMissing(`${key} is not whole JSON`, { cause });
      }
    },
    async landedAt(key) {
      const landedAt = store.read(key)?.landedAt;
      // S3 tells whole seconds.
      return landedAt && new Date(Math.floor(landedAt.getTime() / 1_000) * 1_000);
    },
    async list(prefix) {
      return lake.keys().filter((key) => key.startsWith(prefix));
    },
    land(key, body, landedAt) {
      store.write(key, { bytes: Buffer.from(body as string), landedAt });
    },
    bytesOf: find,
    jsonOf: (key) => JSON.parse(find(key).toString()),
    keys: () => store.keys().sort(),
  };
  return lake;
}
