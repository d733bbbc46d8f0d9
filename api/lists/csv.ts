/** CSV (RFC 4180), safe to open in a spreadsheet. */
import { decimalText } from '../../domain/currency.ts';

/** A text that is a number, such as an amount: it stays as it is. */
export interface NumberCell {
  number: string;
}

export type Cell = string | number | boolean | null | NumberCell;

/** An amount of minor units in the major unit; its currency has a column of its own. */
export const amountCell = ({ amount, currency }: { amount: number; currency: string }): NumberCell => ({
  number: decimalText(amount, currency),
});

/** One line, with its line break. */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map(cellText).join(',')}\r\n`;

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'object') return cell.number;
  if (typeof cell !== 'string') return String(cell);
  const safe = isFormula(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Spreadsheets compute a cell that begins so: a customer could put a formula into an order. */
const isFormula = (text: string): boolean => /^[=+\-@\t\r]/.test(text);
