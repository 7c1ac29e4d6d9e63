import { thousands } from '../../../core/terminal/thousands.ts';

it.each([
  0,
  7,
  999,
  1_000,
  12_345,
  999_999,
  1_000_000,
  1_234_567_890,
  Number.MAX_SAFE_INTEGER,
  -1,
  -1_000,
])('has the commas that English has in %d', (n) => {
  expect(thousands(n)).toBe(n.toLocaleString('en'));
  expect(thousands(-n)).toBe((-n).toLocaleString('en').replace('-0', '0'));
});
