// The journal, oldest first; it follows its end unless the reader scrolled up.
import { byId, html } from './dom.js';

let newest = 0;

export function drawJournal(entries) {
  const last = entries.at(-1)?.at ?? 0;
  if (last === newest) return;
  newest = last;
  const list = byId('journal');
  const follows = list.scrollHeight - list.scrollTop - list.clientHeight < 30;
  list.replaceChildren(...entries.map(entry));
  if (follows) list.scrollTop = list.scrollHeight;
}

function entry({ at, text, output }) {
  const line = html('li', {}, html('time', { textContent: new Date(at * 1000).toLocaleTimeString('en-GB') }));
  const words = html('div', {}, text);
  if (output.length)
    words.append(html('details', {}, html('summary', { textContent: 'output' }), html('pre', { textContent: output.join('\n') })));
  line.append(words);
  return line;
}
