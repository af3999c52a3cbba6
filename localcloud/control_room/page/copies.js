// Copies of one book, region by region, as text and as a bar.
import { byId, setText, svg } from './dom.js';

let shownTitle = '';
let most = 0;

/** Copies left of the best seller or of a contest's book, region by region. The bar's full width is the most seen. */
export function drawCopies({ copies, regions }, colours) {
  const label = new Map(regions.map((region) => [region.name, region.label]));
  const shares = copies?.regions ?? [];
  const texts = shares.map(({ region, left }) => `${label.get(region)} ${left}`);
  setText(byId('copies'), copies ? `Copies left of ${copies.title}: ${texts.join(', ')}` : '');
  const sum = shares.reduce((total, { left }) => total + left, 0);
  most = copies?.title === shownTitle ? Math.max(most, sum) : sum;
  shownTitle = copies?.title ?? '';
  let x = 0;
  byId('shares').replaceChildren(
    ...shares.map(({ region, left }) => {
      const width = (left / Math.max(1, most)) * 100;
      x += width;
      return svg('rect', { x: x - width, width, height: 1, fill: colours.get(region) });
    }),
  );
}
