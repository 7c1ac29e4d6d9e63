import type { PackagedFunction, Service } from 'local-aws/service/service.ts';
import { InvalidInput } from '../core/errors.ts';
import type { Endpoints } from './claim-folder.ts';
import { PLACEHOLDER } from './packaging.ts';

/**
 * The functions with the addresses of this stage for the placeholders of the package; those that ask Spotify get
 * the variables of a proxy, too.
 */
export function connectFunctions(
  functions: Map<string, PackagedFunction>,
  { aws, spotify, spotifyAccounts }: Endpoints,
  environment: Record<string, string> = {},
  proxy: Record<string, string> = {},
): Map<string, PackagedFunction> {
  const addresses: Record<string, string> = {
    AWS_ENDPOINT_URL: aws,
    SPOTIFY_API_URL: spotify,
    SPOTIFY_ACCOUNTS_URL: spotifyAccounts,
  };
  const connect = ([name, value]: [string, string]) => {
    if (environment[name] !== undefined) return [name, environment[name]];
    // An address that somebody chose (`--param spotifyApiUrl=…`) stays.
    return [name, value === PLACEHOLDER ? (addresses[name] ?? value) : value];
  };
  return new Map(
    [...functions].map(([name, fn]) => {
      const connected = Object.fromEntries(Object.entries(fn.environment).map(connect));
      const asksSpotify = connected.SPOTIFY_API_URL ?? connected.SPOTIFY_ACCOUNTS_URL;
      return [name, { ...fn, environment: { ...(asksSpotify && proxy), ...connected } }];
    }),
  );
}

/** A variable that has the same value in each function that has it. */
export function environmentValue({ functions }: Service, name: string): string {
  const found = [...functions.values()].find((fn) => fn.environment[name] !== undefined);
  if (!found) throw new InvalidInput(`No function of the packaged service has ${name}`);
  return found.environment[name] as string;
}
