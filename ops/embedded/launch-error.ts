/**
 * A backing service could not be started. The message names the service, the reason and the remedy.
 */
export class LaunchError extends Error {
  override name = 'LaunchError';
}
