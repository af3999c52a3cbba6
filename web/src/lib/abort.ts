/** Aborts with `signal`, or with a TimeoutError after `milliseconds`. Safari before 17.4 has no AbortSignal.any. */
export function abortAfter(
  milliseconds: number,
  signal?: AbortSignal | null,
): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const forward = () => controller.abort(signal?.reason);
  const timer = setTimeout(
    () => controller.abort(new DOMException('timed out', 'TimeoutError')),
    milliseconds,
  );
  if (signal?.aborted) forward();
  signal?.addEventListener('abort', forward);
  const end = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', forward);
  };
  return { signal: controller.signal, end };
}
