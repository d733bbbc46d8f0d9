/** Breaks that were made on purpose: the reviewed file, and how it meets the findings. */
import { isNode } from './documents/document.ts';
import type { Finding } from './finding.ts';
import { parseYaml, readText } from './documents/load.ts';
import { Unusable } from './documents/unusable.ts';

export interface AcceptedBreak {
  rule: string;
  place: string;
  reason: string;
  /** The last day on which it counts, `YYYY-MM-DD`. */
  expires: string;
}

/** Entries of the file that did nothing. */
export interface IdleEntries {
  /** They would have met a finding, but their day has passed. */
  expired: AcceptedBreak[];
  /** They met no finding. */
  unmatched: AcceptedBreak[];
}

/**
 * Reads the reviewed file.
 *
 * @throws Unusable when an entry lacks its rule, place, reason or expiry
 */
export function loadAcceptedBreaks(file: string): AcceptedBreak[] {
  const root = parseYaml(file, readText(file));
  const entries = isNode(root) ? root.accepted : undefined;
  if (!Array.isArray(entries)) {
    throw new Unusable(file, 'it has no list `accepted`', 'Write `accepted: []` when nothing is accepted');
  }
  return entries.map((entry: unknown, index) => {
    const node = isNode(entry) ? entry : {};
    const text = (key: string): string => {
      const value = node[key];
      if (typeof value !== 'string' || value.trim() === '') {
        throw new Unusable(
          `${file}, entry ${index + 1}`,
          `it has no ${key}`,
          'Every entry needs rule, place, reason and expires',
        );
      }
      return value.trim();
    };
    const expires = text('expires');
    if (!/^\d{4}-\d\d-\d\d$/.test(expires) || Number.isNaN(Date.parse(expires))) {
      throw new Unusable(
        `${file}, entry ${index + 1}`,
        `expires is no day (${expires})`,
        'Write it as YYYY-MM-DD',
      );
    }
    return { rule: text('rule'), place: text('place'), reason: text('reason'), expires };
  });
}

/**
 * Marks the findings that were accepted.
 *
 * @param today `YYYY-MM-DD`; an entry counts up to its day of expiry and not after
 */
export function acceptBreaks(findings: Finding[], entries: AcceptedBreak[], today: string): IdleEntries {
  const idle: IdleEntries = { expired: [], unmatched: [] };
  for (const entry of entries) {
    const met = findings.filter(
      ({ rule, place, verdict }) => rule === entry.rule && place === entry.place && verdict !== 'compatible',
    );
    if (met.length === 0) idle.unmatched.push(entry);
    else if (entry.expires < today) idle.expired.push(entry);
    else for (const finding of met) finding.accepted = { reason: entry.reason, expires: entry.expires };
  }
  return idle;
}
