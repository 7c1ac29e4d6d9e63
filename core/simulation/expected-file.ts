import { closeSync, createReadStream, openSync, renameSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { InvalidInput } from '../errors.ts';
import { readLines } from '../terminal/lines.ts';
import type { ExpectedEvent } from './expected-event.ts';

/**
 * The file between `simulate --expect-out` and `consume --expect`: NDJSON, first a line about the
 * simulation, then one for each event that was sent, in that order, copies included.
 */
const headerSchema = z.object({
  tributary_simulation: z.literal(1),
  stream: z.string(),
  seed: z.number(),
  started_at: z.iso.datetime(),
});

const sent = { session_id: z.string(), digest: z.string() };
const whole = z.number().int();
const eventSchema: z.ZodType<ExpectedEvent> = z.union([
  z.object({
    ...sent,
    segment: z.string(),
    overall_product_quantity: whole,
    overall_in_shopping_cart: whole,
    total_different_products: whole,
  }),
  z.object({ ...sent, reason: z.string() }),
]);

export type SimulationHeader = Omit<z.infer<typeof headerSchema>, 'tributary_simulation'>;

export interface ExpectedFile {
  write(events: readonly ExpectedEvent[]): void;
  close(): void;
}

/** Renamed to its name when it is closed, so that it is never half written. */
export function createExpectedFile(file: string, header: SimulationHeader): ExpectedFile {
  const part = `${file}.part`;
  const write = (fd: number, lines: readonly object[]): void => {
    if (lines.length > 0) writeSync(fd, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  };
  const fd = open(file, part);
  write(fd, [{ tributary_simulation: 1, ...header }]);
  return {
    write: (events) => write(fd, events),
    close() {
      closeSync(fd);
      renameSync(part, file);
    },
  };
}

function open(file: string, part: string): number {
  try {
    return openSync(part, 'w');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new InvalidInput(`--expect-out ${file} cannot be written (${code})`, { cause });
  }
}

/** Of `consume --expect`. Throws InvalidInput for a file that is missing or not of this kind. */
export async function readExpectedFile(
  file: string,
): Promise<{ header: SimulationHeader; events: ExpectedEvent[] }> {
  let header: SimulationHeader | undefined;
  const events: ExpectedEvent[] = [];
  for await (const lines of readLines(bytesOf(file), 1024 * 1024)) {
    for (const { number, data } of lines) {
      if (header === undefined) header = parse(headerSchema, data, file, number);
      else events.push(parse(eventSchema, data, file, number));
    }
  }
  if (header === undefined) throw new InvalidInput(`--expect ${file} is empty`);
  return { header, events };
}

async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(file);
  } catch (cause) {
    throw new InvalidInput(`--expect ${file} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function parse<T>(schema: z.ZodType<T>, data: Buffer | undefined, file: string, line: number): T {
  try {
    return schema.parse(JSON.parse(String(data)));
  } catch (cause) {
    throw new InvalidInput(`--expect ${file} is no file of simulate --expect-out: line ${line}`, {
      cause,
    });
  }
}
