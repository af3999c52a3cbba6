// @vitest-environment node
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { server as mocks } from '../../test/server';
import { FailoverClient, UnreachableError } from './failover';

const ORDER = { orderId: 'order-1', region: 'ap-southeast-1' };
const BODY = JSON.stringify(ORDER);
const PROBLEM = JSON.stringify({ type: 'urn:bookstore:problem:some', title: 'some', status: 500 });

const send =
  (status: number, headers: Record<string, string>, body = ''): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
const json = (status: number, body: string) =>
  send(status, { 'content-type': 'application/json', 'x-region': 'eu-west-1' }, body);
const problem = (status: number) =>
  send(status, { 'content-type': 'application/problem+json', 'x-region': 'eu-west-1' }, PROBLEM);
const html = (status: number) =>
  send(status, { 'content-type': 'text/html' }, '<html>Sign in to the network</html>');

const HOSTILE: [string, RequestListener][] = [
  ['closed connection', (request) => request.socket.destroy()],
  ['redirect to a sign-in page', send(302, { location: 'http://127.0.0.1:9/login' })],
  ['redirect to itself', send(307, { location: '/orders' })],
  ['200 without a body', json(200, '')],
  ['201 without a body', json(201, '')],
  ['204', send(204, { 'x-region': 'eu-west-1' })],
  ['200 with HTML', html(200)],
  ['201 with HTML', html(201)],
  ['200 with truncated JSON', json(200, BODY.slice(0, -5))],
  [
    'body shorter than its length',
    (_request, response) => {
      response.writeHead(201, {
        'content-type': 'application/json',
        'x-region': 'x',
        'content-length': '999',
      });
      response.write(BODY);
      setTimeout(() => response.destroy(), 20);
    },
  ],
  [
    'corrupt gzip',
    (_request, response) => {
      response.writeHead(201, { 'content-encoding': 'gzip', 'x-region': 'eu-west-1' });
      response.end(gzipSync(BODY).subarray(0, 20));
    },
  ],
  ['text that claims to be gzip', send(201, { 'content-encoding': 'gzip', 'x-region': 'eu-west-1' }, BODY)],
  ['200 with an empty object', json(200, '{}')],
  ['200 with an empty list', json(200, '[]')],
  ['200 with null', json(200, 'null')],
  ['201 of another API', json(201, '{"message":"created"}')],
  ['order without x-region', send(201, { 'content-type': 'application/json' }, BODY)],
  ['403 of API Gateway', json(403, '{"message":"Forbidden"}')],
  ['404 with HTML', html(404)],
  ['409 of another API', json(409, '{"message":"Conflict"}')],
  ['429', problem(429)],
  ['500', problem(500)],
  ['502 with HTML', html(502)],
  ['503', problem(503)],
  ['504 with HTML', html(504)],
  ['511 with HTML', html(511)],
  ['silence', () => undefined],
  [
    'headers, then silence',
    (_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'x-region': 'eu-west-1' });
      response.write(BODY.slice(0, 5));
    },
  ],
];

const started: Server[] = [];

async function start(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(listener as RequestListener);
  started.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const fits = (content: unknown) => typeof content === 'object' && content !== null && 'orderId' in content;
const order = () => ({ method: 'POST', headers: { 'Idempotency-Key': 'key-1' }, body: '{}' });

beforeAll(() => mocks.close());
afterAll(() => mocks.listen());
afterEach(() => {
  for (const server of started.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

it.each(HOSTILE)('%s: the healthy region takes the order within 2.5 s', async (_kind, listener) => {
  const keys: unknown[] = [];
  const hostile = await start((request, response) => {
    keys.push(request.headers['idempotency-key']);
    listener(request as IncomingMessage & { [key: string]: never }, response as never);
  });
  const healthy = await start((request, response) => {
    keys.push(request.headers['idempotency-key']);
    response.writeHead(201, { 'content-type': 'application/json', 'x-region': 'ap-southeast-1' });
    response.end(BODY);
  });
  const client = new FailoverClient({ api: hostile, regions: [{ name: 'ap-southeast-1', api: healthy }] });
  const before = performance.now();
  expect(await client.send('/orders', order(), fits)).toMatchObject({
    status: 201,
    content: ORDER,
    region: 'ap-southeast-1',
  });
  expect(performance.now() - before).toBeLessThan(2_500);
  expect(new Set(keys)).toEqual(new Set(['key-1']));
});

it.each(HOSTILE.slice(0, -2))('%s everywhere: no order is reported', async (_kind, listener) => {
  const hostile = await start(listener as never);
  const client = new FailoverClient({ api: hostile, regions: [] });
  const outcome = await client.send('/orders', order(), fits).catch((error: unknown) => error);
  if (outcome instanceof Error) expect(outcome).toBeInstanceOf(UnreachableError);
  else
    expect(outcome).toMatchObject({ content: { type: expect.stringContaining('urn:bookstore:problem:') } });
});
