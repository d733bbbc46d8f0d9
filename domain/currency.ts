/**
 * Active currencies of ISO 4217 (list one) with their minor units: the decimals of an amount.
 *
 * Amounts are whole minor units: 1000 is JPY 1,000, USD 10.00 and KWD 1.000. Funds, metals and
 * testing codes are left out.
 */
const BY_MINOR_UNITS: Record<number, string> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF',
  2:
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP ' +
    'CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS ' +
    'INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN ' +
    'MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE ' +
    'SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ' +
    'ZMW ZWG',
  3: 'BHD IQD JOD KWD LYD OMR TND',
};

const MINOR_UNITS: ReadonlyMap<string, number> = new Map(
  Object.entries(BY_MINOR_UNITS).flatMap(([digits, codes]) =>
    codes.split(' ').map((code) => [code, Number(digits)] as const),
  ),
);

/** Decimals of a currency (0, 2 or 3), `undefined` for a code that is not active. */
export function minorUnits(code: string): number | undefined {
  return MINOR_UNITS.get(code);
}

/** An amount of minor units in the major unit, with all decimals of the currency: `5.00`. */
export function decimalText(amount: number, currency: string): string {
  const digits = minorUnits(currency) ?? 0;
  const text = String(Math.abs(amount)).padStart(digits + 1, '0');
  const decimal = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return amount < 0 ? `-${decimal}` : decimal;
}

/** An amount of minor units as people write it: `5.00 EUR`. */
export const amountText = (amount: number, currency: string): string =>
  `${decimalText(amount, currency)} ${currency}`;
