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
const problem =
  (code: number, name: string, more: object = {}) =>
  () =>
    HttpResponse.json(
      { type: `urn:bookstore:problem:${name}`, title: name, status: code, ...more },
      {
        status: code,
        headers: { 'Content-Type': 'application/problem+json', 'x-region': 'eu-west-1' },
      },
    );
const fits = (content: unknown) => typeof content === 'object';
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
    await shop.send('/books', {}, fits);
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
    const response = await shop.send('/books', {}, fits);
    expect(response).toMatchObject({ status: 200, content: { region: 'eu-west-1' }, region: 'eu-west-1' });
    expect(asked).toEqual([ROUTED, IRELAND.api]);
  });

  it('tries the next region after two seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const asked = regions(() => new Promise(() => undefined), from('eu-west-1'), from('ap-southeast-1'));
    const { it: shop } = client();
    const sent = shop.send('/books', {}, fits);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(asked).not.toContain(IRELAND.api);
    await vi.advanceTimersByTimeAsync(2);
    vi.useRealTimers();
    expect((await sent).region).toBe('eu-west-1');
  });

  it('returns a problem of the API about the request', async () => {
    const asked = regions(problem(403, 'forbidden'), from('eu-west-1'), from('ap-southeast-1'));
    expect((await client().it.send('/books', {}, fits)).status).toBe(403);
    expect(asked).toEqual([ROUTED]);
  });

  it.each([429, 500, 503])('returns %i only if no region has a better answer', async (code) => {
    const bad = problem(code, 'some');
    regions(bad, bad, from('ap-southeast-1'));
    expect((await client().it.send('/books', {}, fits)).status).toBe(200);
    server.resetHandlers();
    regions(bad, bad, broken);
    expect((await client().it.send('/books', {}, fits)).status).toBe(code);
  });

  it('works without AbortSignal.any and AbortSignal.timeout', async () => {
    vi.stubGlobal('AbortSignal', class {});
    regions(from('eu-west-1'), broken, broken);
    expect((await client().it.send('/books', {}, fits)).status).toBe(200);
    vi.unstubAllGlobals();
  });

  it('sends an order to the region that has the copies, under the same key', async () => {
    const keys: (string | null)[] = [];
    const elsewhere = problem(409, 'stock-elsewhere', { regions: ['ap-southeast-1'] });
    server.use(
      http.post(`${ROUTED}/orders`, ({ request }) => {
        keys.push(request.headers.get('Idempotency-Key'));
        return elsewhere();
      }),
      http.post(`${SINGAPORE.api}/orders`, ({ request }) => {
        keys.push(request.headers.get('Idempotency-Key'));
        return from('ap-southeast-1')();
      }),
    );
    const { it: shop, answers } = client();
    const order = { method: 'POST', headers: { 'Idempotency-Key': 'k' }, body: '{}' };
    expect(await shop.send('/orders', order, fits)).toMatchObject({ status: 200, region: 'ap-southeast-1' });
    expect(keys).toEqual(['k', 'k']);
    expect(answers).toEqual(['eu-west-1', 'ap-southeast-1']);
  });

  const ORDER = { method: 'POST', headers: { 'Idempotency-Key': 'k' }, body: '{}' };
  const elsewhere = problem(409, 'stock-elsewhere', { regions: ['ap-southeast-1'] });

  it.each([
    ['a lost answer', broken],
    ['503', problem(503, 'unavailable')],
  ])('does not report stock-elsewhere after %s of the named region', async (_name, failure) => {
    const asked = regions(elsewhere, from('eu-west-1'), failure);
    await expect(client().it.send('/orders', ORDER, fits)).rejects.toThrow(UnreachableError);
    expect(asked).toEqual([ROUTED, SINGAPORE.api]);
  });

  it('does not report stock-elsewhere after an attempt before it was lost', async () => {
    regions(broken, elsewhere, elsewhere);
    await expect(client().it.send('/orders', ORDER, fits)).rejects.toThrow(UnreachableError);
  });

  it.each([
    ['names another region again', elsewhere],
    ['refuses before it reads the order', problem(429, 'too-many-requests')],
  ])('returns stock-elsewhere if the named region %s', async (_name, refusal) => {
    const asked = regions(elsewhere, from('eu-west-1'), refusal);
    expect(await client().it.send('/orders', ORDER, fits)).toMatchObject({ status: 409, lost: false });
    expect(asked).toEqual([ROUTED, SINGAPORE.api]);
  });

  it('returns stock-elsewhere if it names only unknown regions', async () => {
    regions(problem(409, 'stock-elsewhere', { regions: ['mars-1'] }), broken, broken);
    expect(await client().it.send('/orders', ORDER, fits)).toMatchObject({ status: 409, lost: false });
  });

  it.each([
    ['a lost answer', broken, true],
    ['an unreadable answer', status(502), true],
    ['500', problem(500, 'internal-error'), true],
    ['429', problem(429, 'too-many-requests'), false],
  ])('says of a refusal after %s whether the order may have arrived', async (_name, first, lost) => {
    regions(first, problem(409, 'out-of-stock'), from('ap-southeast-1'));
    expect(await client().it.send('/orders', ORDER, fits)).toMatchObject({ status: 409, lost });
  });

  it('says of a refusal by the named region that another named region may have taken the order', async () => {
    const both = problem(409, 'stock-elsewhere', { regions: ['eu-west-1', 'ap-southeast-1'] });
    regions(both, broken, problem(409, 'out-of-stock'));
    expect(await client().it.send('/orders', ORDER, fits)).toMatchObject({ status: 409, lost: true });
  });

  it('tries the region that just failed last', async () => {
    let up = true;
    const asked = regions(() => (up ? from('eu-west-1')() : broken()), broken, from('ap-southeast-1'));
    const { it: shop } = client();
    await shop.send('/books', {}, fits);
    up = false;
    await shop.send('/books', {}, fits);
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
    await shop.send('/books', {}, fits);
    up = true;
    time = 59_999;
    await shop.send('/books', {}, fits);
    time = 60_000;
    await shop.send('/books', {}, fits);
    await shop.send('/books', {}, fits);
    expect(asked).toEqual([ROUTED, IRELAND.api, IRELAND.api, ROUTED, ROUTED]);
  });

  it('leaves a detour that fails', async () => {
    let ireland = true;
    const asked = regions(broken, () => (ireland ? from('eu-west-1')() : broken()), from('ap-southeast-1'));
    const { it: shop } = client();
    await shop.send('/books', {}, fits);
    ireland = false;
    await shop.send('/books', {}, fits);
    await shop.send('/books', {}, fits);
    expect(asked).toEqual([ROUTED, IRELAND.api, IRELAND.api, ROUTED, SINGAPORE.api, SINGAPORE.api]);
  });

  it('sends a write without a key once', async () => {
    const asked = regions(broken, from('eu-west-1'), from('ap-southeast-1'));
    await expect(client().it.send('/cart', { method: 'POST', body: '{}' }, fits)).rejects.toThrow(
      UnreachableError,
    );
    expect(asked).toEqual([ROUTED]);
  });

  it.each([
    ['PUT', {}],
    ['DELETE', {}],
    ['POST', { 'Idempotency-Key': 'k' }],
  ])('repeats a %s', async (method, headers) => {
    const asked = regions(broken, from('eu-west-1'), from('ap-southeast-1'));
    await client().it.send('/orders', { method, headers }, fits);
    expect(asked).toEqual([ROUTED, IRELAND.api]);
  });

  it('rejects if no region answers', async () => {
    const asked = regions(broken, status(503), broken);
    await expect(client().it.send('/books', {}, fits)).rejects.toThrow(UnreachableError);
    expect(asked).toEqual([ROUTED, IRELAND.api, SINGAPORE.api]);
  });

  it('sends nothing after the caller’s abort', async () => {
    const asked = regions(broken, from('eu-west-1'), from('ap-southeast-1'));
    const controller = new AbortController();
    controller.abort();
    await expect(client().it.send('/books', { signal: controller.signal }, fits)).rejects.toThrow('abort');
    expect(asked).toEqual([]);
  });
});
