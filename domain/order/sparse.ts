/**
 * The canonical form of members that have a default: a member that states it is left out. An older
 * request, which lacks the member, thereby equals a newer one that spells it out.
 */

interface Priced {
  sku?: string | null | undefined;
  discount?: number | undefined;
  tax?: number | undefined;
  taxes?: unknown[] | undefined;
  metadata?: object | undefined;
  ships?: boolean | undefined;
}

interface Sparse {
  customer_id?: string | null | undefined;
  lines?: Priced[] | undefined;
  add?: Priced[] | undefined;
  charges?: Priced[] | undefined;
  discounts?: unknown[] | undefined;
  taxes?: unknown[] | undefined;
  tags?: unknown[] | undefined;
  rounding?: number | undefined;
  prices_include_tax?: boolean | undefined;
  payment_terms?: 'prepaid' | 'open' | undefined;
}

type SparseLine<Line> = {
  [Name in keyof Line]: Name extends 'sku'
    ? Exclude<Line[Name], null>
    : Name extends 'ships'
      ? Exclude<Line[Name], true>
      : Line[Name];
};
type SparseLines<Lines> = Lines extends (infer Line)[] ? SparseLine<Line>[] : Lines;

/** The data of a command in canonical form. */
export type SparseData<Data> = {
  [Name in keyof Data]: Name extends 'lines' | 'add'
    ? SparseLines<Data[Name]>
    : Name extends 'customer_id'
      ? Exclude<Data[Name], null>
      : Name extends 'prices_include_tax'
        ? Exclude<Data[Name], false>
        : Name extends 'payment_terms'
          ? Exclude<Data[Name], 'prepaid'>
          : Data[Name];
};

/** The data of a command without the members that state their default. Changes its argument. */
export function sparse<Data extends Sparse>(data: Data): SparseData<Data> {
  for (const priced of [data.lines, data.add, data.charges]) priced?.forEach(sparsePrice);
  if (data.customer_id === null) delete data.customer_id;
  if (data.charges?.length === 0) delete data.charges;
  if (data.discounts?.length === 0) delete data.discounts;
  if (data.taxes?.length === 0) delete data.taxes;
  if (data.tags?.length === 0) delete data.tags;
  if (data.tags !== undefined) data.tags = [...new Set(data.tags)];
  if (data.rounding === 0) delete data.rounding;
  if (data.prices_include_tax === false) delete data.prices_include_tax;
  if (data.payment_terms === 'prepaid') delete data.payment_terms;
  return data as SparseData<Data>;
}

function sparsePrice(priced: Priced): void {
  if (priced.sku === null) delete priced.sku;
  if (priced.discount === 0) delete priced.discount;
  if (priced.tax === 0) delete priced.tax;
  if (priced.taxes?.length === 0) delete priced.taxes;
  if (priced.ships === true) delete priced.ships;
}
