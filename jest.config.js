/** Everything; `npm run test:product` runs the product alone, `npm test -w packages/<name>` a package. */
export default {
  projects: [
    '<rootDir>/test',
    '<rootDir>/packages/local-aws',
    '<rootDir>/packages/seeded-random',
    '<rootDir>/packages/spotify-mock',
  ],
  testTimeout: 60_000,
};
