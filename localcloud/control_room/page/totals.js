// The figures of all shoppers, and the buttons that start shoppers and the tour.
import { byId, setText } from './dom.js';

/** Copies left of the best seller, region by region. */
export function drawCopies({ copies, regions }) {
  const label = new Map(regions.map((region) => [region.name, region.label]));
  const shares = copies?.regions.map(({ region, left }) => `${label.get(region)} ${left}`) ?? [];
  setText(byId('copies'), copies ? `Copies left of ${copies.title}: ${shares.join(', ')}` : '');
}

export function drawTotals({ totals, shopping, leaving, deployed, regions, tour }) {
  setText(byId('confirmed'), totals.confirmed);
  setText(byId('everywhere'), totals.everywhere);
  setText(byId('missing'), totals.confirmed - totals.everywhere);
  setText(byId('repeated'), totals.repeated);
  setText(byId('failed'), totals.failed);
  setText(byId('lost'), totals.lost);
  setText(byId('doubled'), totals.doubled);
  setText(byId('oversold'), totals.oversold ?? '–');
  for (const id of ['lost', 'doubled', 'oversold'])
    byId(id).parentElement.classList.toggle('wrong', Number(byId(id).textContent) > 0);
  const shoppers = byId('shoppers');
  shoppers.disabled = !deployed || leaving || tour.running;
  setText(shoppers, leaving ? 'Shoppers are leaving …' : shopping ? 'Send shoppers home' : 'Send shoppers in');
  shoppers.dataset.action = shopping ? 'go' : 'come';
  byId('tour').disabled = !deployed || tour.running || regions.some((region) => region.busy || region.broken.length || region.evacuated);
}
