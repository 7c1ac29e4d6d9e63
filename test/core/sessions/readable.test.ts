import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSql } from 'local-aws/athena/sql.ts';
import { createRandom } from 'seeded-random';
import { columns } from '../../../core/sessions/fields.ts';
import { rejectedLines } from '../../../core/sessions/rejected-lines.ts';
import { generateEvents } from '../../../core/simulation/generate-events.ts';
import { anEvent, enrich } from './fixtures.ts';
import { createRandomJson } from './random-json.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-readable-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What DuckDB reads of lines in a table with these columns. */
async function read(lines: readonly string[], columnTypes: { name: string; type: string }[]) {
  const place = join(folder, 'bucket/t');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'file'), lines.join(''));
  const table = {
    location: 's3://bucket/t/',
    format: 'json',
    columns: columnTypes,
    partitionKeys: [],
    partitions: 'projected',
  } as const;
  const names = columnTypes.map(({ name }) => name).join();
  return (await runSql(`SELECT ${names} FROM t`, { t: { ...table, partitionKeys: [] } }, folder))
    .rows;
}

const source = (n: number) => ({
  stream: 's',
  shardId: 'shardId-000000000000',
  sequenceNumber: String(n),
  partitionKey: 'k\ud800',
  arrivedAt: '2026-11-21T10:00:00.123Z',
});

/** Strings and keys of any UTF-16 units, spelled raw, escaped, or half and half. */
function givenEvents(): Buffer[] {
  const random = createRandom(5);
  const json = createRandomJson(random.next);
  const unit = () =>
    random.pick([0xd83d, 0xde00, 0xd800, 0xdfff, 0x41, 0xe9, 0x0, 0x2028, 0xffff, 0x22, 0x5c]);
  const text = () => String.fromCharCode(...Array.from({ length: random.int(0, 6) }, unit));
  const fuzzed = Array.from({ length: 4_000 }, () => {
    const [city, key, code] = [text(), text(), text()].map((each) => json.string(each));
    const entry = `{"product_code":${code},"quantity":1,${key}:${json.value(3)}}`;
    return Buffer.from(
      JSON.stringify({ ...anEvent, city: 0, browsing_history: 0 })
        .replace('"city":0', () => `"city":${city},${json.string(`${text()}x`)}:${json.value(1)}`)
        .replace('"browsing_history":0', () => `"browsing_history":[${entry}]`),
    );
  });
  const simulated = [...generateEvents({ seed: 3, count: 4_000, malformed: 40, noCountry: 5 })];
  return [...fuzzed, ...simulated.map(({ data }) => data)];
}

describe('DuckDB reads', () => {
  const outcomes = givenEvents().map((data) => ({ data, result: enrich(data) }));

  it('every event that was accepted', async () => {
    const lines = outcomes.flatMap(({ result }) =>
      'reason' in result ? [] : [`${result.data.toString().trimEnd()}\n`],
    );
    expect(lines.length).toBeGreaterThan(2_000);
    const types = columns().map(({ Name, Type }) => ({ name: Name, type: Type }));
    const rows = await read(lines, types);
    expect(rows).toHaveLength(lines.length);
    const cityAt = types.findIndex(({ name }) => name === 'city');
    expect(rows.map((row) => row[cityAt])).toEqual(
      lines.map((line) => JSON.parse(line).city ?? null),
    );
  });

  it('every line of an event that was rejected', async () => {
    const lines = outcomes.flatMap(({ data, result }, i) =>
      'reason' in result ? rejectedLines(result, source(i), data, 'now').map(String) : [],
    );
    expect(lines.length).toBeGreaterThan(2_000);
    const reasons = new Set(lines.map((line) => JSON.parse(line).reason));
    expect([...reasons]).toEqual(expect.arrayContaining(['unpaired-surrogate', 'duplicate-key']));
    const names = ['event_id', 'reason', 'field', 'detail', 'partition_key', 'original'];
    const rows = await read(
      lines,
      names.map((name) => ({ name, type: 'string' })),
    );
    expect(rows).toEqual(
      lines.map((line) => {
        const parsed = JSON.parse(line);
        return names.map((name) => parsed[name]);
      }),
    );
  });

  it('a rejected line whose field was cut through a surrogate pair', async () => {
    const key = `${'k'.repeat(199)}😀`;
    const result = enrich(JSON.stringify(anEvent).replace('{', `{"${key}":1,"${key}":1,`));
    expect(result).toMatchObject({ reason: 'duplicate-key', field: `${'k'.repeat(199)}\ufffd` });
  });
});
