import { type BaseQueryFn, createApi } from '@reduxjs/toolkit/query/react';
import { UnreachableError } from '../lib/failover';
import type { Problem } from './generated';

export interface ApiRequest {
  url: string;
  method?: string;
  params?: Record<string, string | number | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Why a request did not give what it asked for; `problem` is what the shop said, where it said something. */
export interface ApiError {
  status: number | 'unreachable';
  problem?: Problem;
}

/** What the API needs from the application; handed to the store as its thunks' extra argument. */
export interface Services {
  send(path: string, init: RequestInit): Promise<Response>;
  /** The shopper's id token, or null for a guest. */
  token(): Promise<string | null>;
}

const PRIVATE = /^\/(cart|orders)(\/|$)/;

function pathOf({ url, params = {} }: ApiRequest): string {
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return encodeURI(url) + (query && `?${query}`);
}

async function initOf(request: ApiRequest, services: Services, signal: AbortSignal): Promise<RequestInit> {
  const headers = new Headers(request.headers);
  const token = PRIVATE.test(request.url) ? await services.token() : null;
  if (token) headers.set('Authorization', `Bearer ${token}`);
  if (request.body === undefined) return { method: request.method, headers, signal };
  headers.set('Content-Type', 'application/json');
  return { method: request.method, headers, body: JSON.stringify(request.body), signal };
}

const shop: BaseQueryFn<string | ApiRequest, unknown, ApiError> = async (asked, { extra, signal }) => {
  const services = extra as Services;
  const request = typeof asked === 'string' ? { url: asked } : asked;
  try {
    const response = await services.send(pathOf(request), await initOf(request, services, signal));
    const text = await response.text();
    const content: unknown = text === '' ? null : JSON.parse(text);
    if (response.ok) return { data: content };
    return { error: { status: response.status, problem: content as Problem } };
  } catch (error) {
    if (error instanceof UnreachableError || error instanceof SyntaxError) {
      return { error: { status: 'unreachable' } };
    }
    throw error;
  }
};

/** The API without its operations: `npm run api` generates those from the contract into bookstore.ts. */
export const api = createApi({ baseQuery: shop, endpoints: () => ({}) });
