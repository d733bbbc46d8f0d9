import config from './jest.config.js';

/** `npm run test:generators`: clients of generators from the npm registry. */
export default {
  ...config,
  testMatch: ['<rootDir>/test/generators/**/*.test.ts'],
  testPathIgnorePatterns: [],
};
