import { join, resolve } from 'node:path';
import { jest } from '@jest/globals';
import { folderName, percent, time, wholeNumber } from '../../../core/terminal/options.ts';

const root = resolve(import.meta.dirname, '../../..');

afterEach(() => {
  jest.restoreAllMocks();
});

describe('options', () => {
  it.each([
    [root, 'data', 'data'],
    [root, '../data', '../data'],
    [join(root, 'docs'), 'data', join(root, 'docs/data')],
    ['/elsewhere', '../data', '/data'],
    ['/elsewhere', '/data', '/data'],
  ])('takes a folder that is typed in %s as %s for %s', (cwd, text, folder) => {
    jest.spyOn(process, 'cwd').mockReturnValue(cwd);
    jest.replaceProperty(process, 'env', { INIT_CWD: cwd });
    expect(folderName(text)).toBe(folder);
  });

  it('takes a folder for the whole path where npm runs a script in the repository for another folder', () => {
    jest.spyOn(process, 'cwd').mockReturnValue(root);
    jest.replaceProperty(process, 'env', { INIT_CWD: join(root, 'docs') });
    expect(folderName('data')).toBe(join(root, 'data'));
  });

  it.each([
    ['2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['2026-11-21T06:30', '2026-11-21T06:30:00.000Z'],
    ['2026-11-21T06:30:15.5Z', '2026-11-21T06:30:15.500Z'],
    ['2026-11-21T06:30:00+02:00', '2026-11-21T04:30:00.000Z'],
    ['2026-11-21 06:30', '2026-11-21T06:30:00.000Z'],
    ['2026-11-21 06:30:15', '2026-11-21T06:30:15.000Z'],
    ['2026-11-21 06:30 -0430', '2026-11-21T11:00:00.000Z'],
    ['1795242600', '2026-11-21T06:30:00.000Z'],
    ['1795242600.5', '2026-11-21T06:30:00.500Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ])('takes %s for a time, in UTC unless it has an offset', (text, iso) => {
    expect(time(text).toISOString()).toBe(iso);
  });

  it('takes an age for a time', () => {
    expect(Date.now() - time('15m').getTime()).toBeCloseTo(15 * 60_000, -2);
    expect(Date.now() - time('2d').getTime()).toBeCloseTo(2 * 86_400_000, -2);
  });

  it.each([
    ...['yesterday', '2026-13-01', '1e3', '15', '21.11.2026', ''],
    '999999999d',
    ...['2026-02-30', '2026-02-29', '2026-11-31T06:00', '2026-11-21 24:30', '2026-11-21 06:61'],
    ...['999999999999999d', '2026-11-21T06:30+99:00'],
  ])('does not take %j for a time', (text) => expect(() => time(text)).toThrow('It is not a time'));

  it('takes percentages from 0 to 100', () => {
    expect([percent('0'), percent('1.5'), percent('100%')]).toEqual([0, 1.5, 100]);
    for (const text of ['101', '-1', 'x']) expect(() => percent(text)).toThrow('percentage');
  });

  it('takes whole numbers', () => {
    expect(wholeNumber('12')).toBe(12);
    for (const text of ['1.5', '-1', '1e3', '99999999999999999999']) {
      expect(() => wholeNumber(text)).toThrow('whole number');
    }
  });
});
