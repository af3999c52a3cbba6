import { type FormEvent, type ReactNode, useState } from 'react';
import Alert from 'react-bootstrap/Alert';
import Button from 'react-bootstrap/Button';
import Form from 'react-bootstrap/Form';
import { useTranslation } from 'react-i18next';
import type { FieldState, FormState } from './useAccountForm';

interface AccountFormProps {
  form: FormState;
  action: string;
  onSubmit: () => Promise<void>;
  children: ReactNode;
}

/** One step of signing in or up: fields, the last failure, one button. */
export function AccountForm({ form, action, onSubmit, children }: AccountFormProps) {
  const { t } = useTranslation();
  const handle = (event: FormEvent) => {
    event.preventDefault();
    if (!form.busy) form.run(onSubmit);
  };
  return (
    <Form onSubmit={handle} className="account-form">
      {form.advice && (
        <Alert variant="danger" transition={false}>
          {t(`account.problem.${form.advice}`)}
        </Alert>
      )}
      {children}
      <Button type="submit" size="lg" aria-disabled={form.busy}>
        {form.busy ? t('common.wait') : action}
      </Button>
    </Form>
  );
}

export function EmailField({ value, onChange }: FieldState) {
  const { t } = useTranslation();
  return (
    <Form.Group controlId="email">
      <Form.Label>{t('account.email')}</Form.Label>
      <Form.Control
        type="email"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoComplete="email"
        required
      />
    </Form.Group>
  );
}

export function PasswordField({ value, onChange, isNew = false }: FieldState & { isNew?: boolean }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <Form.Group controlId="password">
      <Form.Label>{t(isNew ? 'account.newPassword' : 'account.password')}</Form.Label>
      <div className="password">
        <Form.Control
          type={shown ? 'text' : 'password'}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          autoComplete={isNew ? 'new-password' : 'current-password'}
          autoCapitalize="none"
          spellCheck={false}
          minLength={isNew ? 12 : undefined}
          aria-describedby={isNew ? 'password-rules' : undefined}
          required
        />
        <button
          type="button"
          className="link-button"
          aria-pressed={shown}
          aria-label={t('account.showPassword')}
          onClick={() => setShown(!shown)}
        >
          {t(shown ? 'account.hide' : 'account.show')}
        </button>
      </div>
      {isNew && <Form.Text id="password-rules">{t('account.passwordRules')}</Form.Text>}
    </Form.Group>
  );
}

export function CodeField({ value, onChange }: FieldState) {
  const { t } = useTranslation();
  return (
    <Form.Group controlId="code">
      <Form.Label>{t('account.code')}</Form.Label>
      <Form.Control
        value={value}
        onChange={(event) => onChange(event.target.value.trim())}
        inputMode="numeric"
        autoComplete="one-time-code"
        required
      />
    </Form.Group>
  );
}
