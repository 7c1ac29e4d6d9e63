import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { enrichRecord } from '../../core/sessions/enrich-record.ts';
import { ADDED_FIELDS, ENTRY_FIELDS, FIELDS } from '../../core/sessions/fields.ts';
import { REASONS } from '../../core/sessions/reasons.ts';
import { createSegmentOf, SEGMENTS } from '../../core/sessions/segments.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/session-events.md'), 'utf8');
const linesOf = (file: string) =>
  readFileSync(join(root, 'examples', file), 'utf8')
    .trimEnd()
    .split('\n');

const enrich = (line: string) =>
  enrichRecord(Buffer.from(line), {
    eventId: '0-1',
    processingTimestamp: '2026-11-21T06:00:00.000Z',
    segmentOf: createSegmentOf(SEGMENTS),
  });

describe('The contract of session events', () => {
  it('lists every reason with its meaning', () => {
    const list = page.slice(page.indexOf('## Reasons'));
    const rows = [...list.matchAll(/^\| `([a-z0-9-]+)` \| (.*) \|$/gm)].map(([, name, text]) => [
      name,
      text,
    ]);
    expect(Object.fromEntries(rows)).toEqual(REASONS);
  });

  const rowsOf = (from: string, to: string) =>
    page
      .slice(page.indexOf(from), page.indexOf(to))
      .split('\n')
      .filter((line) => line.startsWith('| `'));

  it('lists every field with its type, whether it is required, and its rule', () => {
    const row = (path: string, field: { type: string; required: boolean; about: string }) =>
      `| \`${path}\` | ${field.type.replace(/<.*/, '')} | ${field.required ? 'yes' : 'no'} | ${field.about} |`;
    expect(rowsOf('## Fields', '## Rules')).toEqual([
      ...FIELDS.map((field) => row(field.name, field)),
      ...ENTRY_FIELDS.map((field) => row(`browsing_history[].${field.name}`, field)),
    ]);
  });

  it('lists every field that enrichment adds', () => {
    expect(rowsOf('## What enrichment adds', '## Delivery')).toEqual(
      ADDED_FIELDS.map(({ name, type, about }) => `| \`${name}\` | ${type} | ${about} |`),
    );
  });
});

describe('The examples', () => {
  it.each(linesOf('session-events.ndjson'))('are accepted: %s', (line) => {
    expect(enrich(line)).toHaveProperty('segment');
  });

  it('show each reason that a line of text can show', () => {
    const reasons = linesOf('rejected-session-events.ndjson').map((line) => {
      const result = enrich(line);
      return 'reason' in result ? result.reason : `accepted: ${line}`;
    });
    const bytesOnly = [
      'damaged-aggregate',
      'not-utf8',
      'byte-order-mark',
      'line-break',
      'too-large',
    ];
    expect(reasons.sort()).toEqual(
      Object.keys(REASONS)
        .filter((reason) => !bytesOnly.includes(reason))
        .sort(),
    );
  });
});
