import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defaultNames } from '../../core/names.ts';
import type { ReportInput } from '../model/api.ts';
import { bundlePage } from './bundle.ts';
import { createClients } from './clients.ts';
import { HttpError } from './errors.ts';
import { costOf } from './run-cost.ts';
import { RunHistory } from './run-history.ts';
import { Runs } from './runs.ts';
import { findStage } from './stage.ts';
import type { ConsoleOptions } from './start-console.ts';
import { visitsOf } from './state-details.ts';

/** One self-contained page of a run, the last one unless it is named; without script. */
export async function writeReport(
  { stage: stageName, names, client }: Pick<ConsoleOptions, 'stage' | 'names' | 'client'>,
  runName?: string,
): Promise<string> {
  const clients = createClients(client);
  const [folder, stage] = await Promise.all([
    bundlePage(),
    findStage(clients, stageName, names ?? defaultNames(stageName)),
  ]);
  const runs = new Runs(clients, stage);
  const name = runName ?? (await runs.list(1))[0]?.name;
  if (name === undefined) throw new HttpError(404, 'There is no run yet');
  const run = await runs.read(name);
  const { view } = run.reducer;
  const history = new RunHistory(clients, stage, runs);
  const { renderReport } = (await import(pathToFileURL(join(folder, 'report.mjs')).href)) as {
    renderReport(input: ReportInput): string;
  };
  const body = renderReport({
    name,
    stage: stageName,
    graph: stage.graph,
    run: view,
    papers: await history.papers(name, view.startedAt),
    cost: await costOf(clients, stage, run),
    states: Object.keys(view.states).map((state) => ({
      name: state,
      details: { ...visitsOf(run.events, state), logs: [] },
    })),
    at: Date.now(),
  });
  const style = readFileSync(join(folder, 'style.css'), 'utf8');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Run ${name}</title>
<style>${style}</style>
</head>
<body>${body}</body>
</html>
`;
}
