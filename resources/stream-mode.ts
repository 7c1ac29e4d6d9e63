import type { Resources } from './yaml.ts';

/** The resources with streams of AWS's own capacity: those name no shards. */
export function onDemand(resources: Resources): Resources {
  const entries = Object.entries(resources).map(([id, resource]) => {
    if (resource.Type !== 'AWS::Kinesis::Stream') return [id, resource];
    const { ShardCount: _, ...rest } = resource.Properties;
    const Properties = { ...rest, StreamModeDetails: { StreamMode: 'ON_DEMAND' } };
    return [id, { ...resource, Properties }];
  });
  return Object.fromEntries(entries);
}
