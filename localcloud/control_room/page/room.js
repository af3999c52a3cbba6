// Draws the control room from one stream of snapshots; every button is a POST, and its effect comes by the stream.
const COLOURS = ['#5eead4', '#fbbf24', '#c4a5ff', '#7cc4ff', '#ff9ec6', '#b6e36b'];
const DOWN = '#ff8f8f';
const MAP = { width: 1000, top: 78, scale: 1000 / 360 };
const SVG = 'http://www.w3.org/2000/svg';

const byId = (id) => document.getElementById(id);
const cards = new Map();

function svg(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const point = ({ longitude, latitude }) => ({
  x: (longitude + 180) * MAP.scale,
  y: (MAP.top - latitude) * MAP.scale,
});

/** What shoppers of a region get by with, whatever DNS does. */
const BEARABLE = ['redis', 'replication'];
const unserving = (region) => region.broken.some((what) => !BEARABLE.includes(what));

const list = new Intl.ListFormat('en');
const names = (regions) => list.format(regions.map((region) => region.city));
const is = (regions) => `${names(regions)} ${regions.length > 1 ? 'are' : 'is'}`;
const serve = (regions) => `${names(regions)} ${regions.length > 1 ? 'serve' : 'serves'} everyone`;

/** What is going on, in a sentence for someone who has just come in, and another that explains it. */
function tell({ deployed, regions, domain }) {
  if (!deployed) return ['Nothing is deployed yet', 'Run make up; this page follows by itself.'];
  const down = regions.filter((region) => !region.healthy && !region.evacuated);
  const out = regions.filter((region) => region.evacuated);
  const serving = regions.filter((region) => region.healthy && !region.evacuated);
  const unnoticed = serving.filter(unserving);
  const paused = regions.filter((region) => region.paused);
  const catchingUp = regions.filter((region) => region.waiting);
  const withoutRedis = regions.filter((region) => region.broken.includes('redis'));
  if (unnoticed.length)
    return [
      `${names(unnoticed)} just broke, and DNS has not noticed`,
      `Route 53 needs a few failed checks in a row before it sends shoppers elsewhere. The storefront does not wait: it tries the next region by itself.`,
    ];
  if (!serving.length)
    return ['No region is healthy', 'With nothing healthy left, Route 53 answers with every region, as if all were.'];
  if (down.length)
    return [
      `${is(down)} lost, and ${serve(serving)}`,
      `Every order is still taken, once. When ${is(down)} back, what was missed arrives there.`,
    ];
  if (out.length)
    return [
      `${is(out)} evacuated, and ${serve(serving)}`,
      'An operator sent the traffic away, without deploying anything. It comes back when they say so.',
    ];
  if (paused.length)
    return [
      `${names(paused)} no longer ${paused.length > 1 ? 'hear' : 'hears'} of the others, and ${paused.length > 1 ? 'sell' : 'sells'} on`,
      `What is written on either side waits. Later every order reaches every region, and of a cart line that both changed the last change stays.`,
    ];
  if (catchingUp.length)
    return [
      `${is(catchingUp)} catching up`,
      'What was written while replication was paused arrives, in the order in which it was written.',
    ];
  if (withoutRedis.length)
    return [
      `${names(withoutRedis)} lost Redis, and everything else goes on`,
      'Only best sellers notice: they show the last ranking, or none, until Redis is back and counted anew.',
    ];
  return [
    'All regions are healthy',
    `Each shopper who asks for ${domain} is answered by the nearest region. Break one and watch.`,
  ];
}

function stateOf(region, held) {
  if (region.evacuated) return ['evacuated', 'out'];
  if (!region.healthy) return [`unhealthy: ${region.reason}`, 'down'];
  if (unserving(region)) return ['broken, not noticed yet', 'out'];
  if (region.paused) return ['replication paused', 'out'];
  if (region.waiting) return [held ? `waits for ${held}` : 'catching up', 'out'];
  if (region.broken.includes('redis')) return ['without Redis', 'out'];
  return ['healthy', ''];
}

function drawMap({ regions, viewers }, colours) {
  const at = new Map(regions.map((region) => [region.name, point(region)]));
  byId('routes').replaceChildren(
    ...viewers
      .filter((viewer) => at.has(viewer.region))
      .map((viewer) => {
        const from = point(viewer);
        const to = at.get(viewer.region);
        const lift = Math.hypot(to.x - from.x, to.y - from.y) * 0.22;
        const path = `M${from.x} ${from.y}Q${(from.x + to.x) / 2} ${(from.y + to.y) / 2 - lift} ${to.x} ${to.y}`;
        return svg('path', { class: 'route', d: path, stroke: colours.get(viewer.region) });
      }),
  );
  byId('links').replaceChildren(
    ...regions.flatMap((one, index) =>
      regions.slice(index + 1).map((other) => {
        const [from, to] = [at.get(one.name), at.get(other.name)];
        const dip = Math.hypot(to.x - from.x, to.y - from.y) * 0.1;
        const path = `M${from.x} ${from.y}Q${(from.x + to.x) / 2} ${(from.y + to.y) / 2 + dip} ${to.x} ${to.y}`;
        const paused = one.paused || other.paused;
        const title = svg('title', {}, `Replication between ${one.city} and ${other.city}${paused ? ', paused' : ''}`);
        return svg('path', { class: paused ? 'link paused' : 'link', d: path }, title);
      }),
    ),
  );
  const near = (viewer) => regions.some((region) => Math.hypot(point(region).x - point(viewer).x, point(region).y - point(viewer).y) < 14);
  byId('cities').replaceChildren(
    ...viewers.filter((viewer) => !near(viewer)).flatMap((viewer) => {
      const { x, y } = point(viewer);
      return [
        svg('circle', { class: 'city', cx: x, cy: y, r: 2.6 }),
        svg('text', { class: 'label', x: x + 6, y: y + 4 }, viewer.city),
      ];
    }),
  );
  byId('places').replaceChildren(
    ...regions.map((region) => {
      const { x, y } = at.get(region.name);
      const serves = region.healthy && !region.evacuated && !unserving(region);
      const colour = region.healthy || region.evacuated ? colours.get(region.name) : DOWN;
      const marks = serves
        ? []
        : [svg('path', { class: 'cross', d: `M${x - 3.5} ${y - 3.5}l7 7m0-7l-7 7` })];
      return svg(
        'g',
        { class: serves ? 'healthy' : 'lost' },
        svg('circle', { class: 'halo', cx: x, cy: y, r: 17, fill: colour }),
        svg('circle', { cx: x, cy: y, r: 8.5, fill: colour }),
        ...marks,
        svg('text', { class: 'label place', x, y: y - 20, 'text-anchor': 'middle' }, region.city),
      );
    }),
  );
}

function card(region, colour) {
  if (!cards.has(region.name)) {
    const article = byId('region').content.cloneNode(true).firstElementChild;
    article.dataset.region = region.name;
    article.style.setProperty('--colour', colour);
    const heading = article.querySelector('h2');
    heading.append(`${region.city} `, Object.assign(document.createElement('small'), { textContent: region.name }));
    for (const button of article.querySelectorAll('button'))
      button.addEventListener('click', () => post(`/_room/${button.dataset.action}/${region.name}`));
    byId('regions').append(article);
    cards.set(region.name, article);
  }
  return cards.get(region.name);
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
  const lines = items.map(({ title, sold }) => {
    const line = document.createElement('li');
    const bar = svg('svg', { preserveAspectRatio: 'none', viewBox: '0 0 100 1', 'aria-hidden': 'true' },
      svg('rect', { width: (sold / most) * 100, height: 1 }));
    const name = Object.assign(document.createElement('span'), { textContent: title, title });
    const count = Object.assign(document.createElement('span'), { textContent: sold });
    line.append(bar, name, count);
    return line;
  });
  if (!lines.length)
    lines.push(Object.assign(document.createElement('li'), { className: 'none', textContent: stale ? 'not known just now' : 'nothing sold yet' }));
  list.classList.toggle('stale', stale);
  list.previousElementSibling.textContent = stale ? 'Best sellers here: the last ones known' : 'Best sellers here';
  list.replaceChildren(...lines);
}

/** `held` names the regions whose replication is paused: until it is not, what waits anywhere goes on waiting. */
function drawRegion(region, colour, held) {
  const article = card(region, colour);
  const [text, kind] = stateOf(region, held);
  const state = article.querySelector('.state');
  state.textContent = region.busy ? `${text} · working` : text;
  state.className = `state ${kind}`;
  article.querySelector('.here').textContent = region.placedHere;
  article.querySelector('.replicated').textContent = region.replicated;
  article.querySelector('.coming').textContent = region.onTheWay;
  article.querySelector('.replication').textContent = region.waiting
    ? `writes ${held ? 'that wait to come' : 'on their way'} here: ${region.waiting}`
    : '';
  drawArrivals(article.querySelector('.arrivals svg'), region.bySecond);
  drawBestsellers(article.querySelector('.bestsellers'), region.bestsellers);
  for (const button of article.querySelectorAll('button')) {
    const action = button.dataset.action;
    const pointless =
      (action === 'heal' && !region.broken.length) ||
      (action === 'evacuate' && region.evacuated) ||
      (action === 'restore' && !region.evacuated) ||
      (action === 'replication' && region.paused) ||
      region.broken.includes(action);
    button.disabled = Boolean(region.busy) || pointless;
  }
}

function drawTotals({ confirmed, everywhere, shopping, deployed }) {
  byId('confirmed').textContent = confirmed;
  byId('everywhere').textContent = everywhere;
  byId('missing').textContent = confirmed - everywhere;
  const button = byId('shop');
  button.disabled = !deployed;
  button.textContent = shopping ? 'Send shoppers home' : 'Send shoppers in';
  button.dataset.action = shopping ? 'go' : 'come';
}

let newest = 0;
function drawEvents(events) {
  if (!events.length || events[0].at === newest) return;
  newest = events[0].at;
  byId('events').replaceChildren(
    ...events.map(({ at, text }) => {
      const line = document.createElement('li');
      const time = document.createElement('time');
      time.textContent = new Date(at * 1000).toLocaleTimeString();
      line.append(time, text);
      return line;
    }),
  );
}

function say(headline, explanation) {
  // A live region speaks whenever it is written to: only when there is news.
  if (byId('headline').textContent !== headline) byId('headline').textContent = headline;
  byId('explanation').textContent = explanation;
}

function draw(snapshot) {
  const colours = new Map(snapshot.regions.map((region, index) => [region.name, COLOURS[index % COLOURS.length]]));
  say(...tell(snapshot));
  drawMap(snapshot, colours);
  const held = names(snapshot.regions.filter((region) => region.paused));
  for (const region of snapshot.regions) drawRegion(region, colours.get(region.name), held);
  drawTotals(snapshot);
  drawEvents(snapshot.events);
}

async function post(address) {
  const answer = await fetch(address, { method: 'POST' });
  if (!answer.ok) say('That did not work', await answer.text());
}

byId('shop').addEventListener('click', ({ target }) => post(`/_room/shoppers/${target.dataset.action}`));

const stream = new EventSource('/_room/events');
stream.addEventListener('message', ({ data }) => draw(JSON.parse(data)));
stream.addEventListener('error', () => say('The edge does not answer', 'Is the shop up? This page reconnects by itself.'));
