/** Names that exist once in a tenant: references, numbers, transactions of a payment provider. */
import type { LoggedEvent } from './log.ts';

interface Named {
  reference?: string | null;
  provider?: string;
  series?: string;
  number?: string;
}

const TRANSACTIONS = new Set([
  'AuthorizationRecorded',
  'PaymentRecorded',
  'PaymentReversed',
  'RefundRecorded',
]);

/** Follows the log: no name is taken twice, and the numbers of a series have no gap. */
export function watchNames(): { faultsOf: (event: LoggedEvent) => string[] } {
  const taken = new Set<string>();
  /** The last number of each series. */
  const last = new Map<string, number>();

  function take(fault: string, ...name: string[]): string[] {
    const text = JSON.stringify([fault, ...name]);
    const isTaken = taken.has(text);
    taken.add(text);
    return isTaken ? [fault] : [];
  }

  return {
    faultsOf({ type, tenant, number, data }) {
      const { reference, provider, series, number: stated } = data as Named;
      const faults: string[] = [];
      if (number !== null) faults.push(...take('two orders have one number', tenant, number));
      if (type === 'OrderPlaced') {
        if (reference) faults.push(...take('two orders have one reference', tenant, reference));
        if ((series ?? stated) === undefined ? number !== null : number === null)
          faults.push('an order has a number that it did not ask for, or lacks one');
        if (stated !== undefined && number !== stated)
          faults.push('an order has another number than it stated');
        if (series !== undefined && number !== null) faults.push(...follow(tenant, series, number));
      }
      if (TRANSACTIONS.has(type) && provider !== undefined && reference)
        faults.push(...take('a transaction is recorded twice', type, tenant, provider, reference));
      return faults;
    },
  };

  function follow(tenant: string, series: string, number: string): string[] {
    const name = `${tenant} ${series}`;
    const count = Number(number.slice(series.length));
    const before = last.get(name);
    last.set(name, count);
    if (!number.startsWith(series) || !Number.isSafeInteger(count)) return ['a number is not of its series'];
    return before === undefined || count === before + 1 ? [] : ['the numbers of a series have a gap'];
  }
}
