import { useState } from 'react';

const KEY = 'bookstore.pending';

interface Pending {
  step: string;
  email: string;
}

function read(step: string): string | null {
  try {
    const pending = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Pending | null;
    return pending?.step === step && typeof pending.email === 'string' ? pending.email : null;
  } catch {
    return null;
  }
}

function write(pending: Pending | null): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(pending));
  } catch {
    // Site data is blocked: the step lasts as long as the page.
  }
}

/**
 * The address that waits for a code, so that a reload shows the same step again. The password is not kept.
 *
 * @param step names the form: sign-up, sign-in or forgot.
 */
export function usePendingEmail(step: string): [string | null, (email: string | null) => void] {
  const [email, setEmail] = useState(() => read(step));
  const change = (value: string | null) => {
    write(value === null ? null : { step, email: value });
    setEmail(value);
  };
  return [email, change];
}
