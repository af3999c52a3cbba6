import { useTranslation } from 'react-i18next';
import { useDispatch } from 'react-redux';
import { Link, useLocation, useNavigate } from 'react-router';
import { Page } from '../../components/Page';
import { signedIn } from '../../lib/session';
import { AccountForm, CodeField, EmailField, PasswordField } from './AccountForm';
import { CodeHelp } from './CodeHelp';
import { finishReset, requestReset, signIn } from './identity';
import { useAccountForm } from './useAccountForm';
import { usePendingEmail } from './usePendingEmail';

export default function ForgotPage({ knownCode = null }: { knownCode?: string | null }) {
  const { t } = useTranslation();
  const dispatch = useDispatch();
  const navigate = useNavigate();
  const { search, state } = useLocation();
  const known = (state as { email?: string } | null)?.email ?? '';
  const form = useAccountForm({ email: known, code: '', password: '' });
  const [pending, setPending] = usePendingEmail('forgot');

  const sendCode = async () => {
    const email = form.values.email.trim();
    await requestReset(email);
    setPending(email);
  };
  const reset = async (email: string) => {
    await finishReset(email, form.values.code, form.values.password);
    // The code is used up: a failed sign-in is repeated on its own page.
    const result = await signIn(email, form.values.password).catch(() => null);
    setPending(null);
    if (result?.next === 'done') dispatch(signedIn(result.shopper));
    else navigate(`/sign-in${search}`, { replace: true, state: { email } });
  };

  return (
    <Page key={String(pending !== null)} title={t('account.forgotTitle')} className="account-page">
      <p className="lead">
        {pending === null ? t('account.forgotText') : t('account.resetText', { email: pending })}
      </p>
      {pending === null ? (
        <AccountForm form={form} action={t('account.sendCode')} onSubmit={sendCode}>
          <EmailField {...form.field('email')} />
        </AccountForm>
      ) : (
        <>
          <AccountForm form={form} action={t('account.reset')} onSubmit={() => reset(pending)}>
            <CodeField {...form.field('code')} />
            <PasswordField {...form.field('password')} isNew />
          </AccountForm>
          <CodeHelp form={form} send={() => requestReset(pending)} knownCode={knownCode} />
          <p className="account-other">
            <button type="button" className="link-button" onClick={() => setPending(null)}>
              {t('account.otherEmail')}
            </button>
          </p>
        </>
      )}
      <p className="account-other">
        <Link to={`/sign-in${search}`}>{t('account.signIn')}</Link>
      </p>
    </Page>
  );
}
