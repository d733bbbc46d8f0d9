/**
 * `npm test`: all tests but those of whole processes (jest.processes.config.js) and of generators
 * (jest.generators.config.js).
 */
export default {
  // Bare Node instead of a sandbox for each file, in processes: some tests need signals and argv.
  runner: ['<rootDir>/test/setup/jest/runner.ts', { runtime: 'child_process' }],
  setupFiles: ['<rootDir>/test/setup/jest/worker.ts'],
  // Node strips the types; there is nothing to transform.
  transform: {},
  globalSetup: '<rootDir>/test/setup/jest/global-setup.ts',
  globalTeardown: '<rootDir>/test/setup/jest/global-teardown.ts',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['<rootDir>/test/processes/', '<rootDir>/test/generators/'],
  modulePathIgnorePatterns: ['<rootDir>/.holdfast', '<rootDir>/build/'],
  // One more than CI's cores: many tests wait for processes.
  maxWorkers: 3,
};
