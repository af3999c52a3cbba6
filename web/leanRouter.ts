import path from 'node:path';
import type { Plugin } from 'vite';

const ROUTER = path.resolve(import.meta.dirname, 'node_modules/react-router/dist');

/**
 * React Router as a production build should have it, 1.5 KiB smaller than what its package gives a bundler.
 *
 * Its exports lead every bundler to the build with development warnings. And its components, unused ones too, are
 * created by calls that a bundler must take to matter and are then given a display name: no tree shaking gets past that.
 */
export function leanRouter(): Plugin {
  return {
    name: 'lean-router',
    apply: 'build',
    config: () => ({
      resolve: { alias: [{ find: /^react-router$/, replacement: `${ROUTER}/production/index.mjs` }] },
    }),
    transform(code, id) {
      if (!id.startsWith(ROUTER)) return null;
      const lean = code
        .replace(/^\w+\.displayName = .+;$/gm, '')
        .replace(/= (React\d*\.(forwardRef|createContext|memo)\()/g, '= /* @__PURE__ */ $1');
      return { code: lean, map: null };
    },
  };
}
