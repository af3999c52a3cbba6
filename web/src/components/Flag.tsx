import flags from './flags.svg?url';

const GLOBE = (
  <g fill="none" stroke="currentColor">
    <circle cx="12" cy="8" r="7" />
    <ellipse cx="12" cy="8" rx="3" ry="7" />
    <path d="M5 8h14" />
  </g>
);

/** A country's flag, simplified for 24 by 16 pixels; a globe for an unknown country. */
export function Flag({ country }: { country: string | undefined }) {
  return (
    <svg className="flag" viewBox="0 0 24 16" aria-hidden="true" focusable="false">
      {country ? <use href={`${flags}#${country}`} /> : GLOBE}
    </svg>
  );
}
