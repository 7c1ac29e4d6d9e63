import { type BatchWorld, processBatch, readReport } from '../../src/event-source/process-batch.ts';
import type { StreamRecord } from '../../src/kinesis/records.ts';
import type { MappingSettings } from '../../src/service/stream-settings.ts';
import { records, report, settings } from './fixtures.ts';

const text = (all: readonly StreamRecord[]) =>
  all.map(({ data }) => Buffer.from(data, 'base64').toString()).join('');

/** Processes a batch of one-letter records; says what was invoked, acknowledged and discarded. */
async function process(
  letters: string,
  changed: Partial<MappingSettings>,
  invoke: (sent: string) => unknown,
  now = 1_000_000,
) {
  const seen: string[] = [];
  const told: string[] = [];
  const world: BatchWorld = {
    async invoke(sent) {
      seen.push(text(sent));
      return invoke(text(sent));
    },
    async discard(lost, { condition, invocations }) {
      told.push(`discard ${text(lost)} ${condition} after ${invocations}`);
    },
    acknowledge(done) {
      if (done.length > 0) told.push(`acknowledge ${text(done)}`);
    },
    pause: async () => {},
    now: () => now,
    isClosed: () => seen.length > 100,
  };
  await processBatch(records(...letters), settings(changed), world);
  return { seen, told };
}

const raise = () => {
  throw new Error('broken');
};

describe('a batch', () => {
  it('is acknowledged when the function reports nothing', async () => {
    const { seen, told } = await process('abc', {}, () => report());
    expect(seen).toEqual(['abc']);
    expect(told).toEqual(['acknowledge abc']);
  });

  it('comes again from the lowest sequence number reported, whatever the order of the report', async () => {
    const answers = [report('4', '2', '3'), report()];
    const { seen, told } = await process('abcd', {}, () => answers.shift());
    expect(seen).toEqual(['abcd', 'bcd']);
    expect(told).toEqual(['acknowledge a', 'acknowledge bcd']);
  });

  it('compares sequence numbers as numbers', async () => {
    const answers = [report('10', '9'), report()];
    const { seen } = await process('abcdefghijk', {}, () => answers.shift());
    expect(seen).toEqual(['abcdefghijk', 'ijk']);
  });

  it('comes again whole after a function error when it does not bisect', async () => {
    let calls = 0;
    const { seen } = await process('ab', {}, () => (++calls < 3 ? raise() : null));
    expect(seen).toEqual(['ab', 'ab', 'ab']);
  });

  it('is bisected until a poison record stands alone, which alone is discarded', async () => {
    const { seen, told } = await process('abcd', { bisects: true, retries: 1 }, (sent) =>
      sent.includes('c') ? raise() : null,
    );
    expect(seen).toEqual(['abcd', 'ab', 'cd', 'c', 'c', 'd']);
    expect(told).toEqual([
      'acknowledge ab',
      'discard c RetryAttemptsExhausted after 4',
      'acknowledge d',
    ]);
  });

  it('is given up when its retries are used up, and the first attempt is none', async () => {
    const { seen, told } = await process('ab', { retries: 2 }, raise);
    expect(seen).toEqual(['ab', 'ab', 'ab']);
    expect(told).toEqual(['discard ab RetryAttemptsExhausted after 3']);
  });

  it('uses up retries by reports as well, and then loses only what is left', async () => {
    const answers = [report('2'), report('3')];
    const { seen, told } = await process('abc', { retries: 1 }, () => answers.shift());
    expect(seen).toEqual(['abc', 'bc']);
    expect(told).toEqual([
      'acknowledge a',
      'acknowledge b',
      'discard c RetryAttemptsExhausted after 2',
    ]);
  });

  it('is not bisected by a report, which says already where to go on', async () => {
    const answers = [report('1'), report()];
    const { seen } = await process('abcd', { bisects: true }, () => answers.shift());
    expect(seen).toEqual(['abcd', 'abcd']);
  });

  it('loses records beyond the maximum age before they are sent, and no others', async () => {
    // They arrived 60 s before now, which is not more than the age.
    const young = await process('ab', { maxAgeSeconds: 60 }, () => null, 1_060_000);
    expect(young.told).toEqual(['acknowledge ab']);
    const old = await process('ab', { maxAgeSeconds: 60 }, () => null, 1_061_000);
    expect(old.seen).toEqual([]);
    expect(old.told).toEqual(['discard ab RecordAgeExceeded after 0']);
  });

  it('is acknowledged whatever the answer when the mapping asks for no report', async () => {
    const { told } = await process('ab', { reportsItemFailures: false }, () => report('1'));
    expect(told).toEqual(['acknowledge ab']);
  });
});

describe('a report', () => {
  const sent = records('a', 'b');

  it.each([[null], [undefined], [{}], [{ batchItemFailures: null }], [{ batchItemFailures: [] }]])(
    'of %j is a complete success',
    (answer) => {
      expect(readReport(answer, sent)).toBe(2);
    },
  );

  it.each([
    [report('')],
    [report(null)],
    [report('99')],
    [report('2', '99')],
    [{ batchItemFailures: [{ id: '1' }] }],
    [{ batchItemFailures: '1' }],
    ['1'],
  ])('of %j is a complete failure', (answer) => {
    expect(readReport(answer, sent)).toBeUndefined();
  });
});
