import { runCheck } from '../lib/run-check.ts';
import { checkSql } from './check-sql.ts';

await runCheck('check:sql', checkSql);
