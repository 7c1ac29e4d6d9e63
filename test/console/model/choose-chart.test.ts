import { chooseChart } from '../../../console/model/choose-chart.ts';

const columns = (...types: string[]) => types.map((type, i) => ({ name: `c${i}`, type }));

it('draws lines over time, bars by category, dots of two numbers, and nothing without a number', () => {
  const days = [
    ['2026-11-20', '1'],
    ['2026-11-21', '2'],
  ];
  expect(chooseChart(columns('date', 'bigint'), days)).toEqual({ kind: 'line', x: 0, y: [1] });
  expect(chooseChart(columns('varchar', 'bigint'), days)).toEqual({ kind: 'line', x: 0, y: [1] });
  expect(
    chooseChart(columns('varchar', 'double'), [
      ['a', '1'],
      ['b', '2'],
    ]),
  ).toEqual({ kind: 'bars', x: 0, y: [1] });
  expect(
    chooseChart(columns('integer', 'double'), [
      ['1', '1'],
      ['2', '2'],
    ]),
  ).toEqual({ kind: 'dots', x: 0, y: [1] });
  expect(
    chooseChart(columns('varchar', 'varchar'), [
      ['a', 'b'],
      ['c', 'd'],
    ]),
  ).toBeUndefined();
  expect(chooseChart(columns('varchar', 'double'), [['a', '1']])).toBeUndefined();
});

it('names bars by what a person reads rather than by an id', () => {
  const named = [
    { name: 'album_id', type: 'varchar' },
    { name: 'name', type: 'varchar' },
    { name: 'n', type: 'bigint' },
  ];
  expect(
    chooseChart(named, [
      ['x1', 'a', '1'],
      ['x2', 'b', '2'],
    ]),
  ).toMatchObject({ x: 1 });
});
