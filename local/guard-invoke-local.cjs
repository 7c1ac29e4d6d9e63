// A plugin of the Serverless Framework: `sls invoke local` reaches what it was meant to reach, or says in
// one line what to do. Without it a forgotten option would run a function with the credentials of the
// account of this machine, or without anything to talk to; a forgotten word would deploy the stage local there.
const { readFileSync } = require('node:fs');
const { resolve } = require('node:path');

/** First words of the commands that call CloudFormation or Lambda. */
const OF_ACCOUNTS = ['deploy', 'info', 'invoke', 'logs', 'metrics', 'remove', 'rollback'];

module.exports = class GuardInvokeLocal {
  // Here, not in a hook: before the first hook the framework resolves and checks all of serverless.yml, for
  // half a second. The first step of the command itself asks CloudFormation for names.
  constructor(serverless, options) {
    this.serverless = serverless;
    const { commands, isHelpRequest } = serverless.processedInput;
    const command = commands.join(' ');
    if (isHelpRequest) return;
    // Without the name of a function the framework says so.
    if (command === 'invoke local' && options.function) this.check(options);
    const isOfAccount = command !== 'invoke local' && OF_ACCOUNTS.includes(commands[0]);
    if (options.stage === 'local' && isOfAccount) {
      const instead = command === 'invoke' ? '; `sls invoke local` calls a function here' : '';
      this.refuse(
        `The stage local is on this machine: \`sls ${command}\` is for a stage in an account${instead}`,
      );
    }
  }

  check({ function: name, stage, param = [] }) {
    if (!stage) {
      this.refuse(
        `\`sls invoke local\` needs a stage: add \`--stage local\` after \`npm start -- --keep\` in another terminal; in an account: \`sls invoke -f ${name} --stage <stage>\``,
      );
    }
    const [folder] = param.flatMap((each) => /^folder=(.*)$/s.exec(each)?.[1] ?? []);
    if (stage === 'local' && !this.isServed(folder ?? '.local')) {
      const option = folder === undefined ? '' : ` --folder ${quote(folder)}`;
      this.refuse(
        `The local stage does not serve: start it with \`npm start -- --keep${option}\` in another terminal`,
      );
    }
    if (stage === 'local') keepHere(process.env);
  }

  isServed(folder) {
    try {
      const file = resolve(this.serverless.serviceDir, folder, 'endpoints.json');
      const { pid, started, aws } = JSON.parse(readFileSync(file, 'utf8'));
      return aws !== undefined && isAlive(pid, started);
    } catch {
      return false;
    }
  }

  refuse(message) {
    throw new this.serverless.classes.Error(message, 'INVOKE_LOCAL_REFUSED');
  }
};

/** As in process-identity.ts, which Node 20 cannot import: a zombie is dead, and a number may be another process by now. */
function isAlive(pid, started) {
  if (process.platform === 'linux') {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return !/[ZX]/.test(fields[0]) && fields[19] === started;
  }
  return process.kill(pid, 0); // signal 0 only asks whether the process is there
}

/** As in shell-quote.ts. */
const quote = (text) =>
  /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** The SDK prefers an address of one service over that of the stage, and the function runs in this process. */
function keepHere(environment) {
  for (const name of Object.keys(environment)) {
    if (name.startsWith('AWS_ENDPOINT_URL_')) delete environment[name];
  }
}
