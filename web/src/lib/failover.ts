import type { Region } from '../config';

/** An attempt that takes longer than this is given up for the next region. */
const ATTEMPT_MS = 2_000;
/** The last region left to try may take longer: on a slow line a late answer is better than none. */
const LAST_ATTEMPT_MS = 10_000;
/** For how long requests stay with the region that helped out before the routed address is tried again. */
const DETOUR_MS = 60_000;

/** No region answered. `cause` is the last failure. */
export class UnreachableError extends Error {}

export interface FailoverOptions {
  /** The routed address, tried first. */
  api: string;
  regions: Region[];
  /** Called with the name of the region that produced an answer. */
  onAnswer?: (region: string) => void;
  now?: () => number;
}

function isRepeatable(init: RequestInit): boolean {
  const method = (init.method ?? 'GET').toUpperCase();
  return (
    ['GET', 'HEAD', 'PUT', 'DELETE'].includes(method) || new Headers(init.headers).has('Idempotency-Key')
  );
}

/** A 403 of API Gateway or a firewall says that the region is not there for us; one of the shop's own is an answer. */
async function isShopsOwn(response: Response): Promise<boolean> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return false;
  const problem = await response
    .clone()
    .json()
    .catch(() => null);
  return typeof problem?.type === 'string' && problem.type.startsWith('urn:bookstore:problem:');
}

async function isAnswer(response: Response): Promise<boolean> {
  if ([502, 503, 504].includes(response.status)) return false;
  return response.status !== 403 || (await isShopsOwn(response));
}

/**
 * Sends requests to the routed address and, when it fails, to the regions' own addresses.
 *
 * DNS needs a health check interval, a threshold and a TTL to move shoppers to another region; a client that knows
 * the regions needs one failed attempt. Only requests that are safe to repeat are sent a second time, since nobody
 * can know whether the first one arrived.
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
   * The response of the first region that answers, whatever its status says about the request.
   *
   * @throws UnreachableError when none does; the caller's own abort passes through.
   */
  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const addresses = isRepeatable(init) ? this.#addresses() : this.#addresses().slice(0, 1);
    let cause: unknown;
    for (const [index, api] of addresses.entries()) {
      const patience = index === addresses.length - 1 ? LAST_ATTEMPT_MS : ATTEMPT_MS;
      try {
        const response = await this.#attempt(api + path, init, patience);
        if (await isAnswer(response)) {
          this.#settle(api, response);
          return response;
        }
        cause = new Error(`${api} answered ${response.status}`);
      } catch (error) {
        init.signal?.throwIfAborted();
        cause = error;
      }
    }
    throw new UnreachableError('No region of the shop answered', { cause });
  }

  /** Reads the body too, so that a connection lost half-way is a failed attempt and not a broken answer. */
  async #attempt(url: string, init: RequestInit, patience: number): Promise<Response> {
    const timeout = AbortSignal.timeout(patience);
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    const response = await fetch(url, { ...init, signal });
    await response.clone().arrayBuffer();
    return response;
  }

  /** Where to try, best first: the detour while it lasts, the routed address, the regions, the one just lost last. */
  #addresses(): string[] {
    const { api, regions } = this.#options;
    const others = regions.filter((region) => region.name !== this.#routedTo).map((region) => region.api);
    const lost = regions.filter((region) => region.name === this.#routedTo).map((region) => region.api);
    const usual = [api, ...others, ...lost];
    const detour = this.#detour !== null && this.#now() < this.#detour.until ? [this.#detour.api] : [];
    return [...new Set([...detour, ...usual])];
  }

  #settle(api: string, response: Response): void {
    const region = response.headers.get('x-region');
    if (api === this.#options.api) {
      this.#detour = null;
      this.#routedTo = region;
    } else if (this.#detour?.api !== api || this.#now() >= this.#detour.until) {
      this.#detour = { api, until: this.#now() + DETOUR_MS };
    }
    if (region !== null) this.#options.onAnswer?.(region);
  }
}
