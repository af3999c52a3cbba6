import { expect, it, vi } from 'vitest';

it('brings the texts of pages that may be on their way when the language changes', async () => {
  vi.resetModules(); // the texts that test/setup.ts loaded are not there then
  const { changeLanguage, startTranslation } = await import('./i18n');
  const { default: i18next } = await import('i18next');
  await startTranslation();
  expect(i18next.exists('cart.add')).toBe(false);
  await changeLanguage('de');
  expect(i18next.t('cart.add')).toBe('In den Warenkorb');
  expect(document.documentElement.lang).toBe('de');
});
