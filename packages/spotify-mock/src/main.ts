import { Command, InvalidArgumentError, Option } from 'commander';
import { readCatalog } from './catalog.ts';
import { InvalidInput } from './errors.ts';
import { readFaultPlan } from './faults.ts';
import { generateCatalog } from './generate-catalog.ts';
import { rejectOptionsOfNpm } from './npm-options.ts';
import { LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET, startSpotify } from './server.ts';

const UNUSABLE_PORT = ['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ERR_SOCKET_BAD_PORT'];

const command = new Command('spotify')
  .description('A mock server of the Spotify Web API, on this machine only; Ctrl-C ends it')
  .addOption(
    new Option('--app <kind>', 'the kind of app that calls')
      .choices(['extended', 'development'] as const)
      .default('development' as const),
  )
  .option('--port <port>', '0 picks a free one', wholeNumber, 0)
  .addOption(
    new Option('--catalog <file>', 'a catalogue to serve, as JSON')
      .argParser(fileName)
      .conflicts(['albums', 'seed']),
  )
  .option('--albums <count>', 'how many albums to invent instead', wholeNumber, 100)
  .option('--seed <number>', 'the same seed invents the same albums', wholeNumber, 1)
  .option('--latency <ms>', 'added to each API request', latencyMs, 0)
  .option('--faults <file>', 'a fault plan, as JSON', fileName);

rejectOptionsOfNpm(command);
try {
  const { app, port, catalog, albums, seed, latency, faults } = command.parse().opts<{
    app: 'extended' | 'development';
    port: number;
    catalog?: string;
    albums: number;
    seed: number;
    latency: number;
    faults?: string;
  }>();
  const spotify = await startSpotify({
    app,
    port,
    catalog: catalog ? readCatalog(catalog) : generateCatalog({ albums, seed }),
    latencyMs: latency,
    faults: faults ? readFaultPlan(faults) : undefined,
  });
  process.once('SIGINT', async () => {
    await spotify.close();
    console.log(JSON.stringify(spotify.requests, null, 2));
  });
  console.log(`${spotify.url}  ${app} app, id ${LOCAL_CLIENT_ID}, secret ${LOCAL_CLIENT_SECRET}`);
} catch (error) {
  // What a person can repair is said in one line; anything else is a bug and keeps its stack.
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (!(error instanceof InvalidInput) && !UNUSABLE_PORT.includes(code)) throw error;
  const { port } = command.opts<{ port: number }>();
  const problems: Record<string, string> = {
    EADDRINUSE: `port ${port} is in use: choose another --port, or 0 for any that is free`,
    ERR_SOCKET_BAD_PORT: `--port ${port} is above 65535`,
  };
  command.error(`error: ${problems[code] ?? message}`);
}

function wholeNumber(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('It is not a whole number.');
}

function latencyMs(text: string): number {
  const ms = wholeNumber(text);
  if (ms <= 60_000) return ms;
  throw new InvalidArgumentError('It is above 60000.');
}

/** An unset variable of a shell is an empty text. */
function fileName(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It names no file.');
}
