/** The cursor of the list of daily sales. */
/** Keeps the days of the year 1 positive. */
const DAY_OFFSET = 800_000;
const LETTERS_COUNT = 26;
const FIRST_LETTER = 'A'.codePointAt(0)!;
const CURRENCIES_COUNT = LETTERS_COUNT ** 3;
/** Sorts before each currency. */
export const NO_CURRENCY = 'AAA';

/** The place of an item in the list of daily sales. */
export interface ItemPlace {
  /** Days since 1970. */
  day: number;
  currency: string;
}

/** The cursor of an item: a safe integer that names its day and its currency. */
export function cursorOf({ day, currency }: ItemPlace): number {
  let number = day + DAY_OFFSET;
  for (const letter of currency) number = number * LETTERS_COUNT + (letter.codePointAt(0)! - FIRST_LETTER);
  return number;
}

/** The item that a cursor names. */
export function itemOf(cursor: number): ItemPlace {
  let currency = '';
  for (let rest = cursor % CURRENCIES_COUNT; currency.length < 3; rest = Math.floor(rest / LETTERS_COUNT))
    currency = String.fromCodePoint(FIRST_LETTER + (rest % LETTERS_COUNT)) + currency;
  return { day: Math.floor(cursor / CURRENCIES_COUNT) - DAY_OFFSET, currency };
}
