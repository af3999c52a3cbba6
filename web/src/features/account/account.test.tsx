import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { Route, Routes } from 'react-router';
import { beforeEach, expect, it, vi } from 'vitest';
import { renderPage, SHOPPER } from '../../../test/render';
import { API, answer, problem, server } from '../../../test/server';
import { safePath } from '../../lib/useNext';
import { AccountLink } from './AccountLink';
import AccountPage from './AccountPage';
import * as files from './download';
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
  signOut: vi.fn(async () => undefined),
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

it('reset without a sign-in leads to the sign-in page with the address', async () => {
  vi.mocked(identity.signIn).mockRejectedValueOnce(named('TimeoutError'));
  vi.mocked(identity.finishReset).mockClear();
  renderPage(
    <Routes>
      <Route path="/forgot" element={<ForgotPage />} />
      <Route path="/sign-in" element={<SignInPage />} />
    </Routes>,
    { at: '/forgot' },
  );
  await fill({ 'E-mail': SHOPPER.email });
  await userEvent.click(screen.getByRole('button', { name: 'Send the code' }));
  await screen.findByLabelText('Code from the e-mail');
  await fill({ 'Code from the e-mail': '123456', 'New password': PASSWORD });
  await userEvent.click(screen.getByRole('button', { name: 'Set password and sign in' }));
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeTruthy();
  expect(screen.getByLabelText('E-mail')).toHaveProperty('value', SHOPPER.email);
  expect(identity.finishReset).toHaveBeenCalledOnce();
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

it('password that Cognito does not accept is named', async () => {
  vi.mocked(identity.signUp).mockRejectedValueOnce(named('InvalidParameterException'));
  renderPage(<SignUpPage />);
  await fill({ 'E-mail': SHOPPER.email, 'New password': `${PASSWORD} ` });
  await userEvent.click(screen.getByRole('button', { name: 'Create an account' }));
  expect((await screen.findByRole('alert')).textContent).toContain('begin or end with a space');
});

const DONE = () => new HttpResponse(null, { status: 204, headers: { 'x-region': 'eu-west-1' } });
const EXPORT = { customerId: SHOPPER.id, email: SHOPPER.email, cart: [] };

/** The address of the page that was opened instead. */
const address = async () => (await screen.findByText('another page')).dataset.address;

/** Answers a path of the account and returns the methods of the requests. */
function recorded(path: string, reply: () => Response = DONE): string[] {
  const seen: string[] = [];
  server.use(
    http.all(API + path, ({ request }) => {
      seen.push(request.method);
      return reply();
    }),
  );
  return seen;
}

it('sign-out ends the sign-ins of all devices', async () => {
  const sent = recorded('/account/sign-out');
  const { store } = renderPage(<AccountPage />, { as: 'shopper', at: '/account', path: '/account' });
  await userEvent.click(screen.getByRole('button', { name: 'Sign out' }));
  expect(await address()).toBe('/');
  expect(sent).toEqual(['PUT']);
  expect(identity.signOut).toHaveBeenCalled();
  expect(store.getState().session.status).toBe('guest');
});

it('sign-out without an answer still signs out here', async () => {
  recorded('/account/sign-out', () => HttpResponse.error() as Response);
  const { store } = renderPage(<AccountPage />, { as: 'shopper', at: '/account', path: '/account' });
  await userEvent.click(screen.getByRole('button', { name: 'Sign out' }));
  expect(await address()).toBe('/');
  expect(store.getState().session.status).toBe('guest');
});

it('export saves the orders of all pages', async () => {
  const saved = vi.spyOn(files, 'download').mockReturnValue();
  server.use(
    http.get(`${API}/account/export`, ({ request }) =>
      new URL(request.url).searchParams.get('cursor')
        ? answer({ ...EXPORT, orders: ['second'], nextCursor: null })
        : answer({ ...EXPORT, orders: ['first'], nextCursor: 'more' }),
    ),
  );
  renderPage(<AccountPage />, { as: 'shopper', at: '/account', path: '/account' });
  await userEvent.click(screen.getByRole('button', { name: 'Export my data' }));
  await vi.waitFor(() =>
    expect(saved).toHaveBeenCalledWith('bookstore-account.json', { ...EXPORT, orders: ['first', 'second'] }),
  );
});

it('deletion asks once more, then leaves the account', async () => {
  const sent = recorded('/account');
  const { store } = renderPage(<AccountPage />, { as: 'shopper', at: '/account', path: '/account' });
  await userEvent.click(screen.getByRole('button', { name: 'Delete my account' }));
  await userEvent.click(screen.getByRole('button', { name: 'Keep my account' }));
  await userEvent.click(screen.getByRole('button', { name: 'Delete my account' }));
  expect(sent).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Delete for good' }));
  expect(await address()).toBe('/');
  expect(sent).toEqual(['DELETE']);
  expect(store.getState().session.status).toBe('guest');
});

it.each([
  ['/account', ['Delete my account', 'Delete for good']],
  ['/account/sign-out', ['Sign out']],
])('%s does not repeat an export with the ended token', async (path, buttons) => {
  vi.spyOn(files, 'download').mockReturnValue();
  const exports = recorded('/account/export', () => answer({ ...EXPORT, orders: [], nextCursor: null }));
  recorded(path);
  vi.mocked(identity.signOut).mockImplementationOnce(() => new Promise((done) => setTimeout(done, 50)));
  renderPage(<AccountPage />, { as: 'shopper', at: '/account', path: '/account' });
  for (const button of ['Export my data', ...buttons])
    await userEvent.click(await screen.findByRole('button', { name: button }));
  expect(await screen.findByText('another page')).toBeTruthy();
  expect(exports).toEqual(['GET']);
});

it('failed deletion keeps the shopper signed in', async () => {
  recorded('/account', () => problem(503, 'unavailable'));
  const { store } = renderPage(<AccountPage />, { as: 'shopper', at: '/account', path: '/account' });
  await userEvent.click(screen.getByRole('button', { name: 'Delete my account' }));
  await userEvent.click(screen.getByRole('button', { name: 'Delete for good' }));
  expect(await screen.findByRole('alert')).toBeTruthy();
  expect(store.getState().session.status).toBe('shopper');
});

async function signUpAgain() {
  vi.mocked(identity.signUp).mockRejectedValueOnce(named('UsernameExistsException'));
  await fill({ 'E-mail': SHOPPER.email, 'New password': PASSWORD });
  await userEvent.click(screen.getByRole('button', { name: 'Create an account' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Send the code again' }));
}

it('sign-up of an unconfirmed account sends the code again', async () => {
  const { store } = renderPage(<SignUpPage />);
  await signUpAgain();
  expect(identity.resendCode).toHaveBeenCalledWith(SHOPPER.email);
  await userEvent.type(await screen.findByLabelText('Code from the e-mail'), '123456');
  await userEvent.click(screen.getByRole('button', { name: 'Confirm' }));
  expect(store.getState().session).toEqual({ status: 'shopper', shopper: SHOPPER });
});

it('another person’s password leads to a new one', async () => {
  vi.mocked(identity.signIn).mockRejectedValueOnce(named('NotAuthorizedException'));
  renderPage(<SignUpPage />, { at: '/sign-up', path: '/sign-up' });
  await signUpAgain();
  await userEvent.type(await screen.findByLabelText('Code from the e-mail'), '123456');
  await userEvent.click(screen.getByRole('button', { name: 'Confirm' }));
  expect(await screen.findByText('another page')).toBeTruthy();
});

it('sign-up of a confirmed account says so', async () => {
  vi.mocked(identity.resendCode).mockRejectedValueOnce(named('AlreadyConfirmedError'));
  renderPage(<SignUpPage />);
  await signUpAgain();
  expect((await screen.findByRole('alert')).textContent).toContain('confirmed already');
});

it('guest is sent to the sign-in page and back to the account', async () => {
  renderPage(<AccountPage />, { at: '/account', path: '/account' });
  expect(await address()).toBe('/sign-in?next=%2Faccount');
});

it('sign-in after an ended session leads back to the account', async () => {
  recorded('/account/export', () => problem(401, 'unauthorized'));
  renderPage(<AccountPage />, { as: 'shopper', at: '/account', path: '/account' });
  await userEvent.click(screen.getByRole('button', { name: 'Export my data' }));
  await userEvent.click(await screen.findByRole('link', { name: 'Sign in' }));
  expect(await address()).toBe('/sign-in?next=%2Faccount');
});

it('link to the sign-in page keeps the search', () => {
  renderPage(<AccountLink />, { at: '/search?q=solaris&page=2' });
  const next = new URL(screen.getByRole<HTMLAnchorElement>('link').href).searchParams.get('next');
  expect(safePath(next ?? '')).toBe('/search?q=solaris&page=2');
});

it.each([
  ['/sign-up?next=%2Fcheckout', '/checkout'],
  ['/account', null],
])('link to the sign-in page at %s leads to %s', (at, next) => {
  renderPage(<AccountLink />, { at });
  const { pathname, searchParams } = new URL(screen.getByRole<HTMLAnchorElement>('link').href);
  expect([pathname, searchParams.get('next')]).toEqual(['/sign-in', next]);
});

it('running deletion cannot be taken back, and its question has the focus', async () => {
  let finish = () => {};
  server.use(
    http.delete(`${API}/account`, async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return DONE();
    }),
  );
  renderPage(<AccountPage />, { as: 'shopper', at: '/account', path: '/account' });
  await userEvent.click(screen.getByRole('button', { name: 'Delete my account' }));
  expect(document.activeElement?.textContent).toContain('cannot be undone');
  await userEvent.click(screen.getByRole('button', { name: 'Delete for good' }));
  await userEvent.click(screen.getByRole('button', { name: 'Keep my account' }));
  expect(screen.queryByRole('button', { name: 'Delete my account' })).toBeNull();
  finish();
  expect(await address()).toBe('/');
});
