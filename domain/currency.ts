/**
 * ISO 4217 active currencies with their minor units ("exponent"): how many decimals an amount has.
 *
 * Amounts are always whole minor units, so 1000 is JPY 1,000, USD 10.00 and KWD 1.000.
 * Source: ISO 4217 list one (active codes). Funds, metals and testing codes are left out: nothing is sold in them.
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

/** Decimals of a currency (0, 2 or 3), or `undefined` when ISO 4217 has no such active code. */
export function minorUnits(code: string): number | undefined {
  return MINOR_UNITS.get(code);
}

/**
 * An amount for a person to read, in minor units and as people write it:
 * `500 minor units (5.00 EUR)`.
 */
export function amountText(amount: number, currency: string): string {
  const digits = minorUnits(currency) ?? 0;
  const text = String(amount).padStart(digits + 1, '0');
  const written = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return `${amount} minor unit${amount === 1 ? '' : 's'} (${written} ${currency})`;
}
