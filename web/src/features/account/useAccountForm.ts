import { useState } from 'react';

/** Text keys by the name of Cognito's exception, for failures that the shopper can correct. */
const ADVICE = {
  NotAuthorizedException: 'credentials',
  UserNotFoundException: 'credentials',
  EmptySignInPassword: 'credentials',
  UsernameExistsException: 'exists',
  AlreadyConfirmedError: 'confirmed',
  InvalidPasswordException: 'password',
  InvalidParameterException: 'invalid',
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

export interface FormState {
  busy: boolean;
  /** Text key of the last failure; null after a success. */
  advice: AuthAdvice | null;
  /** Runs one step. A failure becomes advice, and the fields keep their values. */
  run: (step: () => Promise<void>) => Promise<void>;
}

export interface FieldState {
  value: string;
  onChange: (value: string) => void;
}

export interface AccountFormState<Name extends string> extends FormState {
  values: Record<Name, string>;
  field: (name: Name) => FieldState;
}

/** State of a form of the account pages: values by field, and the step that is running. */
export function useAccountForm<Name extends string = never>(
  initial: Record<Name, string>,
): AccountFormState<Name> {
  const [values, setValues] = useState(initial);
  const [busy, setBusy] = useState(false);
  const [advice, setAdvice] = useState<AuthAdvice | null>(null);
  const run = async (step: () => Promise<void>) => {
    setBusy(true);
    setAdvice(null);
    await step().catch((error: unknown) => setAdvice(adviceFor(error)));
    setBusy(false);
  };
  const field = (name: Name) => ({
    value: values[name],
    onChange: (value: string) => setValues((before) => ({ ...before, [name]: value })),
  });
  return { values, field, busy, advice, run };
}
