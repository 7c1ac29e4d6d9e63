import type { StreamRecord } from 'local-aws/kinesis/records.ts';
import { eventsOf } from '../core/sessions/events-of.ts';

/** How many events a record of any stream holds. */
export const countEvents = ({ arrivedAt, data, ...position }: StreamRecord): number =>
  eventsOf({
    ...position,
    arrivedAt: new Date(arrivedAt * 1_000),
    data: Buffer.from(data, 'base64'),
  }).length;
