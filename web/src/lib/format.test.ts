import { expect, it } from 'vitest';
import { Formatter } from './format';

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

it('yen has no minor units', () => {
  expect(new Formatter('en-US').money(1650, 'JPY')).toBe('¥1,650');
});

it('countries and languages are named; unknown tags stay', () => {
  expect(new Formatter('de').countryName('SG')).toBe('Singapur');
  expect(new Formatter('zh').languageName('en')).toBe('英语');
  expect(new Formatter('en').languageName('not a tag')).toBe('not a tag');
});
