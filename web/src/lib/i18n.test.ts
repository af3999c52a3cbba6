import { expect, it, vi } from 'vitest';
import { readStored } from './storage';

it('changing the language loads both parts', async () => {
  vi.resetModules(); // removes the texts that test/setup.ts loaded
  const { changeLanguage, startTranslation } = await import('./i18n');
  const { default: i18next } = await import('i18next');
  await startTranslation();
  expect(i18next.exists('cart.add')).toBe(false);
  await changeLanguage('de');
  expect(i18next.t('cart.add')).toBe('In den Warenkorb');
  expect(document.documentElement.lang).toBe('de');
});

it('language that was chosen last stays, also when an earlier one loads later', async () => {
  vi.resetModules();
  const texts = await import('./texts');
  const loaded = new Map<string, (error?: Error) => void>();
  vi.spyOn(texts, 'fetchTexts').mockImplementation(
    (language, part) =>
      new Promise((resolve, reject) => {
        loaded.set(`${language} ${part}`, (error) => (error ? reject(error) : resolve({})));
      }),
  );
  const { changeLanguage } = await import('./i18n');
  const earlier = [changeLanguage('de'), changeLanguage('en')];
  const last = changeLanguage('zh');
  for (const part of ['front', 'pages']) loaded.get(`zh ${part}`)?.();
  await last;
  for (const part of ['front', 'pages']) loaded.get(`de ${part}`)?.();
  loaded.get('en front')?.(new Error('no connection'));
  await Promise.all(earlier);
  expect(document.documentElement.lang).toBe('zh');
  expect(readStored(texts.STORAGE_KEY)).toBe('zh');
});
