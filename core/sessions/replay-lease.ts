import { randomUUID } from 'node:crypto';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { InvalidInput } from '../errors.ts';

/** Beside the objects of the table `replayed_sessions`. */
const KEY = 'replayed/lease.json';
/** So long a replay that was killed keeps others waiting. */
const LEASE_MS = 120_000;
const RENEWAL_MS = 30_000;

interface Lease {
  /** Two leases have different bytes, and so different ETags. */
  readonly id: string;
  readonly startedAt: string;
  readonly until: string;
}

export interface ReplayLease {
  /** Throws InvalidInput where the lease could not be renewed in time, as after a laptop has slept. */
  check(): void;
  end(): Promise<void>;
}

/**
 * Lets one replay at a time read what earlier ones have sent, and send: two would send the same
 * events. S3 takes a write on the condition that nobody has written since. Throws InvalidInput while
 * another replay is running.
 */
export async function takeReplayLease(
  s3: S3Client,
  Bucket: string,
  now: () => number = Date.now,
): Promise<ReplayLease> {
  const id = randomUUID();
  const startedAt = new Date(now()).toISOString();

  async function put(until: number, condition: { IfMatch: string } | { IfNoneMatch: '*' }) {
    const lease: Lease = { id, startedAt, until: new Date(until).toISOString() };
    const Body = JSON.stringify(lease);
    const object = { Bucket, Key: KEY, Body, ContentType: 'application/json' };
    const { ETag = '' } = await s3.send(new PutObjectCommand({ ...object, ...condition }));
    return { lease, etag: ETag };
  }

  async function read(): Promise<{ lease: Lease; etag: string } | undefined> {
    try {
      const { Body, ETag = '' } = await s3.send(new GetObjectCommand({ Bucket, Key: KEY }));
      return { lease: JSON.parse((await Body?.transformToString()) ?? ''), etag: ETag };
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  async function take() {
    const found = await read();
    if (found && Date.parse(found.lease.until) > now()) throw isTaken(found.lease);
    const condition = found ? { IfMatch: found.etag } : { IfNoneMatch: '*' as const };
    try {
      return await put(now() + LEASE_MS, condition);
    } catch (error) {
      if (!isOutrun(error)) throw error;
      // A retry of the SDK may have met what its first attempt wrote.
      const winner = await read();
      if (winner?.lease.id !== id) throw isTaken(winner?.lease);
      return winner;
    }
  }

  let held = await take();
  let renewal: Promise<void> | undefined;
  const renew = async () => {
    try {
      held = await put(now() + LEASE_MS, { IfMatch: held.etag });
    } catch {
      // Tried again in time, or check() says that it is over.
    }
  };
  const timer = setInterval(() => {
    renewal = renew();
  }, RENEWAL_MS).unref();

  return {
    check() {
      if (now() < Date.parse(held.lease.until)) return;
      throw new InvalidInput('The replay stood still for two minutes, and ends: another may run');
    },
    async end() {
      clearInterval(timer);
      await renewal;
      // It ends by itself where this fails.
      await put(now(), { IfMatch: held.etag }).catch(() => {});
    },
  };
}

function isTaken({ startedAt, until }: Partial<Lease> = {}): InvalidInput {
  const [start, end] = [startedAt, until].map((time = '') => time.slice(11, 19));
  return new InvalidInput(
    `Another replay has been running since ${start} UTC: try again when it has ended, or at ${end} if it was killed`,
  );
}

/** Somebody else has written, before or at the same time. */
const isOutrun = (error: unknown): boolean =>
  ['PreconditionFailed', 'ConditionalRequestConflict'].includes((error as Error).name);
