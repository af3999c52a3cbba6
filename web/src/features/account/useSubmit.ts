import { useState } from 'react';

/** Failures of Cognito that a shopper can do something about, by the name of its exception. */
const ADVICE = {
  NotAuthorizedException: 'credentials',
  UserNotFoundException: 'credentials',
  EmptySignInPassword: 'credentials',
  UsernameExistsException: 'exists',
  InvalidPasswordException: 'password',
  CodeMismatchException: 'code',
  ExpiredCodeException: 'expired',
  LimitExceededException: 'limit',
  TooManyRequestsException: 'limit',
  TooManyFailedAttemptsException: 'limit',
} as const;

export type AuthAdvice = (typeof ADVICE)[keyof typeof ADVICE] | 'away';

export function adviceFor(error: unknown): AuthAdvice {
  const name = (error as Partial<Error> | null)?.name ?? '';
  return ADVICE[name as keyof typeof ADVICE] ?? 'away';
}

export interface Submit {
  busy: boolean;
  advice: AuthAdvice | null;
  /** Runs one step of signing in or up; a failure becomes advice and leaves what was typed alone. */
  run: (step: () => Promise<void>) => Promise<void>;
}

export function useSubmit(): Submit {
  const [busy, setBusy] = useState(false);
  const [advice, setAdvice] = useState<AuthAdvice | null>(null);
  const run = async (step: () => Promise<void>) => {
    setBusy(true);
    setAdvice(null);
    await step().catch((error: unknown) => setAdvice(adviceFor(error)));
    setBusy(false);
  };
  return { busy, advice, run };
}
