import { CheckFailed } from '../lib/run-check.ts';
import type { Account } from './account.ts';

/** What a redeployment changes: of a function, of a log group, of a mapping. */
export interface Settings {
  albumRefreshDays: number;
  logRetentionDays: number;
  sessionsMaxAgeSeconds: number;
}

/** Throws where the deployed resources do not have these settings. */
export async function expectSettings(aws: Account['aws'], wanted: Settings): Promise<void> {
  const numberOf = async (command: string) => Number(await aws(...command.split(' ')));
  const found: Settings = {
    albumRefreshDays: await numberOf(
      'lambda get-function-configuration --function-name tributary-dev-planAlbums --query Environment.Variables.ALBUM_REFRESH_DAYS',
    ),
    logRetentionDays: await numberOf(
      'logs describe-log-groups --log-group-name-prefix /aws/lambda/tributary-dev-planAlbums --query logGroups[0].retentionInDays',
    ),
    sessionsMaxAgeSeconds: await numberOf(
      'lambda list-event-source-mappings --function-name tributary-dev-enrichSessions --query EventSourceMappings[0].MaximumRecordAgeInSeconds',
    ),
  };
  for (const [name, value] of Object.entries(wanted)) {
    const actual = found[name as keyof Settings];
    if (actual !== value) throw new CheckFailed(`redeployed with ${name}=${actual}, not ${value}`);
  }
}
