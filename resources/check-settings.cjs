// The first plugin of serverless.yml: checks the settings of a command before the framework reads any of
// them, for its own errors name neither the setting nor the value.
const { checkSettings } = require('./index.cjs');

/** No setting of a stage: says where the stage local serves, as `npm start -- --folder` does. */
const FOLDER = /^folder=/;

module.exports = class CheckSettings {
  constructor(serverless, { stage = serverless.configurationInput.provider.stage, param = [] }) {
    const params = stage === 'local' ? param.filter((each) => !FOLDER.test(each)) : param;
    try {
      checkSettings({ stage, params });
    } catch (error) {
      throw new serverless.classes.Error(error.message, 'INVALID_SETTING');
    }
  }
};
