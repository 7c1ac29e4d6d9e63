// `npm start`.
import { run } from './run.js';

await run('local/main.ts');
