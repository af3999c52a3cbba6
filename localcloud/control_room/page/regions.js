// Cards of the regions with their buttons, and the details below.
import { byId, html, post, setText, svg } from './dom.js';
import { stateOf } from './headline.js';

const cards = new Map();
const details = new Map();
const HINT = 'Point at a button for what it does.';

function clone(template, region, colour, parent, known) {
  if (!known.has(region.name)) {
    const element = byId(template).content.cloneNode(true).firstElementChild;
    element.dataset.region = region.name;
    element.style.setProperty('--colour', colour);
    parent.append(element);
    known.set(region.name, element);
  }
  return known.get(region.name);
}

export function drawRegion(region, colour, failed) {
  const isNew = !cards.has(region.name);
  const card = clone('region', region, colour, byId('regions'), cards);
  if (isNew) connect(card, region, failed);
  const [text, kind] = stateOf(region);
  const state = card.querySelector('.state');
  setText(state, region.busy && region.busy !== 'evacuate' ? `${text} · ${region.busy} in progress` : text);
  state.className = `state ${kind}`;
  setText(card.querySelector('.here'), region.placedHere);
  setText(card.querySelector('.replicated'), region.replicated);
  setText(card.querySelector('.coming'), region.onTheWay);
  for (const button of card.querySelectorAll('button')) button.disabled = isPointless(button.dataset.action, region);
  drawDetail(region, colour);
}

function connect(card, region, failed) {
  setText(card.querySelector('.label'), region.label);
  setText(card.querySelector('.id'), region.name);
  const hint = card.querySelector('.hint');
  setText(hint, HINT);
  for (const button of card.querySelectorAll('button')) {
    button.addEventListener('click', () => post(`/_room/${button.dataset.action}/${region.name}`).catch(failed));
    for (const event of ['pointerenter', 'focus'])
      button.addEventListener(event, () => setText(hint, button.title));
  }
}

function isPointless(action, region) {
  return (
    Boolean(region.busy) ||
    (action === 'heal' && !region.broken.length) ||
    (action === 'evacuate' && region.evacuated) ||
    (action === 'restore' && !region.evacuated) ||
    (action === 'replication' && region.paused) ||
    region.broken.includes(action)
  );
}

const BLOG = { writer: 'Blog: this region writes', reader: 'Blog: this region reads', unavailable: 'Blog: unavailable here' };

function drawDetail(region, colour) {
  const detail = clone('detail', region, colour, byId('details'), details);
  setText(detail.querySelector('h2'), region.label);
  setText(detail.querySelector('.blog'), BLOG[region.blog] ?? '');
  drawArrivals(detail.querySelector('.arrivals svg'), region.bySecond);
  drawBestsellers(detail.querySelector('.bestsellers'), region.bestsellers);
}

function drawArrivals(chart, bySecond) {
  const most = Math.max(4, ...bySecond);
  chart.replaceChildren(
    ...bySecond.map((count, second) => {
      const height = (count / most) * 46;
      return svg('rect', { x: second * 4, y: 48 - height, width: 3, height });
    }),
  );
}

function drawBestsellers(list, { items, stale }) {
  const most = items[0]?.sold ?? 1;
  const lines = items.map(({ title, sold }) =>
    html(
      'li',
      {},
      svg('svg', { preserveAspectRatio: 'none', viewBox: '0 0 100 1', 'aria-hidden': 'true' },
        svg('rect', { width: (sold / most) * 100, height: 1 })),
      html('span', { textContent: title, title }),
      html('span', { textContent: sold }),
    ),
  );
  if (!lines.length) lines.push(html('li', { className: 'none', textContent: stale ? 'unknown at the moment' : 'nothing sold yet' }));
  list.classList.toggle('stale', stale);
  setText(list.previousElementSibling, stale ? 'Bestsellers here: the last known' : 'Bestsellers here');
  list.replaceChildren(...lines);
}
