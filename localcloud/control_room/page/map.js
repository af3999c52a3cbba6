// The map: regions, cities with their region, replication links, and orders on their way.
import { byId, svg } from './dom.js';
import { isEvacuating, isFailing } from './headline.js';

const MAP = { top: 78, scale: 1000 / 360 };
const DOWN = '#ff8f8f';
const FLIGHT_MS = 900;
const still = matchMedia('(prefers-reduced-motion: reduce)');

const point = ({ longitude, latitude }) => ({
  x: (longitude + 180) * MAP.scale,
  y: (MAP.top - latitude) * MAP.scale,
});

function curve(from, to, bend) {
  const lift = Math.hypot(to.x - from.x, to.y - from.y) * bend;
  return `M${from.x} ${from.y}Q${(from.x + to.x) / 2} ${(from.y + to.y) / 2 + lift} ${to.x} ${to.y}`;
}

export function drawMap({ regions, viewers, orders }, colours) {
  const at = new Map(regions.map((region) => [region.name, point(region)]));
  const cities = new Map(viewers.map((viewer) => [viewer.city, point(viewer)]));
  byId('routes').replaceChildren(
    ...viewers
      .filter((viewer) => at.has(viewer.region))
      .map((viewer) =>
        svg('path', { class: 'route', d: curve(point(viewer), at.get(viewer.region), -0.22), stroke: colours.get(viewer.region) }),
      ),
  );
  byId('links').replaceChildren(
    ...regions.flatMap((one, index) => regions.slice(index + 1).map((other) => link(one, other, at))),
  );
  byId('cities').replaceChildren(...viewers.flatMap((viewer) => city(viewer, [...at.values()])));
  byId('places').replaceChildren(...regions.map((region) => place(region, at.get(region.name), colours)));
  sendOrders(orders, at, cities, colours);
}

function link(one, other, at) {
  const paused = one.paused || other.paused;
  return svg(
    'path',
    { class: paused ? 'link paused' : 'link', d: curve(at.get(one.name), at.get(other.name), 0.1) },
    svg('title', {}, `Replication between ${one.label} and ${other.label}${paused ? ', stopped' : ''}`),
  );
}

function city(viewer, regions) {
  const { x, y } = point(viewer);
  const near = regions.some((region) => Math.hypot(region.x - x, region.y - y) < 14);
  if (near) return [];
  const latency = viewer.roundTripMs === null ? '' : ` ${viewer.roundTripMs}`;
  return [
    svg('circle', { class: 'city', cx: x, cy: y, r: 2.6 }),
    svg('text', { class: 'label', x: x + 6, y: y + 4 }, viewer.city, svg('tspan', { class: 'latency' }, latency)),
  ];
}

function place(region, { x, y }, colours) {
  const serves = region.healthy && !isEvacuating(region) && !isFailing(region);
  const colour = region.healthy || isEvacuating(region) ? colours.get(region.name) : DOWN;
  const cross = serves ? [] : [svg('path', { class: 'cross', d: `M${x - 3.5} ${y - 3.5}l7 7m0-7l-7 7` })];
  return svg(
    'g',
    { class: serves ? 'healthy' : 'lost' },
    svg('circle', { class: 'halo', cx: x, cy: y, r: 17, fill: colour }),
    svg('circle', { cx: x, cy: y, r: 8.5, fill: colour }),
    ...cross,
    svg('text', { class: 'label place', x, y: y - 20, 'text-anchor': 'middle' }, region.label),
  );
}

let known = null;

/** Moves a dot from the city to the region when an order is placed, and along the link when it arrives. */
function sendOrders(orders, at, cities, colours) {
  const steps = orders.flatMap(({ id, region, city: home, arrived }) =>
    arrived.map((target) => ({
      key: `${id} ${target}`,
      from: target === region ? cities.get(home) : at.get(region),
      to: at.get(target),
      bend: target === region ? -0.22 : 0.1,
      colour: colours.get(region),
    })),
  );
  const first = known === null;
  known ??= new Set();
  for (const step of steps) {
    if (known.has(step.key)) continue;
    known.add(step.key);
    if (!first && !still.matches && step.from) fly(step);
  }
}

function fly({ from, to, bend, colour }) {
  const path = svg('path', { d: curve(from, to, bend) });
  const dot = svg('circle', { class: 'parcel', r: 4, fill: colour });
  const length = path.getTotalLength();
  const began = performance.now();
  byId('parcels').append(dot);
  function step(now) {
    const share = Math.min(1, (now - began) / FLIGHT_MS);
    const { x, y } = path.getPointAtLength(length * share);
    dot.setAttribute('cx', x);
    dot.setAttribute('cy', y);
    if (share < 1) requestAnimationFrame(step);
    else dot.remove();
  }
  requestAnimationFrame(step);
}
