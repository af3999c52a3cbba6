import { type BaseQueryFn, createApi } from '@reduxjs/toolkit/query/react';
import { OfflineError } from '../lib/chunks';
import { type Answer, UnreachableError } from '../lib/failover';
import { OPERATIONS } from './operations';

export interface ApiRequest {
  url: string;
  method?: string;
  params?: Record<string, string | number | undefined>;
  body?: unknown;
  headers?: Record<string, string | undefined>;
}

/** Problem details, RFC 9457; some problems of the contract add fields. */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
}

/** A request that failed; `problem` is the API's own description, if it answered with one. */
export interface ApiError {
  /** `noToken`: the user pool renewed no token, so no request was sent. */
  status: number | 'unreachable' | 'noToken';
  problem?: ProblemDetails;
  /** Whether an earlier attempt of the request may have arrived, so that the problem does not say what happened. */
  lost?: boolean;
}

/** What the API needs from the application. The store passes it as the thunks' extra argument. */
export interface Services {
  send(path: string, init: RequestInit, fits: (content: unknown) => boolean): Promise<Answer>;
  /** The shopper's id token, or null for a guest. */
  token(): Promise<string | null>;
}

function pathOf({ url, params = {} }: ApiRequest): string {
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return encodeURI(url) + (query && `?${query}`);
}

function initOf(request: ApiRequest, token: string | null, signal: AbortSignal): RequestInit {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers ?? {})) if (value) headers.set(name, value);
  if (token) headers.set('Authorization', `Bearer ${token}`);
  if (request.body === undefined) return { method: request.method, headers, signal };
  headers.set('Content-Type', 'application/json');
  return { method: request.method, headers, body: JSON.stringify(request.body), signal };
}

/** Whether a successful response's content has the properties that the contract requires. */
function fitsContract(operation: string): (content: unknown) => boolean {
  const required = OPERATIONS[operation]?.required ?? [];
  if (required.length === 0) return () => true; // 204
  return (content) =>
    typeof content === 'object' && content !== null && required.every((name) => name in content);
}

const baseQuery: BaseQueryFn<string | ApiRequest, unknown, ApiError> = async (
  given,
  { extra, signal, endpoint },
) => {
  const services = extra as Services;
  const request = typeof given === 'string' ? { url: given } : given;
  let hasToken = false;
  try {
    const token = OPERATIONS[endpoint]?.secured ? await services.token() : null;
    hasToken = true;
    const { status, content, lost } = await services.send(
      pathOf(request),
      initOf(request, token, signal),
      fitsContract(endpoint),
    );
    if (status < 300) return { data: content };
    return { error: { status, problem: content as ProblemDetails, lost } };
  } catch (error) {
    // RTK Query ignores the result of an aborted request, but logs what it throws.
    if (signal.aborted || error instanceof UnreachableError || error instanceof OfflineError)
      return { error: { status: 'unreachable' } };
    if (!hasToken) return { error: { status: 'noToken' } };
    throw error;
  }
};

/** The API without operations; generated.ts adds those of the contract. */
export const api = createApi({ baseQuery, endpoints: () => ({}) });
