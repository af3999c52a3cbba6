import type { CognitoConfig } from '../config';
import { loadChunk } from '../lib/chunks';
import { leave, type Session, signedIn, signedOut, tokenPrefix } from '../lib/session';
import type { Store } from './store';

/** Amplify's entry in localStorage while a shopper is signed in. */
function userKey({ userPoolClientId }: CognitoConfig): string {
  return `${tokenPrefix(userPoolClientId)}LastAuthUser`;
}

/** Whether Amplify has to be loaded to find out who is signed in. */
function mayBeSignedIn(cognito: CognitoConfig): boolean {
  try {
    return localStorage.getItem(userKey(cognito)) !== null;
  } catch {
    return false;
  }
}

const identity = () => loadChunk(() => import('../features/account/identity'));

async function checkSession(store: Store, cognito: CognitoConfig): Promise<void> {
  // If Cognito does not answer, the shopper counts as a guest until the next page load.
  const shopper = mayBeSignedIn(cognito)
    ? await identity()
        .then(({ currentShopper }) => currentShopper())
        .catch(() => null)
    : null;
  store.dispatch(shopper ? signedIn(shopper) : signedOut());
}

/** Restores the session, also of a page from the browser's back/forward cache, and follows sign-in and sign-out in other tabs. */
export async function startSession(store: Store, cognito: CognitoConfig): Promise<void> {
  window.addEventListener('storage', ({ key, newValue }) => {
    const signedOutElsewhere = key === null || (key === userKey(cognito) && newValue === null);
    if (signedOutElsewhere && store.getState().session.status === 'shopper') leave(store.dispatch);
    else if (key === userKey(cognito) && newValue !== null) void checkSession(store, cognito);
  });
  // The page missed the events of the time in that cache: its memory has an ended session and an old guest's cart.
  window.addEventListener('pageshow', (event) => event.persisted && location.reload());
  await checkSession(store, cognito);
}

/**
 * The shopper's id token. Depends on the session in memory, since localStorage may be blocked while Amplify keeps
 * the tokens of a signed-in shopper in memory.
 */
export function tokenSource(session: () => Session): () => Promise<string | null> {
  return async () => (session().status === 'shopper' ? (await identity()).idToken() : null);
}
