import { hash } from '../../lib/hash';

/** Three matching colors. */
interface Palette {
  dark: string;
  bright: string;
  light: string;
}

/** Colors of one cover. Text is on `ground` or `panel`; `mark` is for shapes. */
export interface Scheme {
  ground: string;
  text: string;
  panel: string;
  onPanel: string;
  mark: string;
}

export const PALETTES: readonly Palette[] = [
  { dark: '#14213d', bright: '#fca311', light: '#f4efe3' },
  { dark: '#3b0d2e', bright: '#ff6f59', light: '#ffeae2' },
  { dark: '#0b3d3a', bright: '#8fd6b4', light: '#eef6ec' },
  { dark: '#1b1b5e', bright: '#ff9fb2', light: '#f3f0ff' },
  { dark: '#402218', bright: '#e8a15b', light: '#f8efe2' },
  { dark: '#0f2f57', bright: '#6fc3ee', light: '#edf5fa' },
  { dark: '#5a1220', bright: '#f2c14e', light: '#fbf2e0' },
  { dark: '#26300f', bright: '#c3d35b', light: '#f5f5e4' },
  { dark: '#2a2438', bright: '#b9a3e3', light: '#f4f1f8' },
  { dark: '#123c4a', bright: '#ef8354', light: '#eaf1f0' },
];

/** Palettes of the sample catalog's categories. Other categories get theirs by a hash of the name. */
const WORLDS: Record<string, readonly [number, number]> = {
  Cars: [9, 0],
  Cookbooks: [6, 1],
  Database: [5, 8],
  'Fairy Tales': [2, 3],
  'Home Improvement': [0, 7],
  Poetry: [8, 2],
  'Science Fiction': [3, 5],
  Woodwork: [4, 7],
};

function worldOf(category: string): readonly [number, number] {
  const first = hash(category) % PALETTES.length;
  return WORLDS[category] ?? [first, (first + 3) % PALETTES.length];
}

function luminance(color: string): number {
  const channel = (offset: number) => {
    const value = Number.parseInt(color.slice(offset, offset + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

/** Contrast ratio of two #rrggbb colors, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

export function schemesOf({ dark, bright, light }: Palette): Scheme[] {
  return [
    { ground: dark, text: light, panel: light, onPanel: dark, mark: bright },
    { ground: light, text: dark, panel: dark, onPanel: light, mark: bright },
    { ground: bright, text: dark, panel: light, onPanel: dark, mark: light },
  ];
}

export function schemeFor(category: string, seed: number): Scheme {
  const palette = PALETTES[worldOf(category)[(seed >>> 8) % 2] as number] as Palette;
  const schemes = schemesOf(palette);
  return schemes[seed % schemes.length] as Scheme;
}
