/** Bounds of a body in which all faults are searched, not just the first: 2 ms at worst. */
const SHORT_VALUES_MAX = 2_000;
/** Characters of all strings and member names. */
const SHORT_CHARACTERS_MAX = 65_536;

interface Budget {
  values: number;
  characters: number;
}

/** Whether a body is small enough to search it for all faults. */
export function isShort(body: unknown): boolean {
  const left: Budget = { values: SHORT_VALUES_MAX, characters: SHORT_CHARACTERS_MAX };
  spend(body, left);
  return left.values >= 0 && left.characters >= 0;
}

function spend(value: unknown, left: Budget): void {
  left.values -= 1;
  if (typeof value === 'string') left.characters -= value.length;
  if (typeof value !== 'object' || value === null) return;
  for (const name in value) {
    if (left.values < 0 || left.characters < 0) return;
    left.characters -= name.length;
    spend((value as Record<string, unknown>)[name], left);
  }
}
