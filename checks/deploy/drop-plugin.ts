import { writeFileSync } from 'node:fs';
import { dropUnsupported, type Resource } from './drops.ts';

interface Framework {
  service: {
    provider: { compiledCloudFormationTemplate: { Resources: Record<string, Resource> } };
  };
}

/** A plugin of the framework: drops from the template what the emulator refuses, and writes down what. */
export default class DropUnsupported {
  readonly hooks: Record<string, () => void>;

  constructor({ service }: Framework) {
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const file = process.env.DROPS_FILE;
        if (!file) throw new Error('DROPS_FILE does not say where the list of drops goes');
        const drops = dropUnsupported(service.provider.compiledCloudFormationTemplate.Resources);
        writeFileSync(file, JSON.stringify(drops));
      },
    };
  }
}
