import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** The entry's script and style sheet, which Vite names after index.html. */
const ENTRY = /^assets\/index-.+\.(js|css)$/;

/**
 * Writes a Brotli copy, at the best quality, beside each file that every page loads.
 *
 * CloudFront compresses on request, a tenth worse. modules/storefront/encode.js selects the copy.
 */
export function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    writeBundle({ dir = 'dist' }, bundle) {
      for (const name of Object.keys(bundle).filter((file) => ENTRY.test(file))) {
        const file = path.join(dir, name);
        writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)));
      }
    },
  };
}
