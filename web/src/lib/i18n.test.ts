import { expect, it, vi } from 'vitest';

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
