import {
  confirmSignUp,
  fetchAuthSession,
  resendSignUpCode,
  signIn as signInWithPassword,
  signOut,
} from 'aws-amplify/auth';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  AlreadyConfirmedError,
  confirm,
  currentShopper,
  idToken,
  signOut as leave,
  resendCode,
  signIn,
} from './identity';

vi.mock('aws-amplify', () => ({ Amplify: { configure: vi.fn() } }));
vi.mock('aws-amplify/auth', { spy: true });
vi.mock('../../config', () => ({
  loadedConfig: () => ({ cognito: { region: 'eu-west-1', userPoolId: 'pool', userPoolClientId: 'client' } }),
}));

const named = (name: string) => Object.assign(new Error(name), { name });
const CLAIMS = { sub: 'shopper-1', email: 'reader@shop.test' };
const DONE = { isSignedIn: true, nextStep: { signInStep: 'DONE' } } as const;

beforeEach(() => {
  vi.clearAllMocks();
  vi.mocked(signInWithPassword).mockResolvedValue(DONE);
  vi.mocked(signOut).mockResolvedValue();
  vi.mocked(fetchAuthSession).mockResolvedValue({
    tokens: { idToken: { payload: CLAIMS }, accessToken: { payload: {} } },
  });
});

afterEach(() => vi.useRealTimers());

/** Settles like the call, with time that passes at once. */
async function waited<Result>(call: () => Promise<Result>): Promise<Result> {
  vi.useFakeTimers();
  const result = call();
  result.catch(() => undefined);
  await vi.runAllTimersAsync();
  return result;
}

const never = () => new Promise<never>(() => undefined);

it('sign-in returns the token’s shopper', async () => {
  expect(await signIn('reader@shop.test', 'secret')).toEqual({
    next: 'done',
    shopper: { id: CLAIMS.sub, email: CLAIMS.email },
  });
});

it.each([
  ['CONFIRM_SIGN_UP', 'confirm'],
  ['RESET_PASSWORD', 'reset'],
] as const)('sign-in at %s returns the next step', async (signInStep, next) => {
  vi.mocked(signInWithPassword).mockResolvedValue({ isSignedIn: false, nextStep: { signInStep } });
  expect(await signIn('reader@shop.test', 'secret')).toEqual({ next });
});

it('sign-in replaces a remembered session', async () => {
  vi.mocked(signInWithPassword).mockRejectedValueOnce(named('UserAlreadyAuthenticatedException'));
  expect(await signIn('reader@shop.test', 'secret')).toMatchObject({ next: 'done' });
  expect(signOut).toHaveBeenCalledOnce();
});

it('wrong password keeps the remembered session', async () => {
  vi.mocked(signInWithPassword).mockRejectedValueOnce(named('NotAuthorizedException'));
  await expect(signIn('reader@shop.test', 'wrong')).rejects.toThrow('NotAuthorizedException');
  expect(signOut).not.toHaveBeenCalled();
});

it('confirming twice succeeds', async () => {
  vi.mocked(confirmSignUp).mockRejectedValueOnce(named('NotAuthorizedException'));
  await confirm('reader@shop.test', '123456');
  vi.mocked(confirmSignUp).mockRejectedValueOnce(named('CodeMismatchException'));
  await expect(confirm('reader@shop.test', '000000')).rejects.toThrow('CodeMismatchException');
});

it('code for a confirmed account is refused as such', async () => {
  vi.mocked(resendSignUpCode).mockRejectedValueOnce(named('InvalidParameterException'));
  await expect(resendCode('reader@shop.test')).rejects.toThrow(AlreadyConfirmedError);
  vi.mocked(resendSignUpCode).mockRejectedValueOnce(named('LimitExceededException'));
  await expect(resendCode('reader@shop.test')).rejects.toThrow('LimitExceededException');
});

it('sign-out ends the sessions of all devices', async () => {
  await leave();
  expect(signOut).toHaveBeenCalledWith({ global: true });
});

it('sign-out without an answer removes the tokens', async () => {
  vi.mocked(signOut).mockImplementationOnce(never);
  localStorage.setItem('CognitoIdentityServiceProvider.client.LastAuthUser', 'reader');
  localStorage.setItem('CognitoIdentityServiceProvider.client.reader.refreshToken', 'token');
  localStorage.setItem('bookstore.cart', '[]');
  await waited(leave);
  expect(Object.keys(localStorage)).toEqual(['bookstore.cart']);
});

it.each([
  ['id token', idToken],
  ['shopper', currentShopper],
])('%s is given up if the user pool does not answer', async (_name, read) => {
  vi.mocked(fetchAuthSession).mockImplementation(never);
  await expect(waited<unknown>(read)).rejects.toMatchObject({ name: 'TimeoutError' });
});

it('sign-in is given up if the user pool does not answer', async () => {
  vi.mocked(signInWithPassword).mockImplementation(never);
  await expect(waited(() => signIn('reader@shop.test', 'secret'))).rejects.toMatchObject({
    name: 'TimeoutError',
  });
});

it('answered call leaves no timer', async () => {
  vi.useFakeTimers();
  await idToken();
  expect(vi.getTimerCount()).toBe(0);
});
