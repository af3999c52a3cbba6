import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { localConfig } from './localConfig.ts';
import { pageTexts } from './pageTexts.ts';
import { precompress } from './precompress.ts';
import { startScript } from './startScript.ts';

/** Browsers of early 2023, which React 19 and Bootstrap 5.3 support too. The README names them. */
export const OLDEST_BROWSERS = ['chrome111', 'edge111', 'firefox114', 'safari16.4'];

export default defineConfig({
  plugins: [react(), pageTexts(), startScript(), precompress(), localConfig()],
  resolve: {
    // React 18 and later include it.
    alias: [{ find: /^use-sync-external-store\/shim$/, replacement: 'react' }],
  },
  css: {
    preprocessorOptions: {
      // Bootstrap 5.3 uses @import.
      scss: {
        quietDeps: true,
        silenceDeprecations: ['import', 'global-builtin', 'color-functions', 'if-function'],
      },
    },
  },
  build: {
    target: OLDEST_BROWSERS,
    assetsInlineLimit: 0, // the content security policy forbids data: fonts
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // One chunk for the first page: separate vendor chunks compress worse and add round trips.
        codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] },
      },
    },
  },
  server: { host: '127.0.0.1' },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    restoreMocks: true,
    isolate: false, // a jsdom and all imports for each file take more than half of the time
    testTimeout: 30_000, // for a busy machine
  },
});
