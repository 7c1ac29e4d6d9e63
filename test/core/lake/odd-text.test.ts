import { countOddText } from '../../../core/lake/odd-text.ts';

const count = (text: Buffer | string) => {
  const bytes = Buffer.from(text as string);
  return countOddText(bytes, JSON.parse(bytes.toString()));
};

describe('Text that is not what the API meant', () => {
  it('is none in UTF-8, be it with replacement characters of its own', () => {
    expect(count('{"name":"Ærø 🎧 \ufffd","more":["\\ud83c\\udfa7"]}')).toBe(0);
  });

  it('is an unpaired surrogate, however deep', () => {
    expect(count('{"name":"\\ud83c","artists":[{"name":"x\\udfa7"},{"name":"y"}]}')).toBe(2);
  });

  it('is a string of bytes that are no UTF-8', () => {
    const latin1 = Buffer.from('{"name":"Ær\xf8","other":"fine"}', 'latin1');
    expect(count(latin1)).toBe(1);
  });
});
