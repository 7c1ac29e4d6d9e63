import type { Rule } from './rules.ts';
import type { Setting, Value } from './setting.ts';
import { GROUPS } from './table.ts';

const shownValue = (value: Value): string => {
  if (value === '') return 'none';
  if (typeof value === 'number') return String(value);
  const text = String(value)
    .replace(/\$\{sls:stage\}/g, '<stage>')
    .replace(/\$\{AWS::AccountId\}/g, '<account>');
  return `\`${text}\``;
};

/** `local` serves this machine alone: its defaults are of no use to anybody. */
function shownDefault({ default: value, stages = {}, shown }: Setting): string {
  if (shown !== undefined) return shown;
  const others = Object.entries(stages).filter(([stage]) => stage !== 'local');
  return [
    value === undefined ? 'none' : shownValue(value),
    ...others.map(([stage, each]) => `${shownValue(each)} in \`${stage}\``),
  ].join(', ');
}

const row = ([name, setting]: [string, Setting]): string => {
  const { is }: Rule = setting.rule;
  return `| \`${name}\` | ${shownDefault(setting)} | ${is.replaceAll('|', '\\|')} | ${setting.meaning} |`;
};

/** docs/settings.md; `npm run docs:settings` writes it. */
export const settingsPage = (): string => `# Settings

\`--param "name=value"\` sets one for a single command: \`npx sls deploy --param …\`, \`npm start -- --param …\`. What is to
stay belongs into [\`resources/settings/\`](../resources/settings), under its stage: this page, the parameters of
[serverless.yml](../serverless.yml) and the check follow from there. A name or a value that does not exist ends the
command before anything runs.

Where a default is given \`in prod\`, every other stage has the first one. A stage is a-z, 0-9 and single \`-\`.
${Object.entries(GROUPS)
  .map(
    ([group, settings]) => `
## ${group}

| Name | Default | A value is | Unit and meaning |
|---|---|---|---|
${Object.entries<Setting>(settings).map(row).join('\n')}
`,
  )
  .join('')}`;
