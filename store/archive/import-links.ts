/** Links the events of an imported log, and compares them with the link that the file states. */
import { dataDigest, eventDigest, genesisLink, linkAfter, recordedBytes } from '../integrity/entry.ts';
import { toId } from '../ids.ts';
import { LogFileError, type LogHeader, type LogLine } from './log-file.ts';

export interface ImportedLinks {
  /** Call with the header, before the first line: it states how the log of the file ends. */
  expect: (header: LogHeader) => void;
  /** Adds the next line of the file, as it stands there. */
  read: (line: LogLine) => void;
  /**
   * Links the next event of its partition, as this database stores it: with its own tenant, and
   * with personal data sealed.
   *
   * @returns its link, 64 hexadecimal digits
   */
  link: (stored: LogLine) => string;
  /** The link of the last event of a partition. */
  headOf: (partition: number) => string;
  /** @throws {LogFileError} events of the file are not those that its header covers */
  check: () => void;
}

export function createImportedLinks(): ImportedLinks {
  let partitions: LogHeader['partitions'] = [];
  const own = new Map<number, string>();
  /** As the log of the file was linked; only where its header states a link. */
  const stated = new Map<number, { after: number; link: string }>();
  return {
    expect(header) {
      ({ partitions } = header);
      for (const { partition, link, linked_after = 0 } of partitions) {
        own.set(partition, genesisLink(partition, 0));
        if (link !== undefined)
          stated.set(partition, { after: linked_after, link: genesisLink(partition, linked_after) });
      }
    },
    read(line) {
      const file = stated.get(line.partition);
      if (file !== undefined && line.position > file.after) file.link = linkAfter(file.link, entryOf(line));
    },
    link(line) {
      const { partition } = line;
      const link = linkAfter(own.get(partition)!, entryOf(line));
      own.set(partition, link);
      return link;
    },
    headOf: (partition) => own.get(partition)!,
    check() {
      for (const { partition, link } of partitions) {
        if (link === undefined || stated.get(partition)?.link === link) continue;
        throw new LogFileError(
          `The events of partition ${partition} do not end in the link that the header states: ` +
            'an event was changed, removed or added since the export. Export the log again.',
        );
      }
    },
  };
}

/** The entry of a line (store/integrity/entry.ts). */
function entryOf(line: LogLine) {
  const digest = eventDigest(
    {
      partition: line.partition,
      tenant_id: toId('ten', line.tenant_id),
      order_id: toId('ord', line.order_id),
      version: line.version,
      event_id: toId('evt', line.event_id),
      type: line.type,
      schema_version: line.schema_version,
      idempotency_key: line.idempotency_key,
      fingerprint: line.fingerprint,
      traceparent: line.traceparent,
      key_id: line.key_id === null ? null : toId('key', line.key_id),
      claim: line.claim ?? null,
    },
    dataDigest(line.data),
  );
  const { position, recorded_at, number = null } = line;
  return { digest, position, recorded: recordedBytes(recorded_at), number };
}
