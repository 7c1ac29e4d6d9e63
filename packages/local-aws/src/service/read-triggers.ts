import * as z from 'zod';
import { InvalidInput } from '../errors.ts';
import { isObject, type Operator, parsePattern, type Test } from '../events/event-pattern.ts';
import { roleOf } from './template.ts';

/** What starts a state machine with a role. */
export interface Trigger {
  name: string;
  machineArn: string;
  /** Logical id of its role. */
  role: string;
  /** ARN of the dead-letter queue for failed starts. */
  deadLetterArn: string | undefined;
}

/** AWS::Events::Rule, once for each target. */
export interface RuleSettings extends Trigger {
  matches: Test;
}

// Strict, as in read-stream-settings.ts: an unsupported property is an error.
const ignored = z.unknown().optional();
const deadLetter = z.strictObject({ Arn: z.string() }).optional();

const ruleSchema = z.strictObject({
  Name: z.string(),
  Description: ignored,
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  EventPattern: z.record(z.string(), z.unknown()),
  Targets: z.array(
    z.strictObject({
      Id: z.string(),
      Arn: z.string(),
      RoleArn: z.string(),
      RetryPolicy: ignored,
      DeadLetterConfig: deadLetter,
    }),
  ),
  Tags: ignored,
});

/** No clock runs here: a start by hand replaces the schedule, with its role. */
const scheduleSchema = z.object({
  Name: z.string(),
  Target: z.object({ Arn: z.string(), RoleArn: z.string(), DeadLetterConfig: deadLetter }),
});

/** The fields of an event that hold one value, so that a pattern on them is a test of that value. */
const FIELDS = ['version', 'id', 'detail-type', 'source', 'account', 'time', 'region', 'detail'];

export function readRule(logicalId: string, properties: unknown): RuleSettings[] {
  const p = parse(ruleSchema, logicalId, properties);
  const label = `Rule ${logicalId}`;
  const unknown = Object.keys(p.EventPattern).find((name) => !FIELDS.includes(name));
  if (unknown) throw new InvalidInput(`${label}: ${unknown} is unsupported`);
  const matches = parsePattern(p.EventPattern, label, { wildcard });
  if (p.State === 'DISABLED') return [];
  return p.Targets.map((target) => ({ ...triggerOf(p.Name, target), matches }));
}

export function readSchedule(logicalId: string, properties: unknown): Trigger {
  const { Name, Target } = parse(scheduleSchema, logicalId, properties);
  return triggerOf(Name, Target);
}

/** Whether a bucket notifies EventBridge of its objects; another kind of notification is an error. */
export function notifiesEventBridge(logicalId: string, configuration: unknown): boolean {
  if (configuration === undefined) return false;
  const schema = z.strictObject({
    EventBridgeConfiguration: z.strictObject({ EventBridgeEnabled: z.boolean() }),
  });
  return parse(schema, logicalId, configuration).EventBridgeConfiguration.EventBridgeEnabled;
}

const triggerOf = (
  name: string,
  target: { Arn: string; RoleArn: string; DeadLetterConfig?: { Arn: string } | undefined },
): Trigger => ({
  name,
  machineArn: target.Arn,
  role: roleOf(target.RoleArn),
  deadLetterArn: target.DeadLetterConfig?.Arn,
});

/** `*` stands for any characters, `\*` and `\\` for themselves; EventBridge rejects `**`. */
const wildcard: Operator = (operand) => {
  if (typeof operand !== 'string' || operand.includes('**')) return undefined;
  const source = operand.replace(
    /\\([*\\])|(\*)|[.+?^${}()|[\]\\]/g,
    (all, escaped: string | undefined, star: string | undefined) =>
      star ? '.*' : `\\${escaped ?? all}`,
  );
  const regex = new RegExp(`^${source}$`, 's');
  return (value) => typeof value === 'string' && regex.test(value);
};

function parse<T>(schema: z.ZodType<T>, logicalId: string, properties: unknown): T {
  const { data, error } = schema.safeParse(properties);
  if (data !== undefined && isObject(properties)) return data;
  const [issue] = error?.issues ?? [];
  const where = [logicalId, ...(issue?.path ?? [])].join('.');
  throw new InvalidInput(`Unsupported property ${where}: ${issue?.message}`);
}
