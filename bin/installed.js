// In front of each script that starts something else than the programs beside this file: before `npm ci` it
// says so, and nothing is started.
import { isInstalled } from './run.js';

isInstalled();
