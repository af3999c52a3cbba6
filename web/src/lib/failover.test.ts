import { HttpResponse, http } from 'msw';
import { describe, expect, it, vi } from 'vitest';
import { server } from '../../test/server';
import { FailoverClient, UnreachableError } from './failover';

const ROUTED = 'https://api.shop.test/v1';
const IRELAND = { name: 'eu-west-1', api: 'https://api-eu-west-1.shop.test/v1' };
const SINGAPORE = { name: 'ap-southeast-1', api: 'https://api-ap-southeast-1.shop.test/v1' };

type Behaviour = () => Response | Promise<Response>;

const from = (region: string) => () => HttpResponse.json({ region }, { headers: { 'x-region': region } });
const broken = () => HttpResponse.error();
const status = (code: number) => () => HttpResponse.json({ message: 'Forbidden' }, { status: code });

/** Sets each address's behavior; returns the addresses that were called, in order. */
function regions(routed: Behaviour, ireland: Behaviour, singapore: Behaviour) {
  const asked: string[] = [];
  const at = (api: string, behave: Behaviour) =>
    http.all(`${api}/*`, () => {
      asked.push(api);
      return behave();
    });
  server.use(at(ROUTED, routed), at(IRELAND.api, ireland), at(SINGAPORE.api, singapore));
  return asked;
}

function client(now?: () => number) {
  const answers: string[] = [];
  const onAnswer = (region: string) => answers.push(region);
  return { answers, it: new FailoverClient({ api: ROUTED, regions: [IRELAND, SINGAPORE], onAnswer, now }) };
}

describe('FailoverClient', () => {
  it('uses the routed address and reports its region', async () => {
    const asked = regions(from('eu-west-1'), from('eu-west-1'), from('ap-southeast-1'));
    const { it: shop, answers } = client();
    await shop.send('/books');
    expect(asked).toEqual([ROUTED]);
    expect(answers).toEqual(['eu-west-1']);
  });

  it.each([
    ['a lost connection', broken],
    ['502', status(502)],
    ['503', status(503)],
    ['504', status(504)],
    ['a 403 that is not the shop’s own', status(403)],
  ])('tries the next region on %s', async (_name, failure) => {
    const asked = regions(failure, from('eu-west-1'), from('ap-southeast-1'));
    const { it: shop } = client();
    const response = await shop.send('/books');
    expect(await response.json()).toEqual({ region: 'eu-west-1' });
    expect(asked).toEqual([ROUTED, IRELAND.api]);
  });

  it('tries the next region after two seconds', async () => {
    vi.useFakeTimers();
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new DOMException('late', 'TimeoutError')), milliseconds);
      return controller.signal;
    });
    const asked = regions(() => new Promise(() => undefined), from('eu-west-1'), from('ap-southeast-1'));
    const { it: shop } = client();
    const sent = shop.send('/books');
    await vi.advanceTimersByTimeAsync(1_999);
    expect(asked).not.toContain(IRELAND.api);
    await vi.advanceTimersByTimeAsync(2);
    vi.useRealTimers();
    expect((await sent).headers.get('x-region')).toBe('eu-west-1');
  });

  it('takes a 403 of the shop’s own, and any other answer about the request, as the answer', async () => {
    const own = () =>
      HttpResponse.json(
        { type: 'urn:bookstore:problem:forbidden', title: 'Forbidden', status: 403 },
        { status: 403, headers: { 'Content-Type': 'application/problem+json' } },
      );
    const asked = regions(own, from('eu-west-1'), from('ap-southeast-1'));
    expect((await client().it.send('/books')).status).toBe(403);
    server.resetHandlers();
    const again = regions(status(500), from('eu-west-1'), from('ap-southeast-1'));
    expect((await client().it.send('/books')).status).toBe(500);
    expect([...asked, ...again]).toEqual([ROUTED, ROUTED]);
  });

  it('tries the region that just failed last', async () => {
    let up = true;
    const asked = regions(() => (up ? from('eu-west-1')() : broken()), broken, from('ap-southeast-1'));
    const { it: shop } = client();
    await shop.send('/books');
    up = false;
    await shop.send('/books');
    expect(asked).toEqual([ROUTED, ROUTED, SINGAPORE.api]);
  });

  it('stays with a working region for a minute', async () => {
    let time = 0;
    let up = false;
    const asked = regions(
      () => (up ? from('eu-west-1')() : broken()),
      from('eu-west-1'),
      from('ap-southeast-1'),
    );
    const { it: shop } = client(() => time);
    await shop.send('/books');
    up = true;
    time = 59_999;
    await shop.send('/books');
    time = 60_000;
    await shop.send('/books');
    await shop.send('/books');
    expect(asked).toEqual([ROUTED, IRELAND.api, IRELAND.api, ROUTED, ROUTED]);
  });

  it('leaves a detour that fails', async () => {
    let ireland = true;
    const asked = regions(broken, () => (ireland ? from('eu-west-1')() : broken()), from('ap-southeast-1'));
    const { it: shop } = client();
    await shop.send('/books');
    ireland = false;
    await shop.send('/books');
    await shop.send('/books');
    expect(asked).toEqual([ROUTED, IRELAND.api, IRELAND.api, ROUTED, SINGAPORE.api, SINGAPORE.api]);
  });

  it('sends a write without a key once', async () => {
    const asked = regions(broken, from('eu-west-1'), from('ap-southeast-1'));
    await expect(client().it.send('/cart', { method: 'POST', body: '{}' })).rejects.toThrow(UnreachableError);
    expect(asked).toEqual([ROUTED]);
  });

  it.each([
    ['PUT', {}],
    ['DELETE', {}],
    ['POST', { 'Idempotency-Key': 'k' }],
  ])('repeats a %s', async (method, headers) => {
    const asked = regions(broken, from('eu-west-1'), from('ap-southeast-1'));
    await client().it.send('/orders', { method, headers });
    expect(asked).toEqual([ROUTED, IRELAND.api]);
  });

  it('rejects if no region answers', async () => {
    const asked = regions(broken, status(503), broken);
    await expect(client().it.send('/books')).rejects.toThrow(UnreachableError);
    expect(asked).toEqual([ROUTED, IRELAND.api, SINGAPORE.api]);
  });

  it('sends nothing after the caller’s abort', async () => {
    const asked = regions(broken, from('eu-west-1'), from('ap-southeast-1'));
    const controller = new AbortController();
    controller.abort();
    await expect(client().it.send('/books', { signal: controller.signal })).rejects.toThrow('abort');
    expect(asked).toEqual([]);
  });
});
