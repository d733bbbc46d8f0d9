/** Values, and characters of texts and names, of a body whose every fault is looked for: 2 ms at worst. */
const SHORT = { values: 2_000, characters: 65_536 };

/** Whether there is little enough in a body to look for every fault, and not for the first alone. */
export function isShort(body: unknown): boolean {
  const left = { ...SHORT };
  spend(body, left);
  return left.values >= 0 && left.characters >= 0;
}

function spend(value: unknown, left: typeof SHORT): void {
  left.values -= 1;
  if (typeof value === 'string') left.characters -= value.length;
  if (typeof value !== 'object' || value === null) return;
  for (const name in value) {
    if (left.values < 0 || left.characters < 0) return;
    left.characters -= name.length;
    spend((value as Record<string, unknown>)[name], left);
  }
}
