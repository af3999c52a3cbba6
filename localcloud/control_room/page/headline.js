// The headline and its explanation: the state of the deployment in two sentences.
const list = new Intl.ListFormat('en');
export const names = (regions) => list.format(regions.map((region) => region.label));
const are = (regions) => `${names(regions)} ${regions.length > 1 ? 'are' : 'is'}`;
const serves = (regions) =>
  regions.length ? `${names(regions)} ${regions.length > 1 ? 'serve' : 'serves'} everyone` : 'no other region is healthy yet';

/** Failures that other parts of the region survive. */
const PARTIAL = ['redis', 'replication'];
export const isFailing = (region) => region.broken.some((failure) => !PARTIAL.includes(failure));
export const isEvacuating = (region) => region.evacuated || region.busy === 'evacuate';
export const isHealing = (region) => !region.healthy && !isFailing(region) && !isEvacuating(region);

export function checks({ checks: [passed, needed] }) {
  return `${passed} of ${needed} health checks passed`;
}

function signIn(down, regions) {
  const [primary] = regions;
  if (!down.includes(primary)) return 'Every order is still taken, once. Orders that the region missed arrive when it is back.';
  return `Signed-in shoppers keep buying until their token expires. Signing in waits for ${primary.label}, where accounts live. Catalog, orders and blog posts are not lost.`;
}

/** The first rule that applies wins. Returns headline and explanation. */
export function tell({ deployed, regions, domain }) {
  if (!deployed) return ['Nothing is deployed yet', 'Run make up. This page updates by itself.'];
  const evacuated = regions.filter(isEvacuating);
  const down = regions.filter((region) => !region.healthy && isFailing(region) && !isEvacuating(region));
  const healing = regions.filter(isHealing);
  const serving = regions.filter((region) => region.healthy && !isEvacuating(region));
  const unnoticed = serving.filter(isFailing);
  const paused = regions.filter((region) => region.paused && !isFailing(region));
  const behind = regions.filter((region) => region.waiting && !region.paused);
  const withoutRedis = regions.filter((region) => region.broken.includes('redis'));
  if (unnoticed.length)
    return [
      `${names(unnoticed)} just broke, and DNS has not noticed`,
      `Route 53 needs ${unnoticed[0].checks[1]} failed checks in a row (${unnoticed[0].checks[0]} so far). The storefront does not wait: it repeats the request in the next region.`,
    ];
  if (!serving.length && !healing.length && !evacuated.length)
    return ['No region is healthy', 'Route 53 then answers with every region, as if all were healthy.'];
  if (down.length) return [`${are(down)} lost, and ${serves(serving)}`, signIn(down, regions)];
  if (evacuated.length)
    return [
      `${are(evacuated)} ${evacuated[0].evacuated ? 'evacuated' : 'being evacuated'}, and ${serves(serving)}`,
      'An operator moved the traffic without a deployment. It returns with Restore.',
    ];
  if (healing.length)
    return [
      `${are(healing)} back, and Route 53 counts: ${checks(healing[0])}`,
      `A region gets traffic again after ${healing[0].checks[1]} good checks in a row, one every 10 seconds.`,
    ];
  if (paused.length)
    return [
      `${names(paused)} ${paused.length > 1 ? 'do' : 'does'} not replicate, and ${paused.length > 1 ? 'sell' : 'sells'} on`,
      'Writes wait on both sides. Later every order reaches every region; of a cart line changed in both, the last change stays.',
    ];
  if (behind.length)
    return [`${are(behind)} catching up`, 'Waiting writes arrive, in order for each item.'];
  if (withoutRedis.length)
    return [
      `${names(withoutRedis)} lost Redis, and everything else works`,
      'Only bestsellers degrade: they show the last ranking until Redis is back and rebuilt.',
    ];
  return [
    'All regions are healthy',
    `DNS for ${domain} gives each city its nearest region. Cut one off and watch.`,
  ];
}

/** State of one region: text and style. */
export function stateOf(region) {
  if (!region.checks[1] && !region.evacuated) return ['not deployed', 'out'];
  if (region.busy === 'evacuate') return ['being evacuated', 'out'];
  if (region.evacuated) return ['evacuated', 'out'];
  if (isHealing(region)) return [`healing: ${checks(region)}`, 'out'];
  if (!region.healthy) return [`unhealthy: ${region.reason}`, 'down'];
  if (isFailing(region)) return [`broken, not noticed yet (${region.checks[0]} of ${region.checks[1]} checks failed)`, 'out'];
  if (region.paused) return ['replication paused', 'out'];
  if (region.waiting) return ['catching up', 'out'];
  if (region.broken.includes('redis')) return ['without Redis', 'out'];
  return ['healthy', ''];
}
