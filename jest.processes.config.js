import config from './jest.config.js';

/** What `npm run test:processes` runs: servers that are killed, stopped, starved and cut off. */
export default {
  ...config,
  testMatch: ['<rootDir>/test/processes/**/*.test.ts'],
  testPathIgnorePatterns: [],
};
