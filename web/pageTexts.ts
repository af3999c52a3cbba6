import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';

const LOCALES = path.resolve(import.meta.dirname, 'src/locales');

/** Texts of the first content, by language. The pages function takes them from the page (`lambda_src/pages/store.py`). */
function texts(): object {
  const languages = readdirSync(LOCALES).map((language) => {
    const read = (part: string) => JSON.parse(readFileSync(path.join(LOCALES, language, part), 'utf8'));
    const { home, categories, bestsellers } = read('front.json');
    const { introduction, introductions } = read('pages.json').catalog;
    return [language, { ...home, bestsellers: bestsellers.title, categories, introduction, introductions }];
  });
  return Object.fromEntries(languages);
}

/** Puts the texts of the first content into the build's index.html, so that a page and its texts are of one build. */
export function pageTexts(): Plugin {
  return {
    name: 'page-texts',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'script',
        attrs: { type: 'application/json', id: 'texts' },
        children: JSON.stringify(texts()).replaceAll('<', '\\u003c'),
        injectTo: 'body',
      },
    ],
  };
}
