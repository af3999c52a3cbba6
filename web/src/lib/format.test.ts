import { expect, it } from 'vitest';
import { Formatter, languageTag } from './format';

/** Some languages use non-breaking spaces. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

it.each([
  ['en-GB', '€1,650.00', '31 January 2026', '4.4', '1,200'],
  ['en-US', '€1,650.00', 'January 31, 2026', '4.4', '1,200'],
  ['de', '1.650,00 €', '31. Januar 2026', '4,4', '1.200'],
  ['zh', '€1,650.00', '2026年1月31日', '4.4', '1,200'],
])('%s formats money, dates and numbers', (language, price, day, rating, count) => {
  const format = new Formatter(language);
  expect(plain(format.money(165_000, 'EUR'))).toBe(price);
  expect(format.date('2026-01-31T12:00:00Z')).toBe(day);
  expect(format.number(4.4, 1)).toBe(rating);
  expect(format.number(1200)).toBe(count);
});

it.each([
  ['HUF', 59_900, 599, 2],
  ['COP', 1_250_000, 12_500, 2],
  ['IDR', 9_900_000, 99_000, 2],
  ['PKR', 150_000, 1500, 2],
  ['JPY', 1500, 1500, 0],
  ['KWD', 1500, 1.5, 3],
  ['CLF', 15_000, 1.5, 4],
])('%s has the minor unit of ISO 4217 in every language', (currency, minor, amount, digits) => {
  for (const language of ['en-GB', 'de', 'zh', 'hu', 'ja']) {
    const number = amount.toLocaleString(language, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      style: 'currency',
      currency,
    });
    expect(new Formatter(language).money(minor, currency)).toBe(number);
  }
});

it('money is written as its readers expect', () => {
  expect(plain(new Formatter('en').money(59_900, 'HUF'))).toBe('HUF 599.00');
  expect(plain(new Formatter('en').money(1500, 'JPY'))).toBe('¥1,500');
  expect(plain(new Formatter('en').money(1500, 'KWD'))).toBe('KWD 1.500');
  expect(plain(new Formatter('de').money(59_900, 'HUF'))).toBe('599,00 HUF');
});

it('language tags are canonical or dropped', () => {
  expect(languageTag('eng')).toBe('en');
  expect(languageTag('en-us')).toBe('en-US');
  expect(languageTag('not a tag')).toBeUndefined();
  expect(languageTag(null)).toBeUndefined();
});

it('countries and languages are named; unknown tags stay', () => {
  expect(new Formatter('de').countryName('SG')).toBe('Singapur');
  expect(new Formatter('zh').languageName('en')).toBe('英语');
  expect(new Formatter('en').languageName('not a tag')).toBe('not a tag');
});
