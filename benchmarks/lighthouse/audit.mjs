// usage: node audit.mjs CHROMIUM RUNS ADDRESS...   prints the measurements as JSON: an array of runs for each address
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';

const [chromePath, runs, ...addresses] = process.argv.slice(2);
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'];
const AUDITS = {
  lcp_ms: 'largest-contentful-paint',
  fcp_ms: 'first-contentful-paint',
  tbt_ms: 'total-blocking-time',
  cls: 'cumulative-layout-shift',
};

/** One visit with Lighthouse's defaults, a phone, in a new browser. */
async function visit(address) {
  const chromium = await launch({ chromePath, chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu'] });
  try {
    const { lhr } = await lighthouse(address, { port: chromium.port, logLevel: 'error', onlyCategories: CATEGORIES });
    if (lhr.runtimeError) throw new Error(`${address}: ${lhr.runtimeError.message}`);
    const scores = CATEGORIES.map((name) => [name, lhr.categories[name].score * 100]);
    const values = Object.entries(AUDITS).map(([name, audit]) => [name, lhr.audits[audit].numericValue]);
    return Object.fromEntries([...scores, ...values]);
  } finally {
    chromium.kill();
  }
}

const measured = {};
for (const address of addresses) {
  await visit(address); // wakes the functions up
  measured[address] = [];
  for (let run = 0; run < Number(runs); run++) measured[address].push(await visit(address));
}
console.log(JSON.stringify(measured));
