import type { ReactElement } from 'react';
import type { Scheme } from './palettes';
import { Text } from './Text';
import { textWidth } from './text';

export interface Composition {
  title: string;
  author: string;
  seed: number;
  scheme: Scheme;
}

/** A number from 0 to below `count`, different for each `place` on the cover. */
const pick = (seed: number, place: number, count: number) =>
  (Math.imul(seed, 2654435761 + place * 40503) >>> 8) % count;
const range = (count: number) => Array.from({ length: count }, (_, index) => index);

function Author({
  children,
  ...place
}: {
  children: string;
  x: number;
  y: number;
  fill: string;
  anchor?: 'start' | 'middle';
}) {
  return (
    <Text {...place} width={164} height={15} largest={13} smallest={9} leading={1.15} face="sans">
      {children}
    </Text>
  );
}

function Bands({ title, author, scheme }: Composition) {
  return (
    <>
      <rect y="84" width="200" height="132" fill={scheme.panel} />
      <rect y="84" width="200" height="3" fill={scheme.mark} />
      <rect y="213" width="200" height="3" fill={scheme.mark} />
      <Author x={100} y={40} anchor="middle" fill={scheme.text}>
        {author}
      </Author>
      <Text
        x={100}
        y={96}
        width={168}
        height={108}
        anchor="middle"
        valign="middle"
        largest={32}
        fill={scheme.onPanel}
      >
        {title}
      </Text>
      <g fill="none" stroke={scheme.mark} strokeWidth="1.5">
        <circle cx="100" cy="256" r="18" />
        <ellipse cx="100" cy="256" rx="8" ry="18" />
        <path d="M82 256h36" />
      </g>
    </>
  );
}

function Poster({ title, author, scheme, seed }: Composition) {
  const cx = [150, 60, 170, 100][pick(seed, 1, 4)];
  return (
    <>
      <circle cx={cx} cy="290" r="92" fill={scheme.mark} />
      <rect y="262" width="200" height="38" fill={scheme.ground} />
      <Text
        x={18}
        y={22}
        width={166}
        height={158}
        largest={44}
        smallest={15}
        leading={0.98}
        face="sans"
        fill={scheme.text}
      >
        {title.toLocaleUpperCase('el') /* Greek capitals carry no accents; other scripts' are the same */}
      </Text>
      <Author x={18} y={272} fill={scheme.text}>
        {author}
      </Author>
    </>
  );
}

function Arcs({ title, author, scheme, seed }: Composition) {
  const cx = [0, 100, 200][pick(seed, 2, 3)];
  return (
    <>
      <g fill="none" stroke={scheme.mark} strokeWidth="5">
        {range(9).map((ring) => (
          <circle key={ring} cx={cx} cy="300" r={12 + ring * 15} />
        ))}
      </g>
      <Text x={18} y={22} width={164} height={96} largest={32} fill={scheme.text}>
        {title}
      </Text>
      <Author x={18} y={126} fill={scheme.text}>
        {author}
      </Author>
    </>
  );
}

function Frame({ title, author, scheme }: Composition) {
  return (
    <>
      <g fill="none" stroke={scheme.mark}>
        <rect x="11" y="11" width="178" height="278" strokeWidth="4" />
        <rect x="18" y="18" width="164" height="264" strokeWidth="1" />
      </g>
      <Text
        x={100}
        y={48}
        width={140}
        height={130}
        anchor="middle"
        valign="middle"
        largest={32}
        fill={scheme.text}
      >
        {title}
      </Text>
      <path
        d="M100 196l7 9-7 9-7-9zM60 205h24M116 205h24"
        fill={scheme.mark}
        stroke={scheme.mark}
        strokeWidth="1.5"
      />
      <Text
        x={100}
        y={236}
        width={140}
        height={30}
        anchor="middle"
        largest={13}
        smallest={9}
        face="sans"
        fill={scheme.text}
      >
        {author}
      </Text>
    </>
  );
}

const TILES = [
  'M0 0h40a40 40 0 0 1-40 40z',
  'M40 0v40a40 40 0 0 1-40-40z',
  'M40 40h-40a40 40 0 0 1 40-40z',
  'M0 40v-40a40 40 0 0 1 40 40z',
  'M20 0a20 20 0 0 1 0 40a20 20 0 0 1 0-40z',
];

function Tiles({ title, author, scheme, seed }: Composition) {
  return (
    <>
      {range(20).map((cell) => {
        const color = pick(seed, cell + 31, 3) === 0 ? scheme.panel : scheme.mark;
        return (
          <path
            key={cell}
            d={TILES[pick(seed, cell, TILES.length)]}
            transform={`translate(${(cell % 5) * 40} ${Math.floor(cell / 5) * 40})`}
            fill={color}
            stroke={color} // closes the gaps between tiles
            strokeWidth=".5"
          />
        );
      })}
      <Text
        x={16}
        y={174}
        width={168}
        height={84}
        largest={27}
        smallest={11}
        leading={1.02}
        face="sans"
        fill={scheme.text}
      >
        {title}
      </Text>
      <Author x={16} y={272} fill={scheme.text}>
        {author}
      </Author>
    </>
  );
}

function Spine({ title, author, scheme }: Composition) {
  return (
    <>
      <rect width="46" height="300" fill={scheme.panel} />
      <rect x="46" width="3" height="300" fill={scheme.mark} />
      <g transform="translate(14 282) rotate(-90)">
        <Text x={0} y={2} width={250} height={18} largest={15} smallest={9} face="sans" fill={scheme.onPanel}>
          {author}
        </Text>
      </g>
      <Text x={64} y={24} width={122} height={200} largest={33} fill={scheme.text}>
        {title}
      </Text>
      <circle cx="166" cy="266" r="16" fill={scheme.mark} />
    </>
  );
}

/** Font size at which a single letter stays within the cover. */
export function initialSize(letter: string): number {
  // A wide capital of the serif, such as W, is about a quarter wider than the estimate for running text.
  return Math.min(240, Math.floor(184 / (textWidth(letter, 'serif') * 1.25)));
}

function Initial({ title, author, scheme }: Composition) {
  const initial = [...title.replace(/^(the|a|an|der|die|das|le|la|les) /i, '')][0] ?? '';
  return (
    <>
      <text
        className="cover-serif"
        x="100"
        y="196"
        fontSize={initialSize(initial)}
        textAnchor="middle"
        fill={scheme.mark}
      >
        {initial}
      </text>
      <rect y="202" width="200" height="98" fill={scheme.ground} />
      <Text x={18} y={212} width={166} height={54} largest={22} smallest={11} fill={scheme.text}>
        {title}
      </Text>
      <Author x={18} y={274} fill={scheme.text}>
        {author}
      </Author>
    </>
  );
}

function Horizon({ title, author, scheme, seed }: Composition) {
  const cx = 50 + pick(seed, 3, 3) * 50;
  return (
    <>
      <circle cx={cx} cy="212" r="44" fill={scheme.mark} />
      {range(8).map((line) => (
        <rect key={line} y={206 + line * 12} width="200" height={2 + line * 1.3} fill={scheme.panel} />
      ))}
      <Text x={100} y={24} width={168} height={104} anchor="middle" largest={31} fill={scheme.text}>
        {title}
      </Text>
      <Author x={100} y={138} anchor="middle" fill={scheme.text}>
        {author}
      </Author>
    </>
  );
}

export const COMPOSITIONS: readonly ((composition: Composition) => ReactElement)[] = [
  Bands,
  Poster,
  Arcs,
  Frame,
  Tiles,
  Spine,
  Initial,
  Horizon,
];
