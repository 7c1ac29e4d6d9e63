import { runCheck } from '../lib/run-check.ts';
import { checkDeployment } from './check-deployment.ts';

await runCheck('check:deploy', checkDeployment);
