import {
  confirmSignUp,
  fetchAuthSession,
  resendSignUpCode,
  signIn as signInWithPassword,
  signOut,
} from 'aws-amplify/auth';
import { beforeEach, expect, it, vi } from 'vitest';
import { AlreadyConfirmedError, confirm, signOut as leave, resendCode, signIn } from './identity';

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
