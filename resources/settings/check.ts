import leven from 'leven';
import { InvalidInput } from '../../core/errors.ts';
import { createSegmentOf, SEGMENTS, type Segment } from '../../core/sessions/segments.ts';
import { SETTINGS } from './table.ts';

/** Not settings, but what `npm start` sets for its own stage. */
const OF_LOCAL_STAGE = ['awsUrl'];
/** The stage local has buckets of its own: nobody else has taken their names. */
const OF_ACCOUNTS = ['lakeBucketName', 'bucketSuffix'];

function nearest(name: string): string | undefined {
  const lower = name.toLowerCase();
  const [best] = Object.keys(SETTINGS)
    .map((known) => ({ known, changes: leven(lower, known.toLowerCase()) }))
    .sort((a, b) => a.changes - b.changes);
  return best && best.changes <= Math.max(3, name.length / 2) ? best.known : undefined;
}

function checkParam(param: string, stage: string): void {
  const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(param) ?? [];
  if (name === undefined) throw new InvalidInput(`--param takes name=value, not '${param}'`);
  if (stage === 'local' && OF_LOCAL_STAGE.includes(name)) return;
  const setting = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
  if (!setting) {
    const known = nearest(name);
    const hint = known ? `did you mean ${known}?` : 'docs/settings.md lists all';
    throw new InvalidInput(`There is no setting ${name}: ${hint}`);
  }
  if (stage === 'local' && OF_ACCOUNTS.includes(name)) {
    throw new InvalidInput(
      `${name} is for stages in an account: the stage local has its own buckets`,
    );
  }
  const localRule = stage === 'local' ? setting.localRule : undefined;
  const { accepts, is } = localRule ?? setting.rule;
  if (!accepts(value.trimEnd())) {
    const where = localRule ? ' on the stage local' : '';
    throw new InvalidInput(`${name} must be ${is}${where}, not '${value}'`);
  }
}

/** The longest name that the stage is a part of: a bucket has 63 letters, an account 12 digits. */
function checkStage(stage: string, segments: readonly Segment[]): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(stage)) {
    throw new InvalidInput(
      `Stage '${stage}': a stage is a-z, 0-9 and single -, and begins with a letter`,
    );
  }
  const longest = Math.max(...segments.map(({ name }) => name.length));
  const room = 63 - 'tributary--sessions--'.length - longest - 12;
  if (stage.length > room) {
    throw new InvalidInput(`Stage '${stage}': a stage has ${room} characters at most`);
  }
}

/**
 * Checks a stage and its `name=value` settings before anything runs. Throws InvalidInput with one line
 * that names the setting as it was typed.
 */
export function checkSettings({
  stage,
  params,
  segments = SEGMENTS,
}: {
  stage: string;
  params: readonly string[];
  segments?: readonly Segment[];
}): void {
  createSegmentOf(segments);
  checkStage(stage, segments);
  for (const param of params) checkParam(param, stage);
}
