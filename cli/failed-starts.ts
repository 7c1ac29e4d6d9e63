import {
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Command } from 'commander';
import type { GlobalOptions } from '../core/terminal/options.ts';
import { connect } from './lib/aws-clients.ts';
import { print } from './lib/output.ts';
import { type FormatOptions, formatOptions, printResult } from './lib/query-result.ts';

interface Options extends GlobalOptions, FormatOptions {
  purge?: true;
}

export function addFailedStarts(program: Command): void {
  const command = program
    .command('failed-starts')
    .description('Shows runs that the schedule or an uploaded manifest could not start, and why')
    .option('--purge', 'empty the queue, which ends the alarm');
  formatOptions(command)
    .addHelpText(
      'after',
      `
Repair the cause, then \`npx tributary start\`; a manifest starts its run when it is uploaded again.

Examples:
  npx tributary failed-starts --stage dev
  npx tributary failed-starts --stage dev --purge`,
    )
    .action((_, each: Command) => failedStarts(each.optsWithGlobals<Options>()));
}

const COLUMNS = ['sent', 'reason', 'event'].map((name) => ({ name, type: 'varchar' }));

async function failedStarts(options: Options): Promise<void> {
  const sqs = connect(SQSClient, 'SQS', options);
  const QueueName = `tributary-${options.stage}-failed-starts`;
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  if (options.purge) {
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    await print('The queue is empty\n');
    return;
  }
  const rows = new Map<string, unknown[]>();
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        // Long enough that no message is received twice here.
        VisibilityTimeout: 20,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
    );
    for (const { MessageId = '', Body = '', Attributes, MessageAttributes } of Messages) {
      const sent = Number(Attributes?.SentTimestamp);
      rows.set(MessageId, [
        Number.isNaN(sent) ? null : new Date(sent).toISOString(),
        reasonOf(MessageAttributes),
        Body,
      ]);
    }
    if (Messages.length === 0) break;
  }
  const all = [...rows.values()];
  async function* groups() {
    yield all;
  }
  await printResult({ columns: COLUMNS, rows: groups() }, options);
}

/** EventBridge and the scheduler name code and message differently. */
function reasonOf(attributes: Record<string, { StringValue?: string | undefined }> = {}): string {
  const texts = Object.entries(attributes)
    .filter(([name]) => /ERROR_(CODE|MESSAGE)/.test(name))
    .map(([, { StringValue = '' }]) => StringValue);
  return texts.join(': ') || 'no reason';
}
