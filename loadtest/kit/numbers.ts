/** The numbers that a series gave to the orders of one shop. */

/** The number of the first order; a series starts there when nobody has set it. */
const FIRST_NUMBER_DEFAULT = 1_001;

export interface Numbers {
  /** Orders with a number. */
  given: number;
  /** Numbers from the first to the last that no order has, and orders without a number. */
  missing: number;
  /** Surplus orders of a number: a number that three orders have counts two. */
  twice: number;
  /** Orders whose number is lower than that of an earlier order of the log. */
  late: number;
}

/**
 * Checks that the numbers of a shop are 1001 to N, each once, in the order of the log.
 *
 * @param places of its orders in the series, 1001 for `W-1001`, in the order of the log;
 *   `undefined` for an order without a number
 */
export function checkNumbers(places: readonly (number | undefined)[]): Numbers {
  const given = places.filter((place) => place !== undefined);
  const distinct = new Set(given);
  const last = given.reduce((highest, place) => Math.max(highest, place), FIRST_NUMBER_DEFAULT - 1);
  let highest = 0;
  let late = 0;
  for (const place of given) {
    if (place < highest) late += 1;
    highest = Math.max(highest, place);
  }
  return {
    given: given.length,
    missing: last - FIRST_NUMBER_DEFAULT + 1 - distinct.size + places.length - given.length,
    twice: given.length - distinct.size,
    late,
  };
}
