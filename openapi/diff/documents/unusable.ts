/** Input that cannot be compared. The message states where, what and the remedy. */
export class Unusable extends Error {
  override name = 'Unusable';

  constructor(where: string, what: string, remedy: string) {
    super(`${where}: ${what}. ${remedy}.`);
  }
}
