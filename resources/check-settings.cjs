// The first plugin of serverless.yml: checks the settings of a command before the framework reads any of
// them, for its own errors name neither the setting nor the value.
const { checkSettings } = require('./index.cjs');

module.exports = class CheckSettings {
  constructor(serverless, { stage = serverless.configurationInput.provider.stage, param = [] }) {
    try {
      checkSettings({ stage, params: param });
    } catch (error) {
      throw new serverless.classes.Error(error.message, 'INVALID_SETTING');
    }
  }
};
