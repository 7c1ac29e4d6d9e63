import { defaultNames, type StageNames } from '../../core/names.ts';
import { createApi } from './api.ts';
import { bundlePage } from './bundle.ts';
import { type ClientConfig, createClients, type ServiceName } from './clients.ts';
import { type ConsoleServer, serve } from './http.ts';
import { findStage } from './stage.ts';

export interface ConsoleOptions {
  stage: string;
  /** Where a deployment overrides some. */
  names?: StageNames;
  client: (service: ServiceName) => ClientConfig;
  /** Lets the page start and stop runs and replay events. */
  canWrite: boolean;
  port?: number;
}

/** Serves the console of a stage on 127.0.0.1; its address holds the token. */
export async function startConsole(options: ConsoleOptions): Promise<ConsoleServer> {
  const clients = createClients(options.client);
  const [folder, stage] = await Promise.all([
    bundlePage(),
    findStage(clients, options.stage, options.names ?? defaultNames(options.stage)),
  ]);
  return serve(folder, createApi(clients, stage, options), options.port);
}
