// Replication lag of each direction as a curve.
import { byId, html, setText, svg } from './dom.js';

const WIDTH = 240;
const HEIGHT = 48;
const rows = new Map();

export function drawLags({ links, regions }, colours) {
  const label = new Map(regions.map((region) => [region.name, region.label]));
  for (const { from, to, seconds } of links) {
    const key = `${from} ${to}`;
    if (!rows.has(key)) rows.set(key, row(`${label.get(from)} → ${label.get(to)}`, colours.get(from)));
    const { line, last } = rows.get(key);
    const most = Math.max(2, ...seconds);
    const step = WIDTH / 59;
    const start = 60 - seconds.length;
    line.setAttribute('points', seconds.map((value, index) => `${(start + index) * step},${HEIGHT - (value / most) * (HEIGHT - 4) - 2}`).join(' '));
    setText(last, `${(seconds.at(-1) ?? 0).toFixed(1)} s`);
  }
}

function row(text, colour) {
  const line = svg('polyline', { stroke: colour });
  const last = html('b', { textContent: '0.0 s' });
  const chart = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `Replication lag ${text}` }, line);
  byId('lags').append(html('figure', { className: 'lag' }, html('figcaption', {}, `${text} `, last), chart));
  return { line, last };
}
