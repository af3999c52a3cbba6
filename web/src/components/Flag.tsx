import flags from './flags.svg?url';

/** The countries drawn in flags.svg, simply enough to be told apart at 24 by 16 pixels. */
const DRAWN = new Set(['AU', 'BR', 'CA', 'DE', 'ES', 'FR', 'GB', 'IE', 'IN', 'IT', 'JP', 'SE', 'SG', 'US']);

const GLOBE = (
  <g fill="none" stroke="currentColor">
    <circle cx="12" cy="8" r="7" />
    <ellipse cx="12" cy="8" rx="3" ry="7" />
    <path d="M5 8h14" />
  </g>
);

/** A country's flag, or a globe where this shop has not drawn it. */
export function Flag({ country }: { country: string | undefined }) {
  return (
    <svg className="flag" viewBox="0 0 24 16" aria-hidden="true" focusable="false">
      {country && DRAWN.has(country) ? <use href={`${flags}#${country}`} /> : GLOBE}
    </svg>
  );
}
