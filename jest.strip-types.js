import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';

// Jest's transform of TypeScript: what Node itself does when it runs a .ts file. Types become spaces, so
// that lines and columns stay, without a source map.
export default {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
  getCacheKey: (source) => createHash('sha1').update(process.version).update(source).digest('hex'),
};
