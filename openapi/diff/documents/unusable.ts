/** Input that no verdict can be given on: what is wrong, where, and what to do about it. */
export class Unusable extends Error {
  override name = 'Unusable';

  constructor(where: string, what: string, todo: string) {
    super(`${where}: ${what}. ${todo}.`);
  }
}
