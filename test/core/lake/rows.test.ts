import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import {
  albumRow,
  artistRow,
  creditsOf,
  creditsWithoutId,
  firstDayOf,
  originOf,
  trackRow,
  typedRow,
} from '../../../core/lake/rows.ts';
import { type Column, type TableName, tables } from '../../../core/lake/tables.ts';
import { album, artist, run, track } from '../../functions/fixtures.ts';

const iso = (value: unknown) => firstDayOf(value)?.toISOString() ?? null;

describe('The first possible day of a release date', () => {
  it.each([
    ['1981', '1981-01-01'],
    ['1981-12', '1981-12-01'],
    ['1981-12-15', '1981-12-15'],
    ['2024-02-29', '2024-02-29'],
    ['2000-02-29', '2000-02-29'],
    ['0001', '0001-01-01'],
    ['9999-12-31', '9999-12-31'],
    ['1969-07-20', '1969-07-20'],
  ])('%s is %s', (text, first) => {
    expect(iso(text)).toBe(`${first}T00:00:00.000Z`);
  });

  it.each([
    '2026-02-29',
    '1900-02-29',
    '2026-02-31',
    '2026-13',
    '2026-00',
    '2026-01-00',
    '2026-04-31',
    '0000',
    '0000-01-01',
    '1981-',
    '1981-1',
    '1981-1-5',
    '81',
    '19810',
    '-1981',
    '1981-12-15T00:00:00Z',
    ' 1981',
    '1981\n',
    '１９８１',
    'soon',
    '',
    null,
    undefined,
    {},
    [],
    true,
  ])('there is none in %j', (text) => {
    expect(iso(text)).toBeNull();
  });
});

describe('The row of an album', () => {
  const rowOf = (more: object) => albumRow(album('a', more) as never);

  it('goes by what the date holds, not by the precision beside it', () => {
    const row = rowOf({ release_date: '1981', release_date_precision: 'day' });
    expect(row.release_date_day).toEqual(new Date('1981-01-01T00:00:00Z'));
    expect(row).toMatchObject({ release_date: '1981', release_date_precision: 'day' });
  });

  it('takes the first image, the link back, the reason of a restriction and the markets', () => {
    expect(
      rowOf({
        images: [{ url: 'large' }, { url: 'small' }],
        external_urls: { spotify: 'https://open.spotify.com/album/a' },
        restrictions: { reason: 'market' },
        available_markets: ['DE', 'US'],
      }),
    ).toMatchObject({
      image_url: 'large',
      spotify_url: 'https://open.spotify.com/album/a',
      restriction_reason: 'market',
      market_count: 2,
    });
  });

  it('says nothing of markets that development mode left out, and 0 of an empty list', () => {
    expect(rowOf({}).market_count).toBeNull();
    expect(rowOf({ available_markets: [] }).market_count).toBe(0);
  });

  it.each([undefined, null, 'text', 7, [], [null], [7], {}])(
    'survives images and links that are %j',
    (odd) => {
      const row = rowOf({ images: odd, external_urls: odd, restrictions: odd });
      expect(row.image_url).toBeUndefined();
      expect(row.spotify_url).toBeUndefined();
      expect(row.restriction_reason).toBeUndefined();
    },
  );
});

describe('The row of a track', () => {
  it('carries its album, whatever Spotify says under that name', () => {
    expect(trackRow(track('t', { album_id: 'other' }) as never, 'a').album_id).toBe('a');
  });
});

describe('The credits of an item', () => {
  it('keep their places, those without an id too; an artist credited twice has the first place', () => {
    const item = { id: 'a', artists: [artist('b'), null, artist('a'), artist('b'), { id: 7 }] };
    expect(creditsOf(item).map(({ artist: of, position }) => [of?.id, position])).toEqual([
      ['b', 0],
      [undefined, 1],
      ['a', 2],
      [undefined, 4],
    ]);
    expect(creditsWithoutId([item, item])).toBe(4);
  });

  it.each([undefined, null, {}, 'text'])('are none where they are %j', (artists) => {
    expect(creditsOf({ id: 'a', artists })).toEqual([]);
  });
});

describe('Where a row came from', () => {
  it('is said by the start of the run and not by the clock', () => {
    expect(originOf({ run, source: 'search' })).toEqual({
      source: 'search',
      run_id: 'run-1',
      ingested_at: new Date(run.startedAt),
    });
  });
});

describe('A typed row', () => {
  const typed = (table: TableName, values: Record<string, unknown>) => {
    const odd: string[] = [];
    return { row: typedRow(table, values, (column) => odd.push(column)), odd };
  };

  it('has the columns of its table and no others', () => {
    const { row, odd } = typed('artists', { id: 'a', followers: 7 });
    expect(Object.keys(row)).toEqual(tables.artists.map(({ name }) => name));
    expect(odd).toEqual([]);
  });

  it('takes what fits', () => {
    const ingested_at = new Date(0);
    const release_date_day = new Date('1981-01-01');
    const values = { id: '', name: '', total_tracks: 0, release_date_day, ingested_at };
    expect(typed('albums', values).row).toMatchObject(values);
    expect(typed('tracks', { explicit: false }).row.explicit).toBe(false);
  });

  it.each<[TableName, string, unknown]>([
    ['albums', 'name', 7],
    ['albums', 'name', { text: 'x' }],
    ['albums', 'total_tracks', '12'],
    ['albums', 'total_tracks', 1.5],
    ['albums', 'total_tracks', Number.NaN],
    ['albums', 'popularity', 2 ** 31],
    ['albums', 'popularity', -(2 ** 31)],
    ['albums', 'popularity', 12n],
    ['albums', 'release_date_day', '1981-01-01'],
    ['tracks', 'explicit', 'false'],
    ['tracks', 'explicit', 0],
    ['tracks', 'ingested_at', '2026-11-21T06:00:00Z'],
  ])('has null where %s.%s is %p, and says so', (table, column, value) => {
    const { row, odd } = typed(table, { [column]: value });
    expect(row[column]).toBeNull();
    expect(odd).toEqual([`${table}.${column}`]);
  });

  it('has null for what is missing, and says nothing', () => {
    const { row, odd } = typed('albums', { name: undefined, label: null });
    expect(Object.values(row).every((value) => value === null)).toBe(true);
    expect(odd).toEqual([]);
  });

  it('finds nothing odd in what Spotify sends', () => {
    const catalog = generateCatalog({ albums: 40, seed: 7 });
    const odd: string[] = [];
    for (const each of catalog.albums) {
      typedRow('albums', albumRow(each), (column) => odd.push(column));
      for (const one of catalog.tracks[each.id] ?? []) {
        typedRow('tracks', trackRow(one, each.id), (column) => odd.push(column));
      }
      for (const one of each.artists) {
        typedRow('artists', artistRow(one), (column) => odd.push(column));
      }
    }
    expect(odd).toEqual([]);
  });
});

describe('The tables', () => {
  it('name each column once, and say on each row where it came from', () => {
    for (const [table, columns] of Object.entries<Column[]>(tables)) {
      const names = columns.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      if (table !== 'runs') {
        expect(names).toEqual(expect.arrayContaining(['source', 'run_id', 'ingested_at']));
      }
      // Glue's crawler adds it from the folder; twice would break the table.
      expect(names).not.toContain('ingest_date');
    }
  });
});
