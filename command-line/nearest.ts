/** Finds the name that a misspelt word stands for. */

/**
 * @returns the only name that starts with the word, or with which the word starts; else the name
 *   with the fewest edits, at most a third of its letters; `undefined` if there is none
 */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const given = word.toLowerCase();
  const begun = names.filter(
    (name) => given.length >= 2 && (name.startsWith(given) || given.startsWith(name)),
  );
  if (begun.length === 1) return begun[0];
  const ranked = names
    .map((name) => ({ name, edits: editsBetween(given, name) }))
    .filter(({ name, edits }) => edits <= Math.ceil(Math.max(name.length, given.length) / 3))
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.name;
}

/** Optimal string alignment distance: insertions, deletions, replacements, swaps of two letters. */
function editsBetween(a: string, b: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
