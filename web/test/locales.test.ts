import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LANGUAGES } from '../src/lib/texts';

/** German law prescribes the words of this button (§ 312j BGB), without the total. */
const LEGAL_BUTTON = 'checkout.place';

type Texts = { [key: string]: string | Texts };

/** Texts by full key. */
function flat(texts: Texts, prefix = ''): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flat(value, `${prefix}${key}.`),
  );
}

function texts(language: string, part: string): Map<string, string> {
  return new Map(flat(JSON.parse(readFileSync(`src/locales/${language}/${part}.json`, 'utf8'))));
}

const placeholders = (text: string) => [...new Set(text.match(/{{\w+}}/g))].sort();

it.each(
  Object.keys(LANGUAGES).flatMap((language) => [
    [language, 'front'],
    [language, 'pages'],
  ]),
)('%s/%s.json has English’s keys and placeholders', (language, part) => {
  const english = texts('en', part);
  const other = texts(language, part);
  expect([...other.keys()].sort()).toEqual([...english.keys()].sort());
  for (const [key, text] of english)
    if (!(language === 'de' && key === LEGAL_BUTTON))
      expect([key, placeholders(other.get(key) ?? '')]).toEqual([key, placeholders(text)]);
});

it.each(['de', 'zh'])('%s is translated completely', (language) => {
  for (const part of ['front', 'pages']) {
    const other = texts(language, part);
    const untranslated = [...texts('en', part)].filter(([key, text]) => other.get(key)?.trim() === text);
    expect(untranslated).toEqual([]);
    for (const [key, text] of other) expect([key, text]).not.toEqual([key, '']);
  }
});
