import type { Region } from '../config';
import { abortAfter } from './abort';

/** Time for an attempt before the next region is tried. */
const ATTEMPT_MS = 2_000;
/** Time for the last attempt: on a slow connection a late answer is better than none. */
const LAST_ATTEMPT_MS = 10_000;
/** Time that requests stay with a region that replaced the routed address. */
const DETOUR_MS = 60_000;
const PROBLEM = 'urn:bookstore:problem:';

/** No region answered. `cause` is the last failure. */
export class UnreachableError extends Error {}

/** A response that fits the contract. */
export interface Answer {
  status: number;
  /** Parsed JSON; null for 204. */
  content: unknown;
  region: string;
  /** Whether an earlier attempt failed in a way that does not show whether it arrived. */
  lost?: boolean;
}

export interface FailoverOptions {
  /** The routed address, tried first. */
  api: string;
  regions: Region[];
  /** Called with the region of each answer. */
  onAnswer?: (region: string) => void;
  now?: () => number;
}

function isRepeatable(init: RequestInit): boolean {
  const method = (init.method ?? 'GET').toUpperCase();
  return (
    ['GET', 'HEAD', 'PUT', 'DELETE'].includes(method) || new Headers(init.headers).has('Idempotency-Key')
  );
}

/** A problem of the contract, in contrast to an error page of a proxy, a firewall or API Gateway. */
function isProblem(content: unknown): boolean {
  const type = (content as { type?: unknown } | null)?.type;
  return String(type).startsWith(PROBLEM);
}

/** @throws Error if the response is not one of the contract's. */
async function read(response: Response, fits: (content: unknown) => boolean): Promise<Answer> {
  const { status } = response;
  const text = await response.text();
  const region = response.headers.get('x-region');
  if (region === null) throw new Error(`${status} without x-region`);
  const content: unknown = status === 204 ? null : JSON.parse(text);
  if (response.ok ? !fits(content) : !isProblem(content)) throw new Error(`${status} with an unknown body`);
  return { status, content, region };
}

/** Answers that another region may improve; they count if no region has a better one. */
function isProvisional({ status }: Answer): boolean {
  return status === 429 || status >= 500;
}

/** Regions that have enough copies for an order that this region refused. */
function otherRegions({ content }: Answer): unknown[] {
  const { type, regions } = (content ?? {}) as { type?: unknown; regions?: unknown };
  return type === `${PROBLEM}stock-elsewhere` && Array.isArray(regions) ? regions : [];
}

/**
 * Sends requests to the routed address and, after a failure, to the regions' own addresses.
 *
 * DNS needs a health check interval, a threshold and a TTL to move shoppers to another region. A client that knows
 * the regions needs one failed attempt. Requests that are not safe to repeat are sent once, since a lost response does
 * not show whether the request arrived.
 */
export class FailoverClient {
  readonly #options: FailoverOptions;
  readonly #now: () => number;
  #detour: { api: string; until: number } | null = null;
  #routedTo: string | null = null;

  constructor(options: FailoverOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Returns the answer of the first region that gives one. An order that other regions have the copies for is sent
   * there unchanged. Any failed attempt may have placed an order: a browser does not say whether a request was sent.
   *
   * @param fits whether a successful response's content has the shape of the contract.
   * @throws UnreachableError if no region answers, or if an attempt failed and no region that has the copies answers.
   * An abort of the caller is rethrown.
   */
  async send(path: string, init: RequestInit, fits: (content: unknown) => boolean): Promise<Answer> {
    let addresses = this.#addresses();
    if (!isRepeatable(init)) addresses.length = 1;
    let best: Answer | null = null;
    let isElsewhere = false;
    let lost = false;
    let cause: unknown;
    for (let api = addresses.shift(); api; api = addresses.shift()) {
      const timeout = addresses.length > 0 && !isElsewhere ? ATTEMPT_MS : LAST_ATTEMPT_MS;
      try {
        const answer = await this.#attempt(api, path, init, fits, timeout);
        const names = otherRegions(answer);
        if (isProvisional(answer)) {
          best ??= answer;
          lost ||= answer.status !== 429;
        } else if (names.length === 0) {
          return { ...answer, lost };
        } else if (!isElsewhere) {
          isElsewhere = true;
          best = answer;
          addresses = this.#options.regions
            .filter((region) => names.includes(region.name))
            .map((region) => region.api);
        }
      } catch (error) {
        init.signal?.throwIfAborted();
        lost = true;
        cause = error;
      }
    }
    // After a failed attempt, `stock-elsewhere` does not prove that nothing was ordered.
    if (best && !(isElsewhere && lost)) return { ...best, lost };
    throw new UnreachableError('no region answered', { cause });
  }

  async #attempt(
    api: string,
    path: string,
    init: RequestInit,
    fits: (content: unknown) => boolean,
    timeout: number,
  ): Promise<Answer> {
    init.signal?.throwIfAborted();
    const { signal, end } = abortAfter(timeout, init.signal);
    try {
      // The API never redirects: a redirect comes from a proxy.
      const answer = await read(await fetch(api + path, { ...init, signal, redirect: 'error' }), fits);
      if (!isProvisional(answer)) this.#settle(api, answer.region);
      return answer;
    } finally {
      end();
    }
  }

  /** Addresses in the order of attempts: current detour, routed address, other regions, the region that failed. */
  #addresses(): string[] {
    const { api, regions } = this.#options;
    const others = regions.filter((region) => region.name !== this.#routedTo).map((region) => region.api);
    const lost = regions.filter((region) => region.name === this.#routedTo).map((region) => region.api);
    const usual = [api, ...others, ...lost];
    const detour = this.#detour !== null && this.#now() < this.#detour.until ? [this.#detour.api] : [];
    return [...new Set([...detour, ...usual])];
  }

  #settle(api: string, region: string): void {
    if (api === this.#options.api) {
      this.#detour = null;
      this.#routedTo = region;
    } else if (this.#detour?.api !== api || this.#now() >= this.#detour.until) {
      this.#detour = { api, until: this.#now() + DETOUR_MS };
    }
    this.#options.onAnswer?.(region);
  }
}
