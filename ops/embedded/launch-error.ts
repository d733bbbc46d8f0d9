/** A backing service could not be started. The message says what, where, and what to do, and is all that a person needs to see. */
export class LaunchError extends Error {
  override name = 'LaunchError';
}
