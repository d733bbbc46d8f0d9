/** Intentional breaks: reads the reviewed file and marks the findings that it accepts. */
import { isNode } from './documents/document.ts';
import type { Finding } from './finding.ts';
import { parseYaml, readText } from './documents/load.ts';
import { Unusable } from './documents/unusable.ts';

export interface AcceptedBreak {
  rule: string;
  /** `*` stands for any text: `* /v2/* > response *` covers a whole version. */
  place: string;
  reason: string;
  /** Last day on which the entry applies, `YYYY-MM-DD`. */
  expires: string;
}

/** Entries of the file without effect. */
export interface IdleEntries {
  /** They match a finding but are past their last day. */
  expired: AcceptedBreak[];
  /** They match no finding. */
  unmatched: AcceptedBreak[];
}

/**
 * Reads the reviewed file.
 *
 * @throws Unusable if an entry lacks its rule, place, reason or expiry
 */
export function loadAcceptedBreaks(file: string): AcceptedBreak[] {
  const root = parseYaml(file, readText(file));
  const entries = isNode(root) ? root.accepted : undefined;
  if (!Array.isArray(entries)) {
    throw new Unusable(file, 'the list `accepted` is missing', 'Write `accepted: []` if there are none');
  }
  return entries.map((entry: unknown, index) => {
    const node = isNode(entry) ? entry : {};
    const text = (key: string): string => {
      const value = node[key];
      if (typeof value !== 'string' || value.trim() === '') {
        throw new Unusable(
          `${file}, entry ${index + 1}`,
          `${key} is missing`,
          'Give rule, place, reason and expires',
        );
      }
      return value.trim();
    };
    const expires = text('expires');
    if (!/^\d{4}-\d\d-\d\d$/.test(expires) || Number.isNaN(Date.parse(expires))) {
      throw new Unusable(
        `${file}, entry ${index + 1}`,
        `expires is not a date (${expires})`,
        'Write it as YYYY-MM-DD',
      );
    }
    return { rule: text('rule'), place: text('place'), reason: text('reason'), expires };
  });
}

/**
 * Marks the accepted findings.
 *
 * @param today `YYYY-MM-DD`; an entry applies up to and including its last day
 * @returns the entries without effect
 */
export function acceptBreaks(findings: Finding[], entries: AcceptedBreak[], today: string): IdleEntries {
  const idle: IdleEntries = { expired: [], unmatched: [] };
  for (const entry of entries) {
    const covers = placesOf(entry);
    const matches = findings.filter(
      ({ rule, place, verdict }) => rule === entry.rule && covers(place) && verdict !== 'compatible',
    );
    if (matches.length === 0) idle.unmatched.push(entry);
    else if (entry.expires < today) idle.expired.push(entry);
    else for (const finding of matches) finding.accepted = { reason: entry.reason, expires: entry.expires };
  }
  return idle;
}

/** Whether an entry covers a place. */
function placesOf({ place }: AcceptedBreak): (place: string) => boolean {
  const parts = place.split('*').map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('.*')}$`, 's');
  return (other) => pattern.test(other);
}
