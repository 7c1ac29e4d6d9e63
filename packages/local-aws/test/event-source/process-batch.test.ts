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
  const steps: string[] = [];
  const world: BatchWorld = {
    async invoke(sent) {
      seen.push(text(sent));
      return invoke(text(sent));
    },
    async discard(lost, { condition, invocations }) {
      steps.push(`discard ${text(lost)} ${condition} after ${invocations}`);
    },
    acknowledge(done) {
      if (done.length > 0) steps.push(`acknowledge ${text(done)}`);
    },
    pause: async () => {},
    now: () => now,
    isClosed: () => seen.length > 100,
  };
  await processBatch(records(...letters), settings(changed), world);
  return { seen, steps };
}

const raise = () => {
  throw new Error('broken');
};

describe('a batch', () => {
  it('is acknowledged when the function reports nothing', async () => {
    const { seen, steps } = await process('abc', {}, () => report());
    expect(seen).toEqual(['abc']);
    expect(steps).toEqual(['acknowledge abc']);
  });

  it('is retried from the lowest sequence number reported, whatever the order of the report', async () => {
    const responses = [report('4', '2', '3'), report()];
    const { seen, steps } = await process('abcd', {}, () => responses.shift());
    expect(seen).toEqual(['abcd', 'bcd']);
    expect(steps).toEqual(['acknowledge a', 'acknowledge bcd']);
  });

  it('compares sequence numbers as numbers', async () => {
    const responses = [report('10', '9'), report()];
    const { seen } = await process('abcdefghijk', {}, () => responses.shift());
    expect(seen).toEqual(['abcdefghijk', 'ijk']);
  });

  it('is retried whole after a function error when it does not bisect', async () => {
    let calls = 0;
    const { seen } = await process('ab', {}, () => (++calls < 3 ? raise() : null));
    expect(seen).toEqual(['ab', 'ab', 'ab']);
  });

  it('is bisected until a poison record stands alone, which alone is discarded', async () => {
    const { seen, steps } = await process('abcd', { bisects: true, retries: 1 }, (sent) =>
      sent.includes('c') ? raise() : null,
    );
    expect(seen).toEqual(['abcd', 'ab', 'cd', 'c', 'c', 'd']);
    expect(steps).toEqual([
      'acknowledge ab',
      'discard c RetryAttemptsExhausted after 4',
      'acknowledge d',
    ]);
  });

  it('is discarded when its retries are used up; the first attempt is no retry', async () => {
    const { seen, steps } = await process('ab', { retries: 2 }, raise);
    expect(seen).toEqual(['ab', 'ab', 'ab']);
    expect(steps).toEqual(['discard ab RetryAttemptsExhausted after 3']);
  });

  it('uses up retries by reports as well, and then loses only what is left', async () => {
    const responses = [report('2'), report('3')];
    const { seen, steps } = await process('abc', { retries: 1 }, () => responses.shift());
    expect(seen).toEqual(['abc', 'bc']);
    expect(steps).toEqual([
      'acknowledge a',
      'acknowledge b',
      'discard c RetryAttemptsExhausted after 2',
    ]);
  });

  it('is not bisected by a report, which says already where to go on', async () => {
    const responses = [report('1'), report()];
    const { seen } = await process('abcd', { bisects: true }, () => responses.shift());
    expect(seen).toEqual(['abcd', 'abcd']);
  });

  it('loses records beyond the maximum age before they are sent, and no others', async () => {
    // They arrived 60 s before now, which is not more than the age.
    const young = await process('ab', { maxAgeSeconds: 60 }, () => null, 1_060_000);
    expect(young.steps).toEqual(['acknowledge ab']);
    const old = await process('ab', { maxAgeSeconds: 60 }, () => null, 1_061_000);
    expect(old.seen).toEqual([]);
    expect(old.steps).toEqual(['discard ab RecordAgeExceeded after 0']);
  });

  it('is acknowledged whatever the response when the mapping has no report', async () => {
    const { steps } = await process('ab', { reportsItemFailures: false }, () => report('1'));
    expect(steps).toEqual(['acknowledge ab']);
  });
});

describe('a report', () => {
  const sent = records('a', 'b');

  it.each([[null], [undefined], [{}], [{ batchItemFailures: null }], [{ batchItemFailures: [] }]])(
    'of %j is a complete success',
    (response) => {
      expect(readReport(response, sent)).toBe(2);
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
  ])('of %j is a complete failure', (response) => {
    expect(readReport(response, sent)).toBeUndefined();
  });
});
