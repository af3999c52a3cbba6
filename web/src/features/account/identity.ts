import { Amplify } from 'aws-amplify';
import {
  confirmResetPassword,
  confirmSignUp,
  signOut as endSession,
  fetchAuthSession,
  signUp as register,
  resendSignUpCode,
  resetPassword,
  type SignInInput,
  type SignInOutput,
  signIn as signInWithPassword,
} from 'aws-amplify/auth';
import { loadedConfig } from '../../config';
import { type Shopper, tokenPrefix } from '../../lib/session';

// The only file that imports Amplify (31 KiB). Import it dynamically, after config.json is loaded.
const { userPoolId, userPoolClientId, endpoint } = loadedConfig().cognito;
Amplify.configure({
  Auth: { Cognito: { userPoolId, userPoolClientId, userPoolEndpoint: endpoint, loginWith: { email: true } } },
});

/** Time for a call that other requests of the page wait for. */
const SHORT_MS = 5_000;
/** Time for a form's call: on a slow connection a late answer is better than none. */
const FORM_MS = 10_000;
/** Time for a sign-in, which needs several round trips. */
const SIGN_IN_MS = 20_000;

/** Gives up a call after a while, since Amplify waits for a user pool without a limit. @throws TimeoutError */
async function within<Result>(milliseconds: number, call: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new DOMException('the user pool does not answer', 'TimeoutError');
    timer = setTimeout(() => reject(error), milliseconds);
  });
  return Promise.race([call, late]).finally(() => clearTimeout(timer));
}

/** The id token, refreshed if expired; null for a guest or an ended session. */
export async function idToken(): Promise<string | null> {
  const { tokens } = await within(SHORT_MS, fetchAuthSession());
  return tokens?.idToken?.toString() ?? null;
}

export async function currentShopper(): Promise<Shopper | null> {
  const { tokens } = await within(SHORT_MS, fetchAuthSession());
  const claims = tokens?.idToken?.payload;
  return claims?.sub ? { id: claims.sub, email: String(claims.email ?? '') } : null;
}

/** The next step of signing in. */
export type SignInResult = { next: 'done'; shopper: Shopper } | { next: 'confirm' } | { next: 'reset' };

/** Signs in with a password, and ends an older session that Amplify still remembers. */
async function enter(credentials: SignInInput): Promise<SignInOutput> {
  return within(SIGN_IN_MS, signInWithPassword(credentials)).catch(async (error: unknown) => {
    if ((error as Partial<Error>).name !== 'UserAlreadyAuthenticatedException') throw error;
    await within(SHORT_MS, endSession());
    return within(SIGN_IN_MS, signInWithPassword(credentials));
  });
}

export async function signIn(email: string, password: string): Promise<SignInResult> {
  const { nextStep } = await enter({ username: email, password });
  if (nextStep.signInStep === 'CONFIRM_SIGN_UP') return { next: 'confirm' };
  if (nextStep.signInStep === 'RESET_PASSWORD') return { next: 'reset' };
  const shopper = await currentShopper();
  if (!shopper) throw new Error(`sign-in stopped at ${nextStep.signInStep}`);
  return { next: 'done', shopper };
}

export async function signUp(email: string, password: string): Promise<void> {
  await within(FORM_MS, register({ username: email, password, options: { userAttributes: { email } } }));
}

/** Confirms an account. An account that is already confirmed counts as success, since an earlier response may be lost. */
export async function confirm(email: string, code: string): Promise<void> {
  await within(FORM_MS, confirmSignUp({ username: email, confirmationCode: code })).catch(
    (error: unknown) => {
      if ((error as Partial<Error>).name !== 'NotAuthorizedException') throw error;
    },
  );
}

/** The account needs no code. */
export class AlreadyConfirmedError extends Error {
  override name = 'AlreadyConfirmedError';
}

/** @throws AlreadyConfirmedError if the account is confirmed. */
export async function resendCode(email: string): Promise<void> {
  await within(FORM_MS, resendSignUpCode({ username: email })).catch((error: unknown) => {
    const confirmed = (error as Partial<Error>).name === 'InvalidParameterException';
    throw confirmed ? new AlreadyConfirmedError() : error;
  });
}

export async function requestReset(email: string): Promise<void> {
  await within(FORM_MS, resetPassword({ username: email }));
}

export async function finishReset(email: string, code: string, newPassword: string): Promise<void> {
  await within(FORM_MS, confirmResetPassword({ username: email, confirmationCode: code, newPassword }));
}

function forgetTokens(): void {
  try {
    for (const key of Object.keys(localStorage))
      if (key.startsWith(tokenPrefix(userPoolClientId))) localStorage.removeItem(key);
  } catch {
    // Storage is blocked: Amplify keeps the tokens in memory.
  }
}

/** Ends the sessions of all devices. Never fails: without an answer from Cognito it ends the session here. */
export async function signOut(): Promise<void> {
  await within(SHORT_MS, endSession({ global: true })).catch(forgetTokens);
}
