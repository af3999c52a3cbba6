/** Currencies whose minor unit is not a hundredth (ISO 4217, list one). Browsers use other digits for some currencies. */
const DIGITS: [number, string][] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
];

/** Digits of a currency's minor unit. @param currency ISO 4217 code */
export function minorDigits(currency: string): number {
  return DIGITS.find(([, codes]) => codes.includes(currency))?.[0] ?? 2;
}
