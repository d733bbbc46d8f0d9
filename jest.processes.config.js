import config from './jest.config.js';

/** `npm run test:processes`: servers that are killed, stopped and starved, and commands. */
export default {
  ...config,
  testMatch: ['<rootDir>/test/processes/**/*.test.ts'],
  testPathIgnorePatterns: [],
};
