import { availableParallelism } from 'node:os';

// Workers take these over. Suites allocate much that is soon garbage: fewer collections are 7 % less CPU.
process.execArgv.push('--initial-old-space-size=400', '--min-semi-space-size=16');

/** Everything; `npm run test:product` runs the product alone, `npm test -w packages/<name>` a package. */
export default {
  projects: [
    '<rootDir>/test',
    '<rootDir>/packages/local-aws',
    '<rootDir>/packages/seeded-random',
    '<rootDir>/packages/spotify-mock',
  ],
  // Suites wait for programs and pauses a third of the time: two more than cores keep those busy.
  maxWorkers: availableParallelism() + 2,
  // What suites leave in a process makes each collection of garbage longer, a sixth of all CPU in the end.
  workerIdleMemoryLimit: '350MB',
  testSequencer: '<rootDir>/jest.slowest-first.js',
  testTimeout: 60_000,
};
