import { readEvent } from '../../../core/sessions/read-event.ts';
import { anEvent } from './fixtures.ts';

const countryOf = (country: string): string => {
  const read = readEvent(Buffer.from(JSON.stringify({ ...anEvent, country })));
  return 'reason' in read ? read.reason : read.country;
};

describe('A country that is read again', () => {
  it('is not taken for another of the same length, first and last letter', () => {
    for (const country of ['Iran', 'Icen', 'Iran', 'Icen', 'Iron', 'I', 'Iran']) {
      expect(countryOf(country)).toBe(country);
    }
  });

  it('is not taken for a text whose bytes are its characters', () => {
    const [text, spelledByte] = ['Åland', Buffer.from('Åland').toString('latin1')];
    for (const country of [spelledByte, text, spelledByte, text]) {
      expect(countryOf(country)).toBe(country);
    }
  });

  it('may be of any length', () => {
    for (const length of [1, 31, 32, 33, 5_000]) {
      expect(countryOf('x'.repeat(length))).toHaveLength(length);
      expect(countryOf('x'.repeat(length))).toHaveLength(length);
    }
  });
});
