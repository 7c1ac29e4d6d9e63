import { fileURLToPath } from 'node:url';

// What a shell has set for other programs; a test sets what it depends on.
for (const name of Object.keys(process.env)) {
  if (/^(AWS_|FORCE_COLOR$|NO_COLOR$)/.test(name)) delete process.env[name];
}

/** What the test projects of the product and of each package share. */
export default {
  testEnvironment: fileURLToPath(new URL('./jest.environment.js', import.meta.url)),
  testMatch: ['**/*.test.ts'],
  // Native ES modules, as in Lambda: middy and others ship nothing else.
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: [fileURLToPath(new URL('./jest.native-errors.js', import.meta.url))],
  transform: { '^.+\\.ts$': fileURLToPath(new URL('./jest.strip-types.js', import.meta.url)) },
};
