import * as z from 'zod';
import { LOCAL_STAGE } from '../../core/names.ts';
import type { StageView } from '../model/api.ts';
import type { Clients } from './clients.ts';
import { download } from './download.ts';
import { HttpError } from './errors.ts';
import { explainId } from './explain.ts';
import { type Api, Written } from './http.ts';
import { keptQueries } from './kept-queries.ts';
import { tablesOf } from './lake.ts';
import { live } from './live.ts';
import { queryView, startQuery, stopQuery } from './query.ts';
import { rejectedOf } from './rejected.ts';
import { replay } from './replay.ts';
import { costOf } from './run-cost.ts';
import { RunHistory } from './run-history.ts';
import { pause, Runs } from './runs.ts';
import type { Stage } from './stage.ts';
import { logsOf, visitsOf } from './state-details.ts';
import { streamsOf } from './streams.ts';
import { tail } from './tail.ts';

export interface ApiOptions {
  canWrite: boolean;
}

/** Metrics are of whole minutes; in an account each request for one is paid for. */
const STREAMS_MS = { local: 5_000, account: 30_000 };

const sqlSchema = z.object({ sql: z.string().max(100_000) });
const idSchema = z.object({ id: z.string() });
const nameSchema = z.object({ name: z.string() });
const replaySchema = z.object({
  reason: z.string(),
  hours: z
    .number()
    .positive()
    .max(24 * 90),
  isDryRun: z.boolean(),
});

/** What the page may ask; everything of it goes to AWS's own APIs. */
export function createApi(clients: Clients, stage: Stage, { canWrite }: ApiOptions): Api {
  const runs = new Runs(clients, stage);
  // A failure shows itself when the page asks.
  runs.readNewest().catch(() => {});
  const history = new RunHistory(clients, stage, runs);
  const { streams } = stage;
  const view: StageView = {
    stage: stage.stage,
    account: stage.account,
    isLocal: stage.stage === LOCAL_STAGE,
    canWrite,
    graph: stage.graph,
    segments: streams.segments.map(({ name }) => name),
    streams: [
      { name: streams.source, label: 'sessions' },
      { name: streams.enriched, label: 'sessions-enriched' },
      ...streams.segments.map(({ name, stream }) => ({ name: stream, label: `sessions-${name}` })),
    ],
  };
  const mayWrite = () => {
    if (!canWrite) throw new HttpError(403, 'Read-only: start the console with --allow-writes');
  };

  return {
    'GET stage': () => view,
    'GET runs': () => runs.list(),
    'GET run/live': ({ params }) =>
      live(async (send, signal) => {
        for await (const run of runs.follow(required(params, 'name'), signal)) send('run', run);
      }),
    'GET run/papers': async ({ params }) => {
      const { reducer } = await runs.read(required(params, 'name'));
      return history.papers(required(params, 'name'), reducer.view.startedAt);
    },
    'GET run/cost': async ({ params }) =>
      costOf(clients, stage, await runs.read(required(params, 'name'))),
    'GET run/state': async ({ params }) => {
      const run = await runs.read(required(params, 'name'));
      const state = required(params, 'state');
      const albumId = params.get('album') ?? undefined;
      return {
        ...visitsOf(run.events, state, albumId),
        logs: await logsOf(clients, stage, run, state, albumId),
      };
    },
    'POST run/start': ({ body }) => {
      mayWrite();
      return runs.start(read(nameSchema, body).name);
    },
    'POST run/stop': ({ body }) => {
      mayWrite();
      return runs.stop(read(nameSchema, body).name);
    },
    'GET history': ({ params }) => history.last(number(params, 'days', 30)),
    'GET streams/live': ({ params }) =>
      live(async (send, signal) => {
        const minutes = Math.min(24 * 60, number(params, 'minutes', 60));
        for (
          ;
          !signal.aborted;
          await pause(view.isLocal ? STREAMS_MS.local : STREAMS_MS.account, signal)
        ) {
          send('streams', await streamsOf(clients, stage, minutes));
        }
      }),
    'GET streams/tail': ({ params }) => {
      const stream = view.streams.find(({ name }) => name === params.get('stream'));
      if (!stream) throw new HttpError(400, 'No such stream');
      return live((send, signal) =>
        tail(clients, stream.name, (events, passed) => send('events', { events, passed }), signal),
      );
    },
    'GET rejected': ({ params }) =>
      rejectedOf(clients, stage, Math.min(24 * 90, number(params, 'hours', 24))),
    'POST rejected/replay': ({ body }) => {
      const wanted = read(replaySchema, body);
      if (!wanted.isDryRun) mayWrite();
      return replay(clients, stage, wanted);
    },
    'GET tables': () => tablesOf(clients, stage),
    'GET queries': () => keptQueries(),
    'POST query': ({ body }) => startQuery(clients.athena, stage, read(sqlSchema, body).sql),
    'POST query/stop': ({ body }) => stopQuery(clients.athena, read(idSchema, body).id),
    'GET query': ({ params }) => queryView(clients.athena, required(params, 'id')),
    'GET query/download': ({ params }) =>
      new Written((response) =>
        download(clients.athena, required(params, 'id'), required(params, 'format'), response),
      ),
    'GET explain': ({ params, signal }) =>
      explainId(clients, stage, required(params, 'id'), signal),
  };
}

function required(params: URLSearchParams, name: string): string {
  const value = params.get(name);
  if (!value) throw new HttpError(400, `${name} is missing`);
  return value;
}

function number(params: URLSearchParams, name: string, otherwise: number): number {
  const text = params.get(name);
  if (text === null) return otherwise;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new HttpError(400, `${name} is not a number`);
  return value;
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new HttpError(400, `The request is wrong: ${result.error.issues[0]?.path.join('.')}`);
}
