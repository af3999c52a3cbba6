import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** The entry's script and style sheet, by the name that Vite takes from index.html. */
const ENTRY = /^assets\/index-.+\.(js|css)$/;

/**
 * Puts a copy beside each file that every shopper loads, compressed by Brotli at its best quality.
 *
 * CloudFront compresses while somebody waits, hence a tenth worse; modules/storefront/encode.js picks the copy.
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
