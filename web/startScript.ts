import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';

const SOURCE = path.resolve(import.meta.dirname, 'start.js');
const ENTRY = /<script type="module" crossorigin src="([^"]+)"><\/script>/;

/**
 * Replaces the app's entry in the build's index.html by start.js. It loads the entry once the browser reports the
 * page's first paint, which needs the connection and the processor for itself, or after a second, since a page in the
 * background is not painted. If the entry cannot be loaded, it reloads the page once, since the page may be older than
 * the deployed build, and then shows the page's message.
 */
export function startScript(): Plugin {
  return {
    name: 'start-script',
    apply: 'build',
    buildStart() {
      this.emitFile({ type: 'asset', name: 'start.js', source: readFileSync(SOURCE) });
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const file = Object.keys(bundle).find((name) => /^assets\/start-.+\.js$/.test(name));
        return html.replace(ENTRY, `<script defer src="/${file}" data-entry="$1"></script>`);
      },
    },
  };
}
