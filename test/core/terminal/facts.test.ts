import { renderFacts } from '../../../core/terminal/facts.ts';

const facts = [
  ['status', 'COMPLETE'],
  ['manifest', `s3://lake/${'x'.repeat(60)}`],
  ['a', 'y'.repeat(90)],
] as const;

describe('Names and values', () => {
  it('are in two columns', () => {
    expect(renderFacts(facts)).toEqual([
      '  status    COMPLETE',
      `  manifest  s3://lake/${'x'.repeat(60)}`,
      `  a         ${'y'.repeat(90)}`,
    ]);
  });

  it('are below each other where a value fits no longer, which is never cut', () => {
    expect(renderFacts(facts, 80)).toEqual([
      '  status    COMPLETE',
      '  manifest',
      `    s3://lake/${'x'.repeat(60)}`,
      '  a',
      `    ${'y'.repeat(90)}`,
    ]);
  });

  it('may be none', () => {
    expect(renderFacts([])).toEqual([]);
  });
});
