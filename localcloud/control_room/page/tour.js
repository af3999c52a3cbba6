// The panel of the tour: each sentence when its event happened.
import { byId, html, setText } from './dom.js';

let shown = 0;

export function drawTour({ running, sentences, waitingFor, error }) {
  byId('tour-panel').hidden = !sentences.length && !running;
  byId('tour-stop').hidden = !running;
  document.body.classList.toggle('touring', running);
  if (shown !== sentences.length) {
    shown = sentences.length;
    byId('sentences').replaceChildren(
      ...sentences.map(({ text, at }) => html('li', {}, html('time', { textContent: `${at.toFixed(0)} s` }), ` ${text}`)),
    );
    byId('sentences').scrollTop = byId('sentences').scrollHeight;
  }
  setText(byId('waiting'), error || (waitingFor ? `Waiting for ${waitingFor} …` : ''));
}
