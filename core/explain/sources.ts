import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { StoredObjects } from '../lake/stored-objects.ts';

/** What is searched for where an id is from: of any stage, by the command line and by the console. */
export interface Sources {
  lake: StoredObjects;
  /** The bucket of a segment. */
  segment(name: string): Promise<StoredObjects>;
  /** The rows of a query of the lake. */
  query(sql: string): Promise<unknown[][]>;
  /** The source stream; undefined where nothing serves it. */
  stream: { name: string; kinesis: KinesisClient } | undefined;
}
