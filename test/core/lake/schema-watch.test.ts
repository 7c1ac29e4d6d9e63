import {
  compareFields,
  createFieldCollector,
  describeChanges,
  type Fields,
} from '../../../core/lake/schema-watch.ts';

const fieldsOf = (kind: string, ...items: object[]): Fields => {
  const collector = createFieldCollector(kind);
  items.forEach((item, i) => {
    collector.add({ id: String(i), ...item });
  });
  return collector.fields();
};
const changesOf = (before: Fields, now: Fields) =>
  compareFields(before, now).changes.map(({ field, change }) => `${field} ${change}`);

describe('The fields of items', () => {
  it('are named with those within, two levels deep, with their types', () => {
    const fields = fieldsOf(
      'album',
      { name: 'a', artists: [{ name: 'b' }, { name: null, more: { deep: 1 } }], images: [] },
      { name: null, external_urls: { spotify: 'https://…' } },
    );
    expect(fields).toEqual({
      'album.id': { types: ['string'], always: true },
      'album.name': { types: ['null', 'string'], always: true },
      'album.artists': { types: ['array'], always: false },
      'album.artists[].name': { types: ['null', 'string'], always: false },
      'album.artists[].more': { types: ['object'], always: false },
      'album.images': { types: ['array'], always: false },
      'album.external_urls': { types: ['object'], always: false },
      'album.external_urls.spotify': { types: ['string'], always: false },
    });
  });

  it('are not more than a manifest can hold, where ids are names', () => {
    const ids = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`id${i}`, i]));
    expect(Object.keys(fieldsOf('album', ids)).length).toBeLessThanOrEqual(300);
  });
});

describe('A change of the schema', () => {
  const before = fieldsOf(
    'album',
    { name: 'a', label: 'l', popularity: 1 },
    { name: 'b', label: 'l' },
  );

  it('is none in the first run, and none where nothing changed', () => {
    expect(compareFields(undefined, before).changes).toEqual([]);
    expect(changesOf(before, before)).toEqual([]);
  });

  it('is a field that appears, that vanishes, or that has another type', () => {
    const now = fieldsOf('album', { name: 7, rating: 5 });
    expect(changesOf(before, now)).toEqual([
      'album.label vanished',
      'album.name changed type',
      'album.rating appeared',
    ]);
    expect(describeChanges(compareFields(before, now).changes)).toBe(
      'album.label vanished (string); album.name changed type (number); album.rating appeared (number)',
    );
  });

  it('is not a field that only some items have, nor a null', () => {
    const now = fieldsOf('album', { name: null, label: 'l' });
    expect(changesOf(before, now)).toEqual([]);
    const { fields } = compareFields(before, now);
    expect(fields['album.popularity']).toEqual({ types: ['number'], always: false });
    expect(fields['album.name']?.types).toEqual(['null', 'string']);
  });

  it('is reported once: what the next run is compared with has it', () => {
    const now = fieldsOf('album', { name: 'a', rating: 5 });
    const { fields } = compareFields(before, now);
    expect(changesOf(fields, now)).toEqual([]);
    expect(changesOf(fields, before)).toEqual(['album.label appeared']);
  });

  it('of tracks is not told by a run without tracks', () => {
    const tracks = fieldsOf('track', { name: 'a' });
    const { changes, fields } = compareFields({ ...before, ...tracks }, before);
    expect(changes).toEqual([]);
    expect(fields['track.name']).toEqual(tracks['track.name']);
    expect(changesOf(before, { ...before, ...tracks })).toEqual([]);
  });

  it('has no text where there is none', () => {
    expect(describeChanges([])).toBeNull();
  });
});
