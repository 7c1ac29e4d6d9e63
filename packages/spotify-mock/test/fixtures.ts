import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from '../src/faults.ts';
import { generateCatalog } from '../src/generate-catalog.ts';
import {
  LOCAL_CLIENT_ID,
  LOCAL_CLIENT_SECRET,
  type SpotifyMock,
  type SpotifyOptions,
  startSpotify,
} from '../src/server.ts';

export const catalog = generateCatalog({ albums: 60, seed: 1 });

const open: SpotifyMock[] = [];
const directories: string[] = [];

/** To be called once in a test file that uses the others. */
export function cleanUpAfterEach(): void {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((spotify) => spotify.close()));
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
  });
}

export async function givenSpotify(options: Partial<SpotifyOptions> = {}): Promise<SpotifyMock> {
  const spotify = await startSpotify({ app: 'extended', catalog, ...options });
  open.push(spotify);
  return spotify;
}

/** A mock server with these faults, and a caller with a token. */
export async function givenFaultySpotify(...faults: Fault[]) {
  const spotify = await givenSpotify({ faults: { seed: 0, faults } });
  return { spotify, get: await callerOf(spotify) };
}

export function givenFile(content: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'spotify-mock-'));
  directories.push(directory);
  const file = join(directory, 'file.json');
  writeFileSync(file, content);
  return file;
}

export function askForToken(
  spotify: SpotifyMock,
  { id = LOCAL_CLIENT_ID, secret = LOCAL_CLIENT_SECRET, grant = 'client_credentials' } = {},
): Promise<Response> {
  return fetch(`${spotify.url}/api/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: grant }),
  });
}

export async function authorized(spotify: SpotifyMock): Promise<{ Authorization: string }> {
  const { access_token } = await json(await askForToken(spotify));
  return { Authorization: `Bearer ${access_token}` };
}

/** A caller with a token; takes a path, or a `next` as it stands. */
export async function callerOf(spotify: SpotifyMock) {
  const headers = await authorized(spotify);
  return (path: string) => fetch(new URL(path, spotify.url), { headers });
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into responses of many shapes.
export async function json(response: Response): Promise<any> {
  return response.json();
}
