import { type Box, fitted } from './text';

interface TextProps extends Partial<Box> {
  children: string;
  x: number;
  y: number;
  width: number;
  height: number;
  fill: string;
  anchor?: 'start' | 'middle' | 'end';
  /** Vertical alignment in the box. */
  valign?: 'top' | 'middle' | 'bottom';
}

/** Text fitted into a box whose `x` is the anchor and whose `y` is the top. */
export function Text({
  children,
  x,
  y,
  width,
  height,
  fill,
  anchor = 'start',
  valign = 'top',
  ...box
}: TextProps) {
  const { face = 'serif', leading = 1.08, largest = 30, smallest = 10 } = box;
  const { size, lines } = fitted(children, { width, height, face, leading, largest, smallest });
  const spare = height - lines.length * size * leading;
  const top = y + { top: 0, middle: spare / 2, bottom: spare }[valign];
  return (
    <text className={`cover-${face}`} fontSize={size} fill={fill} textAnchor={anchor}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a cover never move
        <tspan key={index} x={x} y={top + size * (0.82 + index * leading)}>
          {line}
        </tspan>
      ))}
    </text>
  );
}
