import { defaultNames, LOCAL_STAGE, type StageNames } from '../../core/names.ts';
import type { StageOptions } from '../../core/terminal/options.ts';
import { connect } from './aws-clients.ts';
import { readLocalEndpoints } from './local-endpoint.ts';

/** Outputs of the stack (resources/outputs.yml): names as they were deployed. */
export type StackOutputs = Readonly<Record<string, string>>;

/**
 * The names of a stage, overridden ones included: from the outputs of its stack, or from what
 * `npm start` was given. Defaults hold where the stack cannot be read: no permission for that is needed
 * as long as nothing is overridden.
 */
export async function namesOf(options: StageOptions): Promise<StageNames> {
  const overridden =
    options.stage === LOCAL_STAGE ? paramsOf(options.folder) : await readOutputs(options);
  const defaults = defaultNames(options.stage);
  const names = Object.entries(defaults).map(([name, value]) => [
    name,
    overridden[name] ?? overridden[pascal(name)] ?? value,
  ]);
  return Object.fromEntries(names) as StageNames;
}

const pascal = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** With an endpoint in the environment, the stage local may be any emulator. */
function paramsOf(folder: string): Readonly<Record<string, string>> {
  try {
    return readLocalEndpoints(folder).params ?? {};
  } catch {
    return {};
  }
}

/** The outputs of the stage's stack; empty where it cannot be read. */
export async function readOutputs(options: StageOptions): Promise<StackOutputs> {
  // The stage local starts without it.
  const { CloudFormationClient, DescribeStacksCommand } = await import(
    '@aws-sdk/client-cloudformation'
  );
  const cloudFormation = connect(CloudFormationClient, 'CLOUDFORMATION', options, 1);
  try {
    const command = new DescribeStacksCommand({ StackName: `tributary-${options.stage}` });
    const { Stacks } = await cloudFormation.send(command, { requestTimeout: 5_000 });
    const outputs = Stacks?.[0]?.Outputs ?? [];
    return Object.fromEntries(
      outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  } catch {
    return {};
  } finally {
    cloudFormation.destroy();
  }
}
