/** The stage that `npm start` serves on this machine; the default of every command. */
export const LOCAL_STAGE = 'local';

/** Names that a deployment may override (`sls deploy --param`, `npm start -- --param`). */
export interface StageNames {
  /** The source stream; the others have its name and a suffix: `-enriched`, `-usa` … */
  readonly sessionsStream: string;
  readonly workgroupName: string;
  readonly databaseName: string;
}

/** As serverless.yml has them where nothing is overridden. */
export const defaultNames = (stage: string): StageNames => ({
  sessionsStream: `tributary-${stage}-sessions`,
  workgroupName: `tributary-${stage}`,
  databaseName: `tributary_${stage}`,
});

/**
 * The stream that a person means: `sessions`, `sessions-enriched`, `sessions-usa` and so on are the
 * stage's own (resources/streams.yml), any other name is used as it is.
 */
export function streamNameOf(name: string, { sessionsStream }: StageNames): string {
  return name.replace(/^sessions(?=-|$)/, () => sessionsStream);
}

/** The bucket of the lake (resources/lake.yml); in an account its name ends with the account's id. */
export function lakeBucketOf(stage: string, account: string): string {
  return `tributary-${stage}-lake${stage === LOCAL_STAGE ? '' : `-${account}`}`;
}

/** The bucket of a segment's events (resources/segment.yml). */
export function segmentBucketOf(stage: string, segment: string, account: string): string {
  return `tributary-${stage}-sessions-${segment}${stage === LOCAL_STAGE ? '' : `-${account}`}`;
}

/** What a stream of the product carries: all that was sent, all that was enriched, or one segment. */
export type Scope = { kind: 'sent' } | { kind: 'enriched' } | { kind: 'segment'; segment: string };

/** Any stream but those that follow from the source's name carries what was sent to it. */
export function scopeOf(streamName: string, { sessionsStream }: StageNames): Scope {
  if (!streamName.startsWith(`${sessionsStream}-`)) return { kind: 'sent' };
  const suffix = streamName.slice(sessionsStream.length + 1);
  return suffix === 'enriched' ? { kind: 'enriched' } : { kind: 'segment', segment: suffix };
}
