/** The package has no types. */
declare module 'jest-light-runner' {
  export function createRunner(): unknown;
}
