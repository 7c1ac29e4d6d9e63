import { Pace } from '../../../core/kinesis/pace.ts';

/** The pauses after calls of which these shares failed; `down` is a call that failed as a whole. */
function pauses(...calls: (number | 'down')[]): number[] {
  const pace = new Pace();
  return calls.map((call) => {
    if (call === 'down') pace.failed();
    else pace.settled(call);
    return pace.isSlow ? pace.pauseMs(1) : 0;
  });
}

describe('The pace of a writer', () => {
  it('has no pauses while next to nothing fails', () => {
    expect(pauses(0, 0.1, 0.24)).toEqual([0, 0, 0]);
  });

  it('slows down while more than half of the entries fail, up to a quarter of a second', () => {
    expect(pauses(0.6, 0.6, 0.6, 1, 1)).toEqual([50, 100, 200, 250, 250]);
  });

  it('stays as it is while between a quarter and a half fail: the shard is used in full', () => {
    expect(pauses(0.25, 0.5, 0.3)).toEqual([50, 50, 50]);
    expect(pauses(1, 1, 0.4)).toEqual([50, 100, 100]);
  });

  it('speeds up as the failures become fewer', () => {
    expect(pauses(1, 1, 1, 0.1, 0, 0, 0)).toEqual([50, 100, 200, 100, 50, 0, 0]);
  });

  it('backs off further from what fails as a whole, and returns to its pace after it', () => {
    expect(pauses('down', 'down', 'down')).toEqual([50, 100, 200]);
    expect(pauses(...(new Array(9).fill('down') as 'down'[])).at(-1)).toBe(2_000);
    expect(pauses(1, 1, 'down', 'down', 'down', 0.4)).toEqual([50, 100, 50, 100, 200, 100]);
  });

  it('is jittered: two writers that failed together do not return together', () => {
    const pace = new Pace();
    pace.settled(1);
    expect([pace.pauseMs(0), pace.pauseMs(1)]).toEqual([25, 50]);
  });
});
