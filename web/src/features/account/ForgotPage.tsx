import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDispatch } from 'react-redux';
import { Link, useLocation, useNavigate } from 'react-router';
import { Page } from '../../components/Page';
import { signedIn } from '../../lib/session';
import { AccountForm, CodeField, EmailField, PasswordField } from './AccountForm';
import { finishReset, requestReset, signIn } from './identity';
import { Resend } from './Resend';
import { useSubmit } from './useSubmit';

export default function ForgotPage() {
  const { t } = useTranslation();
  const dispatch = useDispatch();
  const navigate = useNavigate();
  const { search } = useLocation();
  const submit = useSubmit();
  const [email, setEmail] = useState('');
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const [codeSent, setCodeSent] = useState(false);

  const ask = async () => {
    await requestReset(email.trim());
    setCodeSent(true);
  };
  const reset = async () => {
    await finishReset(email.trim(), code, password);
    const result = await signIn(email.trim(), password);
    if (result.next === 'done') dispatch(signedIn(result.shopper));
    else navigate(`/sign-in${search}`, { replace: true });
  };

  return (
    <Page key={String(codeSent)} title={t('account.forgotTitle')} className="account-page">
      <p className="lead">{codeSent ? t('account.resetText', { email }) : t('account.forgotText')}</p>
      {codeSent ? (
        <AccountForm submit={submit} action={t('account.reset')} onSubmit={reset}>
          <CodeField value={code} onChange={setCode} />
          <PasswordField value={password} onChange={setPassword} isNew />
        </AccountForm>
      ) : (
        <AccountForm submit={submit} action={t('account.sendCode')} onSubmit={ask}>
          <EmailField value={email} onChange={setEmail} />
        </AccountForm>
      )}
      {codeSent && <Resend submit={submit} send={() => requestReset(email.trim())} />}
      <p className="account-other">
        <Link to={`/sign-in${search}`}>{t('account.signIn')}</Link>
      </p>
    </Page>
  );
}
