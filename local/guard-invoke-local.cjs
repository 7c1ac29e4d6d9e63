// A plugin of the Serverless Framework: `sls invoke local` reaches what it was meant to reach, or says in
// one line what to do. Without it a forgotten option would run a function with the credentials of the
// account of this machine, or without anything to talk to.
const { readFileSync } = require('node:fs');
const { resolve } = require('node:path');

module.exports = class GuardInvokeLocal {
  constructor(serverless, options) {
    this.serverless = serverless;
    this.options = options;
    // Before every step of the command: its first one asks CloudFormation for names.
    this.hooks = {
      initialize: () => {
        if (serverless.processedInput.commands.join(' ') === 'invoke local') this.check();
      },
    };
  }

  check() {
    const { function: name, stage, param = [] } = this.options;
    // `options` has a stage where none was given.
    if (!this.serverless.processedInput.options.stage) {
      this.refuse(
        `'sls invoke local' needs a stage: add '--stage local' after 'npm start -- --keep' in another terminal; in an account: sls invoke -f ${name} --stage <stage>`,
      );
    }
    const [folder] = param.flatMap((each) => /^folder=(.*)$/s.exec(each)?.[1] ?? []);
    if (stage === 'local' && !this.isServed(folder ?? '.local')) {
      const option = folder === undefined ? '' : ` --folder ${folder}`;
      this.refuse(
        `The local stage does not serve: start it with 'npm start -- --keep${option}' in another terminal`,
      );
    }
    if (stage === 'local') keepHere(process.env);
  }

  isServed(folder) {
    try {
      const file = resolve(this.serverless.serviceDir, folder, 'endpoints.json');
      const { pid, aws } = JSON.parse(readFileSync(file, 'utf8'));
      process.kill(pid, 0); // signal 0 only asks whether the process is there
      return aws !== undefined;
    } catch {
      return false;
    }
  }

  refuse(message) {
    throw new this.serverless.classes.Error(message, 'INVOKE_LOCAL_REFUSED');
  }
};

/** The SDK prefers an address of one service over that of the stage, and the function runs in this process. */
function keepHere(environment) {
  for (const name of Object.keys(environment)) {
    if (name.startsWith('AWS_ENDPOINT_URL_')) delete environment[name];
  }
}
