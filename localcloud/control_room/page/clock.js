// The clock of the current failure and its marks.
import { byId, html, setText } from './dom.js';

const TICK_MS = 100;
let incident = null;
let offset = 0;

export function setClock(snapshot) {
  incident = snapshot.incident;
  offset = snapshot.now - Date.now() / 1000;
  byId('marks').replaceChildren(
    ...(incident?.marks ?? []).map(({ after, text }) =>
      html('li', {}, html('b', { textContent: `${after.toFixed(1)} s` }), ` ${text}`),
    ),
  );
  tick();
}

function tick() {
  if (!incident) return;
  const end = incident.ended ?? Date.now() / 1000 + offset;
  setText(byId('elapsed'), `${Math.max(0, end - incident.began).toFixed(1)} s`);
  setText(byId('elapsed-label'), incident.ended ? `from break to recovery, ${incident.name}` : `since ${incident.name} broke`);
}

setInterval(tick, TICK_MS);
