import { ref } from './alarm.ts';
import { alarmOfErrors, alarmOfThrottles, alarmsOfRuns } from './alarms-of-batch.ts';
import {
  alarmOfRejected,
  alarmOfSource,
  alarmOfUnplaced,
  alarmOfUnreadable,
  alarmOfUnrouted,
  alarmsOfDelivery,
  alarmsOfMapping,
  type EventAlarmSettings,
} from './alarms-of-events.ts';
import type { Inventory } from './inventory.ts';
import type { Resource, Resources } from './yaml.ts';

export interface AlarmSettings extends EventAlarmSettings {
  scheduleEnabled: boolean;
  /** Whether there is an alarm on everything, or only on what a run or an event was lost by. */
  all: boolean;
  /** Nobody is mailed where this is empty. */
  alarmEmail: string;
}

/** Kinds, the last part of an alarm's name: a run or an event is lost, or soon will be. */
const FEW = [
  ...['failed', 'timed-out', 'partial', 'overdue', 'failed-starts', 'albums-overdue'],
  ...['rejected', 'discarded', 'dropped', 'unrouted', 'unreadable'],
  ...['delivery-failed', 'undelivered'],
];

const isOfFew = ({ AlarmDescription }: { AlarmDescription: string }) =>
  FEW.some((kind) => AlarmDescription.endsWith(`: ${kind}`));

/** AWS mails a link first; alarms are mailed once that person has opened it. */
const subscription = (email: string): Resources => ({
  AlarmEmail: {
    Type: 'AWS::SNS::Subscription',
    Properties: { Protocol: 'email', Endpoint: email, TopicArn: ref('AlarmTopic') },
  },
});

/** Every alarm of the service, to the one topic of alarm-topic.yml. */
export function createAlarms(
  { functions, mappings, streams, deliveries, routers }: Inventory,
  settings: AlarmSettings,
): Resources {
  const keyOf = new Map(functions.map(({ key, id }) => [id, key]));
  const streamReaders = new Set(mappings.map(({ functionId }) => functionId));
  const alarms = [
    ...alarmsOfRuns(settings),
    ...functions.map((each) => alarmOfErrors(each, streamReaders.has(each.id))),
    alarmOfThrottles(),
    ...mappings.flatMap((each) =>
      alarmsOfMapping(each, keyOf.get(each.functionId) ?? each.functionId, settings),
    ),
    ...deliveries.flatMap((each) => alarmsOfDelivery(each, settings)),
    ...(streams.length > 0
      ? [
          alarmOfSource('SessionsStream'),
          alarmOfRejected(),
          alarmOfUnplaced('enrichSessions'),
          alarmOfUnrouted(),
        ]
      : []),
    ...routers.flatMap(({ key, stream }) => [
      alarmOfUnplaced(key, stream),
      alarmOfUnreadable(key, stream),
    ]),
  ];
  const wanted = Object.entries<Resource>(Object.assign({}, ...alarms)).filter(
    ([, { Properties }]) => settings.all || isOfFew(Properties),
  );
  return {
    ...Object.fromEntries(wanted),
    ...(settings.alarmEmail ? subscription(settings.alarmEmail) : {}),
  };
}
