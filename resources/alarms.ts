import { ref } from './alarm.ts';
import { alarmsOfFunction, alarmsOfRuns } from './alarms-of-batch.ts';
import {
  alarmOfRejected,
  alarmsOfDelivery,
  alarmsOfMapping,
  alarmsOfStream,
  type EventAlarmSettings,
} from './alarms-of-events.ts';
import type { Inventory } from './inventory.ts';
import { pascal, type Resource, type Resources } from './yaml.ts';

export interface AlarmSettings extends EventAlarmSettings {
  scheduleEnabled: boolean;
  /** Whether there is an alarm on everything, or only on what a run or an event was lost by. */
  all: boolean;
  /** Nobody is mailed where this is empty. */
  alarmEmail: string;
}

/** Kinds, the last part of an alarm's name: a run or an event was lost, or is about to be. */
const FEW = [
  ...['failed', 'timed-out', 'partial', 'overdue', 'failed-starts'],
  ...['rejected', 'discarded', 'dropped', 'delivery-failed'],
];

const isOfFew = (id: string) => FEW.some((kind) => id.endsWith(`${pascal(kind)}Alarm`));

/** AWS mails a link first; alarms are mailed once that person has opened it. */
const subscription = (email: string): Resources => ({
  AlarmEmail: {
    Type: 'AWS::SNS::Subscription',
    Properties: { Protocol: 'email', Endpoint: email, TopicArn: ref('AlarmTopic') },
  },
});

/** Every alarm of the service, to the one topic of alarm-topic.yml. */
export function createAlarms(
  { functions, mappings, streams, deliveries }: Inventory,
  settings: AlarmSettings,
): Resources {
  const keyOf = new Map(functions.map(({ key, id }) => [id, key]));
  const streamReaders = new Set(mappings.map(({ functionId }) => functionId));
  const alarms = [
    ...alarmsOfRuns(settings),
    ...functions.flatMap((each) => alarmsOfFunction(each, streamReaders.has(each.id))),
    ...mappings.flatMap((each) =>
      alarmsOfMapping(each, keyOf.get(each.functionId) ?? each.functionId, settings),
    ),
    ...streams.flatMap(alarmsOfStream),
    ...deliveries.flatMap((id) => alarmsOfDelivery(id, settings)),
    ...(streams.length > 0 ? [alarmOfRejected()] : []),
  ];
  const wanted = Object.entries<Resource>(Object.assign({}, ...alarms)).filter(
    ([id]) => settings.all || isOfFew(id),
  );
  return {
    ...Object.fromEntries(wanted),
    ...(settings.alarmEmail ? subscription(settings.alarmEmail) : {}),
  };
}
