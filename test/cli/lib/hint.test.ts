import { hint } from '../../../cli/lib/hint.ts';

describe('hint', () => {
  it('names a command as it can be pasted into a shell of the repository', () => {
    expect(hint('stop', { stage: 'dev', folder: '.local' })).toBe(
      '`npx tributary stop --stage dev`',
    );
    expect(hint('stop', { stage: 'local', folder: "it's" })).toBe(
      "`npx tributary stop --folder 'it'\\''s'`",
    );
  });
});
