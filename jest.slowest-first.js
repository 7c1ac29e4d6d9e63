import Sequencer from '@jest/test-sequencer';

/** Suites that start whole stages or many programs: alone at the end, one would keep a single core busy. */
const SLOWEST = [
  'test/faults/',
  'test/segments/',
  'test/local/start',
  'test/local/packaging',
  'test/cli/',
  'test/local/streaming/',
  'test/local/',
  'test/console/',
  'test/resources/',
  'packages/local-aws/test/other-clients/',
];

/** Jest knows durations from the run before; a clean clone had none. */
export default class SlowestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const place = SLOWEST.findIndex((part) => path.replaceAll('\\', '/').includes(`/${part}`));
      return place < 0 ? SLOWEST.length : place;
    };
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
}
