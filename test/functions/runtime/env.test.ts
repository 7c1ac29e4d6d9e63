import { numberOf, oneOf, required } from '../../../functions/runtime/env.ts';

const refusal = (message: RegExp) =>
  expect.objectContaining({ name: 'InvalidInput', message: expect.stringMatching(message) });

describe('A setting that is required', () => {
  it('is its value, without the space around it', () => {
    expect(required('A', { A: ' x y ' })).toBe('x y');
  });

  it.each([{}, { A: '' }, { A: '  ' }, { B: 'x' }])('is named when it is missing: %j', (env) => {
    expect(() => required('A', env)).toThrow(refusal(/^The environment variable A is missing/));
  });

  it('comes out of the environment', () => {
    process.env.TRIBUTARY_TEST = 'x';
    expect(required('TRIBUTARY_TEST')).toBe('x');
    delete process.env.TRIBUTARY_TEST;
    expect(() => required('TRIBUTARY_TEST')).toThrow(refusal(/TRIBUTARY_TEST/));
  });
});

describe('A setting that is a number', () => {
  it.each([
    ['5', 5],
    [' 0.5 ', 0.5],
    ['1e3', 1_000],
    ['0.01', 0.01],
  ])('%j is %d', (text, value) => {
    expect(numberOf('A', 7, 0.01, { A: text })).toBe(value);
  });

  it.each([{}, { A: '' }, { A: ' ' }])('is its default when it is not set: %j', (env) => {
    expect(numberOf('A', 7, 1, env)).toBe(7);
  });

  it.each(['five', '5s', '1,5', 'NaN', 'Infinity', '-Infinity', '0.9', '-1'])(
    'is refused by name when it is %j',
    (text) => {
      expect(() => numberOf('A', 7, 1, { A: text })).toThrow(
        refusal(/^A must be a number from 1 up, not '.+'$/),
      );
    },
  );
});

describe('A setting that is a choice', () => {
  const choices = ['auto', 'search'] as const;

  it('is the one chosen, or the first', () => {
    expect(oneOf('A', choices, { A: ' search ' })).toBe('search');
    expect(oneOf('A', choices, {})).toBe('auto');
    expect(oneOf('A', choices, { A: '' })).toBe('auto');
  });

  it.each(['Search', 'both', 'constructor'])('is refused by name when it is %j', (text) => {
    expect(() => oneOf('A', choices, { A: text })).toThrow(
      refusal(new RegExp(`^A must be one of auto, search, not '${text}'$`)),
    );
  });
});
