// Draws the page from one stream of snapshots. Every button is a POST whose effect arrives through the stream.
import { setClock } from './clock.js';
import { drawCopies } from './copies.js';
import { byId, post, setText } from './dom.js';
import { tell } from './headline.js';
import { drawJournal } from './journal.js';
import { drawLags } from './lags.js';
import { drawMap } from './map.js';
import { drawRegion } from './regions.js';
import { drawTotals } from './totals.js';
import { drawTour } from './tour.js';

const COLOURS = ['#5eead4', '#fbbf24', '#c4a5ff', '#7cc4ff', '#ff9ec6', '#b6e36b'];

function say(headline, explanation) {
  setText(byId('headline'), headline);
  setText(byId('explanation'), explanation);
}

const failed = (error) => say('That did not work', error.message);

function draw(snapshot) {
  const colours = new Map(snapshot.regions.map((region, index) => [region.name, COLOURS[index % COLOURS.length]]));
  say(...tell(snapshot));
  setClock(snapshot);
  drawMap(snapshot, colours);
  for (const region of snapshot.regions) drawRegion(region, colours.get(region.name), failed);
  drawTotals(snapshot);
  drawCopies(snapshot, colours);
  drawTour(snapshot.tour);
  drawLags(snapshot, colours);
  drawJournal(snapshot.journal);
  byId('to-storefront').href = snapshot.addresses.storefront;
  byId('to-blog').href = snapshot.addresses.blog;
  byId('to-blog').hidden = !snapshot.addresses.blog;
}

byId('shoppers').addEventListener('click', ({ target }) => post(`/_room/shoppers/${target.dataset.action}`).catch(failed));
byId('tour').addEventListener('click', () => post('/_room/tour/start').catch(failed));
byId('contest').addEventListener('click', () => post('/_room/contest/start').catch(failed));
byId('tour-stop').addEventListener('click', () => post('/_room/tour/stop').catch(failed));

const stream = new EventSource('/_room/events');
stream.addEventListener('message', ({ data }) => draw(JSON.parse(data)));
stream.addEventListener('error', () => say('The edge does not answer', 'Is the local cloud running? This page reconnects by itself.'));
