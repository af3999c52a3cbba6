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
        // One chunk for the first page, with all that these modules import: separate vendor chunks compress worse and
        // add round trips. React DOM, which main.tsx imports later, is a function there until it is called.
        codeSplitting: {
          groups: [{ name: 'first', test: /[\\/](main\.tsx|index\.html|react-dom[\\/]client\.js)$/ }],
        },
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
