/** The logo: a globe with one meridian. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M16 3v26M16 3C8 8 8 24 16 29M16 3c8 5 8 21 0 26" />
      <path className="equator" d="M3 16h26" />
    </svg>
  );
}
