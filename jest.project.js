import { fileURLToPath } from 'node:url';

/** What the test projects of the product and of each package share. */
export default {
  testEnvironment: fileURLToPath(new URL('./jest.environment.js', import.meta.url)),
  testMatch: ['**/*.test.ts'],
  // Native ES modules, as in Lambda: middy and others ship nothing else.
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: [fileURLToPath(new URL('./jest.native-errors.js', import.meta.url))],
  transform: { '^.+\\.ts$': fileURLToPath(new URL('./jest.strip-types.js', import.meta.url)) },
};
