import { runCheck } from '../lib/run-check.ts';
import { lintTemplates } from './lint-templates.ts';

await runCheck('check:templates', lintTemplates);
