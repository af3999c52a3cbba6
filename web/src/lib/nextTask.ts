/**
 * Resolves in a task of its own.
 *
 * The evaluation of all modules is the longest task of a page load: it begins no requests. Where a tool records requests,
 * such as Lighthouse, the browser parses the whole file again to find what began each of them.
 */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
