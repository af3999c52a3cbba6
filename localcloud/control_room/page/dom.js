// Small helpers for elements and texts.
const SVG = 'http://www.w3.org/2000/svg';

export const byId = (id) => document.getElementById(id);

export function svg(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export function html(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** Writes a text only when it changed: live regions announce every write. */
export function setText(element, text) {
  if (element.textContent !== String(text)) element.textContent = text;
}

export async function post(address) {
  const answer = await fetch(address, { method: 'POST' });
  if (!answer.ok) throw new Error((await answer.text()).trim());
}
