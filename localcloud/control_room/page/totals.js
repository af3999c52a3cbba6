// The figures of all shoppers, and the buttons that start shoppers, the tour and the contest.
import { byId, setText } from './dom.js';

export function drawTotals({ totals, shopping, leaving, deployed, regions, tour, contest }) {
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
  const isBusy = !deployed || tour.running || contest || regions.some((region) => region.busy || region.broken.length || region.evacuated);
  byId('tour').disabled = isBusy;
  byId('contest').disabled = isBusy;
  setText(byId('contest'), contest ? 'The contest is running …' : 'Sell the last 100 copies');
}
