// `npm test`: Jest, in this very process.
import { isInstalled } from './run.js';

if (isInstalled()) await import('../node_modules/jest/bin/jest.js');
