/** The stage that `npm start` serves on this machine; nothing else is asked unless it is named. */
export const LOCAL_STAGE = 'local';

/**
 * The stream that a person means: `sessions`, `sessions-enriched`, `sessions-usa` and so on are the
 * stage's own (resources/streams.yml), any other name is taken as it is.
 */
export function streamNameOf(name: string, stage: string): string {
  return /^sessions(-|$)/.test(name) ? `tributary-${stage}-${name}` : name;
}

/** The bucket of the lake (resources/lake.yml); in an account its name ends with the account's id. */
export function lakeBucketOf(stage: string, account: string): string {
  return `tributary-${stage}-lake${stage === LOCAL_STAGE ? '' : `-${account}`}`;
}

/** What a stream of the product carries: all that was sent, all that was enriched, or one segment. */
export type Scope = { kind: 'sent' } | { kind: 'enriched' } | { kind: 'segment'; segment: string };

export function scopeOf(streamName: string): Scope {
  const [, suffix] = /(?:^|-)sessions-(.+)$/.exec(streamName) ?? [];
  if (suffix === undefined) return { kind: 'sent' };
  return suffix === 'enriched' ? { kind: 'enriched' } : { kind: 'segment', segment: suffix };
}
