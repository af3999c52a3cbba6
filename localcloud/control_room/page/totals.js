// The figures of all shoppers, and the buttons that start shoppers and the tour.
import { byId, setText } from './dom.js';

export function drawTotals({ totals, shopping, leaving, deployed, regions, tour, stock }) {
  setText(byId('confirmed'), totals.confirmed);
  setText(byId('everywhere'), totals.everywhere);
  setText(byId('missing'), totals.confirmed - totals.everywhere);
  setText(byId('repeated'), totals.repeated);
  setText(byId('failed'), totals.failed);
  setText(byId('lost'), totals.lost);
  setText(byId('doubled'), totals.doubled);
  setText(byId('oversold'), stock?.oversold ?? '–');
  byId('oversold').parentElement.hidden = stock === undefined;
  for (const id of ['lost', 'doubled', 'oversold'])
    byId(id).parentElement.classList.toggle('wrong', Number(byId(id).textContent) > 0);
  const shoppers = byId('shoppers');
  shoppers.disabled = !deployed || leaving || tour.running;
  setText(shoppers, leaving ? 'Shoppers are leaving …' : shopping ? 'Send shoppers home' : 'Send shoppers in');
  shoppers.dataset.action = shopping ? 'go' : 'come';
  byId('tour').disabled = !deployed || tour.running || regions.some((region) => region.busy || region.broken.length || region.evacuated);
}
