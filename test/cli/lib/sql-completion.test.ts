import { completeSql, schemaOf } from '../../../cli/lib/sql-completion.ts';

const schema = schemaOf([
  ['albums', 'id'],
  ['albums', 'album_type'],
  ['artists', 'id'],
  ['runs', 'run_id'],
]);
const complete = (line: string) => completeSql(line, schema);

describe('the completion of SQL', () => {
  it.each([
    ['SELECT * FROM al', ['albums']],
    ['SELECT * FROM albums JOIN ', ['albums', 'artists', 'runs']],
    ['SELECT al', ['album_type', 'albums']],
    ['SELECT run_', ['run_id']],
    ['SELECT * FROM albums a WHERE a.', ['a.id', 'a.album_type']],
    ['SELECT * FROM runs WHERE runs.r', ['runs.run_id']],
    ['sel', ['SELECT']],
    ['\\d a', ['albums', 'artists']],
  ])('of %j offers %j', (line, candidates) => {
    expect(complete(line)[0]).toEqual(candidates);
  });

  it('names columns of the tables in the line only', () => {
    expect(complete('SELECT * FROM artists WHERE ')[0].slice(0, 1)).toEqual(['id']);
    expect(complete('SELECT * FROM artists WHERE a')[0]).not.toContain('album_type');
  });

  it('names no columns where neither a table nor a letter is typed', () => {
    expect(complete('SELECT ')[0]).toEqual(expect.arrayContaining(['DISTINCT', 'albums']));
    expect(complete('SELECT ')[0]).not.toContain('run_id');
  });
});
