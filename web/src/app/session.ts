import type { CognitoConfig } from '../config';
import { signedIn, signedOut } from '../lib/session';
import type { Store } from './store';

/** Amplify's own mark in localStorage: without it nobody is signed in, and Amplify need not be loaded to know. */
function mayBeSignedIn({ userPoolClientId }: CognitoConfig): boolean {
  try {
    return localStorage.getItem(`CognitoIdentityServiceProvider.${userPoolClientId}.LastAuthUser`) !== null;
  } catch {
    return false;
  }
}

/** The identity feature with the shop's user pool; loaded when someone signs in or has done so before. */
export function identityLoader(cognito: CognitoConfig) {
  let loading: Promise<typeof import('../features/account/identity')> | null = null;
  return () => {
    loading ??= import('../features/account/identity').then((identity) => {
      identity.configureIdentity(cognito);
      return identity;
    });
    return loading;
  };
}

export type IdentityLoader = ReturnType<typeof identityLoader>;

/** Finds out who is here. A sign-in that cannot be checked, since Cognito is away, counts as none for now. */
export async function startSession(
  store: Store,
  cognito: CognitoConfig,
  load: IdentityLoader,
): Promise<void> {
  const shopper = mayBeSignedIn(cognito)
    ? await load()
        .then(({ currentShopper }) => currentShopper())
        .catch(() => null)
    : null;
  store.dispatch(shopper ? signedIn(shopper) : signedOut());
}

export function tokenSource(cognito: CognitoConfig, load: IdentityLoader): () => Promise<string | null> {
  return async () => (mayBeSignedIn(cognito) ? (await load()).idToken() : null);
}
