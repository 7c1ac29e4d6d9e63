/** A resource of a packaged template, as far as a drop looks at it. */
export interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string | string[];
}

interface Rule {
  reason: string;
  matches: (resource: Resource) => boolean;
}

/** What MiniStack 1.5.33 refuses, each tried: a rule that is missing here fails the deployment. */
const RULES: readonly Rule[] = [
  {
    reason: 'MiniStack does not recognize AWS::Athena::NamedQuery',
    matches: ({ Type }) => Type === 'AWS::Athena::NamedQuery',
  },
  {
    reason: 'MiniStack does not recognize AWS::Budgets::Budget',
    matches: ({ Type }) => Type === 'AWS::Budgets::Budget',
  },
  {
    reason: 'MiniStack takes no alarm with metric math (Metrics)',
    matches: ({ Type, Properties }) =>
      Type === 'AWS::CloudWatch::Alarm' && Properties?.Metrics !== undefined,
  },
];

export interface Drop {
  logicalId: string;
  type: string;
  reason: string;
}

/** Takes out of `resources` what the emulator refuses, and the DependsOn on it; returns what it took. */
export function dropUnsupported(resources: Record<string, Resource>): Drop[] {
  const drops: Drop[] = [];
  for (const [logicalId, resource] of Object.entries(resources)) {
    const rule = RULES.find(({ matches }) => matches(resource));
    if (!rule) continue;
    drops.push({ logicalId, type: resource.Type, reason: rule.reason });
    delete resources[logicalId];
  }
  for (const resource of Object.values(resources)) {
    if (resource.DependsOn === undefined) continue;
    const left = [resource.DependsOn].flat().filter((logicalId) => logicalId in resources);
    if (left.length > 0) resource.DependsOn = left;
    else delete resource.DependsOn;
  }
  return drops;
}

/** A line for each reason, with the resources that it took. */
export function dropLines(drops: readonly Drop[]): string[] {
  const byReason = Map.groupBy(drops, ({ reason }) => reason);
  return [...byReason].map(
    ([reason, each]) =>
      `dropped ${each.length}: ${reason} (${each.map(({ logicalId }) => logicalId).join(', ')})`,
  );
}
