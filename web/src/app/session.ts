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

const identity = () => import('../features/account/identity');

/** Finds out who is here. A sign-in that cannot be checked, since Cognito is away, counts as none for now. */
export async function startSession(store: Store, cognito: CognitoConfig): Promise<void> {
  const shopper = mayBeSignedIn(cognito)
    ? await identity()
        .then(({ currentShopper }) => currentShopper())
        .catch(() => null)
    : null;
  store.dispatch(shopper ? signedIn(shopper) : signedOut());
}

export function tokenSource(cognito: CognitoConfig): () => Promise<string | null> {
  return async () => (mayBeSignedIn(cognito) ? (await identity()).idToken() : null);
}
