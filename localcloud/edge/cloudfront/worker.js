// Runs CloudFront Functions and compression for the edge: one JSON request per line in, one JSON answer per line out.
//
// Functions see only what CloudFront's runtime offers. Brotli runs here because Python's standard library lacks it.
const crypto = require('node:crypto');
const querystring = require('node:querystring');
const readline = require('node:readline');
const vm = require('node:vm');
const zlib = require('node:zlib');

const MODULES = { crypto, querystring, buffer: require('node:buffer') };
const TIMEOUT_MS = 500;
const compiled = new Map();

function handlerOf(code) {
  if (!compiled.has(code)) {
    const sandbox = vm.createContext({
      atob,
      btoa,
      Buffer,
      console: { log: (...words) => console.error(...words) },
      require(name) {
        if (!(name in MODULES)) throw new Error(`CloudFront Functions have no module ${name}`);
        return MODULES[name];
      },
    });
    new vm.Script(`${code}\n;globalThis.handler = handler;`).runInContext(sandbox, { timeout: TIMEOUT_MS });
    compiled.set(code, sandbox);
  }
  const sandbox = compiled.get(code);
  return (event) => {
    sandbox.event = event;
    return new vm.Script('handler(event)').runInContext(sandbox, { timeout: TIMEOUT_MS });
  };
}

const COMPRESSORS = {
  br: (body) => zlib.brotliCompressSync(body, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (body) => zlib.gzipSync(body),
};

async function answer({ code, event, encoding, body }) {
  if (code) return { value: await handlerOf(code)(event) };
  return { value: COMPRESSORS[encoding](Buffer.from(body, 'base64')).toString('base64') };
}

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, ...request } = JSON.parse(line);
  const result = await answer(request).catch((error) => ({ error: String(error) }));
  process.stdout.write(`${JSON.stringify({ id, ...result })}\n`);
});
