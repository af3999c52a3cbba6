export type Face = 'serif' | 'sans';

export interface Fitted {
  size: number;
  lines: string[];
}

const WIDE = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u;
const LATIN = /\p{Script=Latin}|\p{Script=Common}|\p{Script=Inherited}/u;
const NARROW = /[iljtfrI.,:;'’!|()\-[\]]/;
const BROAD = /[mwMWQOGCD@%&—]/;
/** The covers' condensed sans is narrower than the serif. Fallback fonts of other scripts are not. */
const FACE_WIDTH: Record<Face, number> = { serif: 1.02, sans: 0.84 };

const isLower = (character: string) => character === character.toLowerCase();

function latinWidth(character: string): number {
  if (character === ' ') return 0.26;
  if (NARROW.test(character)) return 0.36;
  if (BROAD.test(character)) return 0.86;
  return isLower(character) ? 0.56 : 0.7;
}

function glyphWidth(character: string, face: Face): number {
  if (WIDE.test(character)) return 1;
  if (LATIN.test(character)) return latinWidth(character) * FACE_WIDTH[face];
  return isLower(character) ? 0.66 : 0.84;
}

/** Estimated width in em; covers are drawn before fonts are loaded, so the estimate is on the wide side. */
export function textWidth(text: string, face: Face): number {
  return [...text].reduce((width, character) => width + glyphWidth(character, face), 0);
}

/** Hyphenated words longer than this are broken at the hyphen; otherwise the whole title would be small. */
const LONG_WORD = 12;
const PIECE =
  /\p{Script=Han}|\p{Script=Hiragana}+|\p{Script=Katakana}+|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+/gu;

/** Words, the parts of long hyphenated ones, and single characters of scripts that break anywhere. */
function pieces(text: string): string[] {
  return text.split(/\s+/).flatMap((word) => {
    const parts = word.length > LONG_WORD ? word.split(/(?<=-)/) : [word];
    return parts
      .flatMap((part) => part.match(PIECE) ?? [])
      .map((piece, index) => (index === 0 ? ` ${piece}` : piece));
  });
}

function wrap(text: string, width: number, face: Face): string[] {
  const lines: string[] = [];
  for (const piece of pieces(text)) {
    const last = lines.at(-1);
    const joined = last === undefined ? piece.trim() : last + piece;
    if (last !== undefined && textWidth(joined, face) <= width) lines[lines.length - 1] = joined;
    else lines.push(piece.trim());
  }
  return lines;
}

function cut(line: string, width: number, face: Face): string {
  if (textWidth(line, face) <= width) return line;
  let kept = [...line];
  while (kept.length > 1 && textWidth(`${kept.join('')}…`, face) > width) kept = kept.slice(0, -1);
  return `${kept.join('').trimEnd()}…`;
}

export interface Box {
  width: number;
  height: number;
  largest: number;
  smallest: number;
  leading: number;
  face: Face;
}

/** The largest size at which the text fits the box; at the smallest size, the rest is cut with an ellipsis. */
export function fitted(text: string, { width, height, largest, smallest, leading, face }: Box): Fitted {
  for (let size = largest; size >= smallest; size -= 1) {
    const lines = wrap(text, width / size, face);
    const tallEnough = lines.length * size * leading <= height;
    if (tallEnough && lines.every((line) => textWidth(line, face) <= width / size)) return { size, lines };
  }
  const room = Math.max(1, Math.floor(height / (smallest * leading)));
  const all = wrap(text, width / smallest, face);
  const lines = all.slice(0, room).map((line) => cut(line, width / smallest, face));
  const last = lines.at(-1);
  if (all.length > room && last && !last.endsWith('…'))
    lines[room - 1] = cut(`${last}……`, width / smallest, face);
  return { size: smallest, lines };
}

/** Title without the series in brackets and the subtitle after a colon. */
export function coverTitle(title: string): string {
  const short = title
    .replace(/\s*[([（].*$/u, '')
    .replace(/\s*:.*$/u, '')
    .trim();
  return short.length >= 2 ? short : title;
}

/** The first author. The page beside the cover names all of them. */
export function coverAuthor(author: string): string {
  return author.split(',')[0]?.trim() ?? author;
}
