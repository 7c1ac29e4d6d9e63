import { resolve } from 'node:path';
import { serveConsole } from '../../local/serve-console.ts';

const root = resolve(import.meta.dirname, '../..');

it('says why the console does not start', async () => {
  await expect(serveConsole(root, '.local/nothing-here')).rejects.toThrow(
    /The local stage is not running: start it with `npm start -- --keep/,
  );
});
