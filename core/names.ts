import { InvalidInput } from './errors.ts';

/** The stage that `npm start` serves on this machine; the default of every command. */
export const LOCAL_STAGE = 'local';

/** Names that a deployment may override (`sls deploy --param`, `npm start -- --param`). */
export interface StageNames {
  /** The source stream; the others have its name and a suffix: `-enriched`, `-usa` … */
  readonly sessionsStream: string;
  readonly workgroupName: string;
  readonly databaseName: string;
  /** Of a deployed stack; undefined where they follow from the account (resources/outputs.yml). */
  readonly lakeBucketName?: string | undefined;
  readonly failedBatchesBucketName?: string | undefined;
}

/** As serverless.yml has them where nothing is overridden. */
export const defaultNames = (stage: string): StageNames => ({
  sessionsStream: `tributary-${stage}-sessions`,
  workgroupName: `tributary-${stage}`,
  databaseName: `tributary_${stage}`,
  lakeBucketName: undefined,
  failedBatchesBucketName: undefined,
});

/**
 * The stream that a person means: `sessions`, `sessions-enriched`, `sessions-usa` and so on are the
 * stage's own (resources/streams.yml), any other name is used as it is.
 */
export function streamNameOf(name: string, { sessionsStream }: StageNames): string {
  return name.replace(/^sessions(?=-|$)/, () => sessionsStream);
}

/** The buckets of a stage. */
export interface Buckets {
  /** resources/lake.yml */
  readonly lake: string;
  /** resources/streams.yml */
  readonly failedBatches: string;
  /** Of a segment's events (resources/segment.yml). */
  segment(name: string): string;
}

/** The buckets by their names: in an account they end with its id, unless the names say otherwise. */
export function bucketsOf(
  stage: string,
  account: string,
  { lakeBucketName, failedBatchesBucketName }: Partial<StageNames> = {},
): Buckets {
  const suffix = stage === LOCAL_STAGE ? '' : `-${account}`;
  const failedBatches = `tributary-${stage}-failed-batches`;
  // All buckets but the lake have the same suffix, the setting bucketSuffix.
  const others = failedBatchesBucketName?.slice(failedBatches.length) ?? suffix;
  return {
    lake: lakeBucketName ?? `tributary-${stage}-lake${suffix}`,
    failedBatches: `${failedBatches}${others}`,
    segment: (name) => `tributary-${stage}-sessions-${name}${others}`,
  };
}

/** What a stream of the product carries: all that was sent, all that was enriched, or one segment. */
export type Scope = { kind: 'sent' } | { kind: 'enriched' } | { kind: 'segment'; segment: string };

/** Any stream but those that follow from the source's name carries what was sent to it. */
export function scopeOf(streamName: string, { sessionsStream }: StageNames): Scope {
  if (!streamName.startsWith(`${sessionsStream}-`)) return { kind: 'sent' };
  const suffix = streamName.slice(sessionsStream.length + 1);
  return suffix === 'enriched' ? { kind: 'enriched' } : { kind: 'segment', segment: suffix };
}

/** The stream that a person means to send events to; throws InvalidInput for one that carries envelopes. */
export function sendableStreamOf(name: string, names: StageNames): string {
  const stream = streamNameOf(name, names);
  if (scopeOf(stream, names).kind === 'sent') return stream;
  throw new InvalidInput(
    `${stream} carries compressed events, which the functions write: send to ${names.sessionsStream}`,
  );
}
