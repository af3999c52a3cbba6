import { createSlice, type Dispatch, type PayloadAction } from '@reduxjs/toolkit';
import { useSelector } from 'react-redux';
import { api } from '../api/client';
import { forget } from './storage';

export interface Shopper {
  /** Cognito's `sub`. */
  id: string;
  email: string;
}

/** `starting`: a stored session is being checked, so the cart's owner is not known yet. */
export type Session = { status: 'starting' } | { status: 'guest' } | { status: 'shopper'; shopper: Shopper };

const slice = createSlice({
  name: 'session',
  initialState: { status: 'starting' } as Session,
  reducers: {
    signedIn: (_state, { payload }: PayloadAction<Shopper>): Session => ({
      status: 'shopper',
      shopper: payload,
    }),
    signedOut: (): Session => ({ status: 'guest' }),
  },
});

export const { signedIn, signedOut } = slice.actions;
export const sessionReducer = slice.reducer;

/** Names of Amplify's entries in localStorage start with this. */
export function tokenPrefix(userPoolClientId: string): string {
  return `CognitoIdentityServiceProvider.${userPoolClientId}.`;
}

/** Ends the session in this tab and removes the shopper's data from memory. */
export function leave(dispatch: Dispatch): void {
  for (const key of PERSONAL_KEYS) forget(key);
  dispatch(signedOut());
  dispatch(api.util.resetApiState());
}

/** Entries of the browser's storage that belong to the shopper. */
const PERSONAL_KEYS = ['bookstore.address', 'bookstore.searches'];

export interface SessionRoot {
  session: Session;
}

export function useSession(): Session {
  return useSelector((state: SessionRoot) => state.session);
}
