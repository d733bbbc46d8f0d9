/** Names what happened to events whose links do not follow. */
import { EPOCH_POSITIONS_MAX } from '../../log/epochs.ts';
import type { Suspect } from './check-rows.ts';
import { type Entry, linkAfter } from '../entry.ts';
import type { Finding } from './finding.ts';

/** Each pair of suspects is compared for an exchange: more would take too long. */
const COMPARED_SUSPECTS_MAX = 1_000;

type Named = Omit<Finding, 'partition'>;

/**
 * One finding for each cause: an event that only follows from a changed neighbour is left out.
 *
 * @param suspects of one partition, by position
 */
export function diagnose(suspects: readonly Suspect[]): Named[] {
  const compared = suspects.slice(0, COMPARED_SUSPECTS_MAX);
  const explained = new Set<Suspect>();
  const findings: Named[] = [];
  for (const [index, suspect] of suspects.entries()) {
    if (explained.has(suspect)) continue;
    const next = suspects[index + 1];
    const finding =
      exchanged(suspect, compared.slice(index + 1), explained) ??
      added(suspect, next, suspects.slice(index + 1), explained) ??
      missing(suspect) ??
      changed(suspect, next, explained);
    findings.push(finding);
  }
  return findings;
}

const at = (entry: Entry, position: number): Entry => ({ ...entry, position });

/** Two events with each other's place, with their links or without. */
function exchanged(suspect: Suspect, others: readonly Suspect[], explained: Set<Suspect>): Named | undefined {
  const { before, link, entry } = suspect;
  const { position } = entry;
  for (const other of others) {
    const first = linkAfter(before, at(other.entry, position));
    const beforeOther = other.positionBefore === position ? first : other.before;
    const second = linkAfter(beforeOther, at(entry, other.entry.position));
    const links = new Set([link, other.link]);
    if (!links.has(first) || !links.has(second)) continue;
    explained.add(other);
    // The events behind the two follow from the original links, not from those beside them.
    for (const next of others)
      if (next.positionBefore === position || next.positionBefore === other.entry.position)
        explained.add(next);
    return {
      kind: 'exchanged',
      position,
      detail: `this event and that at position ${other.entry.position} have each other's place`,
    };
  }
  return undefined;
}

/** An event that others follow as if it were not there; it may have moved them by one position. */
function added(
  suspect: Suspect,
  next: Suspect | undefined,
  later: readonly Suspect[],
  explained: Set<Suspect>,
): Named | undefined {
  const { before, beforeBefore, positionBefore, entry } = suspect;
  const { position } = entry;
  const follows = (link: string, each: Suspect) =>
    linkAfter(link, each.entry) === each.link ||
    linkAfter(link, at(each.entry, each.entry.position - 1)) === each.link;
  const explainMoved = () => {
    for (const each of later) if (follows(each.before, each)) explained.add(each);
  };
  if (next !== undefined && next.positionBefore === position && follows(before, next)) {
    explained.add(next);
    explainMoved();
    return { kind: 'added', position, detail: 'the events before and after it follow each other without it' };
  }
  // Its own link is right, so that the event behind it is the suspect.
  if (beforeBefore !== '' && follows(beforeBefore, suspect)) {
    explainMoved();
    return {
      kind: 'added',
      position: positionBefore,
      detail: 'the events before and after it follow each other without it',
    };
  }
  return undefined;
}

function missing({ positionBefore, entry: { position } }: Suspect): Named | undefined {
  const first = positionBefore + 1;
  if (position === first) return undefined;
  const isNewEpoch =
    Math.floor(position / EPOCH_POSITIONS_MAX) !== Math.floor(positionBefore / EPOCH_POSITIONS_MAX);
  const range = first === position - 1 ? `position ${first}` : `positions ${first} to ${position - 1}`;
  return {
    kind: 'missing',
    position: first,
    detail: isNewEpoch
      ? `events behind position ${positionBefore} are missing, before the epoch that begins at ${position}`
      : `no event at ${range}, and the next one does not follow`,
  };
}

function changed(suspect: Suspect, next: Suspect | undefined, explained: Set<Suspect>): Named {
  const { position } = suspect.entry;
  if (suspect.link === '') {
    // The event behind it follows from the link that was removed.
    if (next?.positionBefore === position) explained.add(next);
    return { kind: 'changed', position, detail: 'its link was removed' };
  }
  if (next?.positionBefore === position && next.entry.position === position + 1) {
    explained.add(next);
    return { kind: 'changed', position, detail: 'it, and its link, are not as they were appended' };
  }
  return { kind: 'changed', position, detail: 'it is not as it was appended, or the event before it is not' };
}
