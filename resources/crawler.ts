import { createHash } from 'node:crypto';
import { type TableName, tables } from '../core/lake/tables.ts';
import type { Resources } from './yaml.ts';

/** Its row is written after the crawl: tables.ts declares it. */
const DECLARED: readonly TableName[] = ['runs'];

const crawled = (Object.keys(tables) as TableName[]).filter((name) => !DECLARED.includes(name));

/**
 * The crawler's name for its targets. Glue refuses to edit the targets of a crawler that crawls new
 * folders only: with other targets CloudFormation has to make another crawler.
 */
export function crawlerNameOf(name: string, lakeBucketName: unknown): string {
  const targets = JSON.stringify([crawled, lakeBucketName]);
  return `${name}-${createHash('sha256').update(targets).digest('hex').slice(0, 8)}`;
}

const configuration = {
  Version: 1.0,
  // Indexes want rights on every table and are worth nothing for a partition a day.
  CreatePartitionIndex: false,
  CrawlerOutput: { Partitions: { AddOrUpdateBehavior: 'InheritFromTable' } },
  // A table is the folder below curated/, the third level from the bucket, even while it has one
  // partition alone, which Glue would otherwise take for the table.
  Grouping: { TableLevelConfiguration: 3 },
};

export const crawlerOf = (name: string): Resources => ({
  CuratedCrawler: {
    Type: 'AWS::Glue::Crawler',
    Properties: {
      Name: name,
      Role: { 'Fn::GetAtt': ['CuratedCrawlerRole', 'Arn'] },
      DatabaseName: { Ref: 'Database' },
      Targets: {
        S3Targets: crawled.map((table) => ({
          Path: { 'Fn::Sub': `s3://\${LakeBucket}/curated/${table}/` },
        })),
      },
      RecrawlPolicy: { RecrawlBehavior: 'CRAWL_NEW_FOLDERS_ONLY' },
      // What this recrawl behaviour requires: a crawl adds, it never changes or deletes.
      SchemaChangePolicy: { UpdateBehavior: 'LOG', DeleteBehavior: 'LOG' },
      Configuration: JSON.stringify(configuration),
    },
  },
});
