/** A month has 730 hours. */
export const HOURS = 730;
export const DAYS = HOURS / 24;

export interface Line {
  what: string;
  /** How the amount comes about, for a person to follow. */
  arithmetic: string;
  usd: number;
}

export interface Usage {
  eventsPerDay: number;
  /** New albums of the run of a day; 0 for no run. */
  albumsPerDay: number;
}

/** Resources of a packaged template, as far as their price depends on them. */
export interface Template {
  // biome-ignore lint/suspicious/noExplicitAny: CloudFormation's properties have no types here
  Resources: Record<string, { Type: string; Properties?: any }>;
}

export const ofType = ({ Resources }: Template, type: string) =>
  Object.values(Resources)
    .filter(({ Type }) => Type === type)
    .map(({ Properties = {} }) => Properties);

/** 1,234.5, whole where it is large. */
export const plain = (n: number): string =>
  n.toLocaleString('en-US', { maximumFractionDigits: n < 100 ? 1 : 0 });
