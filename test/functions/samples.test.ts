import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const files = readdirSync(join(root, 'test/events')).filter((file) => file.endsWith('.json'));

/** The module of a function that parses its input; the functions of streams take any batch. */
async function parserOf(name: string): Promise<((event: unknown) => unknown) | undefined> {
  const folder = join(root, 'functions', name);
  if (!readdirSync(join(root, 'functions')).includes(name)) return undefined;
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.ts') || file === 'handler.ts') continue;
    const { parseRequest } = await import(join(folder, file));
    if (parseRequest) return parseRequest;
  }
  return undefined;
}

describe('the samples for sls invoke local', () => {
  it.each(files)('%s is what its function takes', async (file) => {
    const name = file.replace('.json', '');
    const parse = await parserOf(name);
    const event = JSON.parse(readFileSync(join(root, 'test/events', file), 'utf8'));
    if (/sessions$/.test(name)) expect(event.Records.length).toBeGreaterThan(0);
    else expect(() => parse?.(event)).not.toThrow();
    if (!/sessions$/.test(name)) expect(parse).toBeDefined();
  });
});
