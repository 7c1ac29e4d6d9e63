import { createHash, randomUUID } from 'node:crypto';
import type { FailedStart } from '../events/triggers.ts';
import { AwsError } from '../gateway/aws-error.ts';
import type { JsonService } from '../gateway/json-protocol.ts';
import { LOCAL_ACCOUNT } from '../service/template.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** The actions of SQS (`AmazonSQS`) that read and empty dead-letter queues of failed starts. */
export function createSqsApi(failedStarts: FailedStart[], url: () => string): JsonService {
  const ids = new Map<FailedStart, string>();
  const hiddenUntil = new Map<string, number>();
  const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);
  const queueOf = ({ QueueUrl }: Record<string, unknown>): string => {
    const name = String(QueueUrl).split('/').at(-1);
    if (name) return name;
    throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
  };
  const messagesOf = (queue: string): FailedStart[] =>
    failedStarts.filter(({ queueArn }) => nameOf(queueArn) === queue);
  const idOf = (message: FailedStart): string => {
    const id = ids.get(message) ?? randomUUID();
    ids.set(message, id);
    return id;
  };
  const remove = (isGone: (message: FailedStart) => boolean): void => {
    const kept = failedStarts.filter((message) => !isGone(message));
    failedStarts.splice(0, failedStarts.length, ...kept);
  };

  return {
    GetQueueUrl: ({ QueueName }) => ({ QueueUrl: `${url()}/${LOCAL_ACCOUNT}/${QueueName}` }),

    ReceiveMessage({ MaxNumberOfMessages = 1, VisibilityTimeout = 30, ...input }) {
      const now = Date.now();
      const messages = messagesOf(queueOf(input))
        .filter((message) => (hiddenUntil.get(idOf(message)) ?? 0) <= now)
        .slice(0, Number(MaxNumberOfMessages));
      const Messages = messages.map((message) => {
        const id = idOf(message);
        const Body = JSON.stringify(message.event);
        hiddenUntil.set(id, now + Number(VisibilityTimeout) * 1_000);
        return {
          MessageId: id,
          ReceiptHandle: id,
          Body,
          MD5OfBody: md5(Body),
          MessageAttributes: {
            ERROR_MESSAGE: { DataType: 'String', StringValue: message.reason },
          },
        };
      });
      return Messages.length > 0 ? { Messages } : {};
    },

    DeleteMessage({ ReceiptHandle }) {
      remove((message) => idOf(message) === ReceiptHandle);
      return {};
    },

    PurgeQueue(input) {
      const queue = queueOf(input);
      remove(({ queueArn }) => nameOf(queueArn) === queue);
      return {};
    },
  };
}
