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
import type { Shopper } from '../../lib/session';

// Everything that needs Amplify. Whoever imports this file pays for 31 KiB, so import it late; by then config.json is there.
const { userPoolId, userPoolClientId, endpoint } = loadedConfig().cognito;
Amplify.configure({
  Auth: { Cognito: { userPoolId, userPoolClientId, userPoolEndpoint: endpoint, loginWith: { email: true } } },
});

/** The id token, renewed when it has ended; null when nobody is signed in or the sign-in has ended. */
export async function idToken(): Promise<string | null> {
  const { tokens } = await fetchAuthSession();
  return tokens?.idToken?.toString() ?? null;
}

export async function currentShopper(): Promise<Shopper | null> {
  const { tokens } = await fetchAuthSession();
  const claims = tokens?.idToken?.payload;
  return claims?.sub ? { id: claims.sub, email: String(claims.email ?? '') } : null;
}

/** What is left to do before someone is signed in. */
export type SignInResult = { next: 'done'; shopper: Shopper } | { next: 'confirm' } | { next: 'reset' };

/** Whoever gives a password is believed, and not a sign-in of before that could not be checked or is no longer taken. */
async function enter(credentials: SignInInput): Promise<SignInOutput> {
  return signInWithPassword(credentials).catch(async (error: unknown) => {
    if ((error as Partial<Error>).name !== 'UserAlreadyAuthenticatedException') throw error;
    await endSession();
    return signInWithPassword(credentials);
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
  await register({ username: email, password, options: { userAttributes: { email } } });
}

/** Cognito refuses what is confirmed already, as after an answer that was lost: then there is nothing left to do. */
export async function confirm(email: string, code: string): Promise<void> {
  await confirmSignUp({ username: email, confirmationCode: code }).catch((error: unknown) => {
    if ((error as Partial<Error>).name !== 'NotAuthorizedException') throw error;
  });
}

export async function resendCode(email: string): Promise<void> {
  await resendSignUpCode({ username: email });
}

export async function requestReset(email: string): Promise<void> {
  await resetPassword({ username: email });
}

export async function finishReset(email: string, code: string, newPassword: string): Promise<void> {
  await confirmResetPassword({ username: email, confirmationCode: code, newPassword });
}

export async function signOut(): Promise<void> {
  await endSession();
}
