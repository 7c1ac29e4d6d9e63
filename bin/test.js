// `npm test`: Jest, in this very process. The programs that tests start share what V8 compiles, with each other
// and with those of a user: run.js says where.
import { isInstalled } from './run.js';

if (isInstalled()) await import('../node_modules/jest/bin/jest.js');
