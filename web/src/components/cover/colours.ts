import { hash } from '../../lib/hash';

/** Three colours that go together; `bright` carries text only where it contrasts enough. */
interface Palette {
  dark: string;
  bright: string;
  light: string;
}

/** The colours of one cover. Text stands on `ground` or on `panel` only; `mark` is for drawing. */
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

/** Categories of the shop's own catalogue get a colour world each; any other is given one by its name. */
const WORLDS: Record<string, number> = {
  Cookbooks: 6,
  Woodwork: 4,
  Database: 5,
  'Science Fiction': 3,
  'Home Improvement': 0,
  'Fairy Tales': 1,
  Poetry: 2,
  Cars: 9,
};

function luminance(colour: string): number {
  const channel = (offset: number) => {
    const value = Number.parseInt(colour.slice(offset, offset + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

/** Contrast ratio of two #rrggbb colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
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
  const world = WORLDS[category] ?? hash(category) % PALETTES.length;
  const schemes = schemesOf(PALETTES[world] as Palette);
  return schemes[seed % schemes.length] as Scheme;
}
