import type { QueryColumn, Rows } from '../../core/athena/query-result.ts';
import type { Manifest } from '../../core/lake/manifest.ts';
import type { Graph } from './definition.ts';
import type { Span } from './locate.ts';
import type { RunView } from './run-view.ts';

/** What the server tells the page; times in milliseconds since 1970. */
export interface StageView {
  stage: string;
  account: string;
  isLocal: boolean;
  /** Whether runs may be started and stopped, and events replayed. */
  canWrite: boolean;
  graph: Graph;
  segments: string[];
  streams: { name: string; label: string }[];
}

export interface RunListed {
  name: string;
  status: string;
  startedAt: number;
  stoppedAt?: number;
}

export interface RunSummary {
  runId: string;
  /** COMPLETE, PARTIAL or DEFERRED by its manifest, else the execution's. */
  status: string;
  startedAt: number;
  seconds?: number;
  counts?: Manifest['counts'];
  /** Why albums are missing: reason to count. */
  reasons: Record<string, number>;
  listingStoppedBy?: string;
}

export interface Plan {
  planned: { albumId: string }[];
  skipped: string[];
  /** Listed, and not to be fetched by this run. */
  notPlanned: { albumId: string; reason: string }[];
  /** Plans of earlier versions do not say it. */
  requestsPerRun?: number;
}

/** What a run used so far. */
export interface Usage {
  requests: number;
  waitedMs: number;
}

export interface CommitMarker {
  rows: Record<string, number>;
  oddValues: Record<string, number>;
  repeatedTracks: number;
}

export interface Papers {
  plan?: Plan;
  usage?: Usage;
  manifest?: Manifest;
  commit?: CommitMarker;
}

export interface Attempt {
  at: number;
  seconds?: number;
  error?: string;
  cause?: string;
}

/** One time that a state was entered. */
export interface StateVisit {
  item?: number;
  enteredAt: number;
  exitedAt?: number;
  input?: string;
  output?: string;
  attempts: Attempt[];
}

export interface LogLine {
  at: number;
  text: string;
}

export interface StateDetails {
  visits: StateVisit[];
  total: number;
  logs: LogLine[];
}

export interface CostLine {
  what: string;
  amount: string;
  dollars: number;
}

export interface TailedEvent {
  shardId: string;
  sequenceNumber: string;
  arrivedAt: number;
  partitionKey: string;
  text: string;
}

export interface RejectedEventView {
  eventId: string;
  reason: string;
  message: string;
  field?: string;
  detail?: string;
  shardId: string;
  sequenceNumber: string;
  partitionKey: string;
  arrivedAt: number;
  rejectedAt: number;
  /** Base64 of the event, or of its beginning. */
  bytes: string;
  size: number;
  mark?: Span;
}

export interface RejectedView {
  total: number;
  from: number;
  stepSeconds: number;
  reasons: { reason: string; message: string; total: number; values: number[] }[];
  /** The newest. */
  events: RejectedEventView[];
}

export interface ReplayView {
  isDryRun: boolean;
  events: number;
  bytes: number;
  /** Replayed before. */
  skipped: number;
  /** Why some could not be sent. */
  failed: string[];
}

export interface LakeTable {
  name: string;
  isView: boolean;
  columns: { name: string; type: string; isPartition?: true }[];
  /** As the crawler counted them; undefined where none did. */
  rows?: number;
  newestPartition?: string;
}

export interface KeptQuery {
  name: string;
  title: string;
  sql: string;
}

export interface QueryView {
  id: string;
  state: string;
  /** Why it failed. */
  reason?: string;
  scannedBytes: number;
  dollars: number;
  milliseconds: number;
  columns?: readonly QueryColumn[];
  rows?: Rows;
  /** There are more rows than these; a download has all of them. */
  isCut?: boolean;
}

/** What a report is made of. */
export interface ReportInput {
  name: string;
  stage: string;
  graph: Graph;
  run: RunView;
  papers: Papers;
  cost: CostLine[];
  states: { name: string; details: StateDetails }[];
  at: number;
}
