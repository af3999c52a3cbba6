import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { renderPage, SHOPPER } from '../../../test/render';
import ForgotPage from './ForgotPage';
import * as identity from './identity';
import SignInPage from './SignInPage';
import SignUpPage from './SignUpPage';
import { adviceFor } from './useAccountForm';

vi.mock('./identity', () => ({
  signIn: vi.fn(),
  signUp: vi.fn(async () => undefined),
  confirm: vi.fn(async () => undefined),
  resendCode: vi.fn(async () => undefined),
  requestReset: vi.fn(async () => undefined),
  finishReset: vi.fn(async () => undefined),
}));

const named = (name: string) => Object.assign(new Error(name), { name });
const PASSWORD = 'Correct-horse-7';

beforeEach(() => {
  vi.mocked(identity.signIn).mockResolvedValue({ next: 'done', shopper: SHOPPER });
});

async function fill(values: Record<string, string>) {
  for (const [label, value] of Object.entries(values))
    await userEvent.type(screen.getByLabelText(label), value);
}

it('sign-in sets the shopper', async () => {
  const { store } = renderPage(<SignInPage />);
  await fill({ 'E-mail': SHOPPER.email, Password: PASSWORD });
  await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  expect(store.getState().session).toEqual({ status: 'shopper', shopper: SHOPPER });
});

it('failed sign-in keeps the fields and says why', async () => {
  vi.mocked(identity.signIn).mockRejectedValue(named('NotAuthorizedException'));
  const { store } = renderPage(<SignInPage />);
  await fill({ 'E-mail': SHOPPER.email, Password: 'wrong' });
  await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  expect((await screen.findByRole('alert')).textContent).toContain('do not go together');
  expect((screen.getByLabelText('E-mail') as HTMLInputElement).value).toBe(SHOPPER.email);
  expect(store.getState().session.status).toBe('guest');
});

it('unconfirmed account asks for the code', async () => {
  vi.mocked(identity.signIn).mockResolvedValueOnce({ next: 'confirm' });
  const { store } = renderPage(<SignInPage />);
  await fill({ 'E-mail': SHOPPER.email, Password: PASSWORD });
  await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  await userEvent.type(await screen.findByLabelText('Code from the e-mail'), '123456');
  await userEvent.click(screen.getByRole('button', { name: 'Confirm' }));
  expect(identity.confirm).toHaveBeenCalledWith(SHOPPER.email, '123456');
  expect(store.getState().session.status).toBe('shopper');
});

it('sign-up refuses a wrong code, then accepts', async () => {
  vi.mocked(identity.confirm).mockRejectedValueOnce(named('CodeMismatchException')).mockResolvedValue();
  const { store } = renderPage(<SignUpPage />);
  await fill({ 'E-mail': SHOPPER.email, 'New password': PASSWORD });
  await userEvent.click(screen.getByRole('button', { name: 'Create an account' }));
  await userEvent.type(await screen.findByLabelText('Code from the e-mail'), '000000');
  await userEvent.click(screen.getByRole('button', { name: 'Confirm' }));
  expect((await screen.findByRole('alert')).textContent).toContain('not the code we sent');
  expect(store.getState().session.status).toBe('guest');
  await userEvent.click(screen.getByRole('button', { name: 'Confirm' }));
  expect(store.getState().session.status).toBe('shopper');
  expect(identity.signUp).toHaveBeenCalledWith(SHOPPER.email, PASSWORD);
});

it('reset sets a password and signs in', async () => {
  const { store } = renderPage(<ForgotPage />);
  await fill({ 'E-mail': SHOPPER.email });
  await userEvent.click(screen.getByRole('button', { name: 'Send the code' }));
  await screen.findByLabelText('Code from the e-mail');
  await fill({ 'Code from the e-mail': '123456', 'New password': PASSWORD });
  await userEvent.click(screen.getByRole('button', { name: 'Set password and sign in' }));
  expect(identity.finishReset).toHaveBeenCalledWith(SHOPPER.email, '123456', PASSWORD);
  expect(store.getState().session.status).toBe('shopper');
});

it('expired code can be sent again', async () => {
  vi.mocked(identity.finishReset).mockRejectedValueOnce(named('ExpiredCodeException'));
  renderPage(<ForgotPage />);
  await fill({ 'E-mail': SHOPPER.email });
  await userEvent.click(screen.getByRole('button', { name: 'Send the code' }));
  await screen.findByLabelText('Code from the e-mail');
  await fill({ 'Code from the e-mail': '000000', 'New password': PASSWORD });
  await userEvent.click(screen.getByRole('button', { name: 'Set password and sign in' }));
  expect((await screen.findByRole('alert')).textContent).toContain('expired');
  vi.mocked(identity.requestReset).mockClear();
  await userEvent.click(screen.getByRole('button', { name: 'Send the code again' }));
  expect(identity.requestReset).toHaveBeenCalledWith(SHOPPER.email);
  expect(await screen.findByText('Sent.')).toBeTruthy();
  expect((screen.getByLabelText('New password') as HTMLInputElement).value).toBe(PASSWORD);
});

it('unknown address and wrong password look the same', () => {
  expect(adviceFor(named('UserNotFoundException'))).toBe(adviceFor(named('NotAuthorizedException')));
});
