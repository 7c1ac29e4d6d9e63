// `npm run spotify`.
import { run } from './run.js';

await run('packages/spotify-mock/src/main.ts');
