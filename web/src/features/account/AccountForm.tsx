import type { FormEvent, ReactNode } from 'react';
import Alert from 'react-bootstrap/Alert';
import Button from 'react-bootstrap/Button';
import Form from 'react-bootstrap/Form';
import { useTranslation } from 'react-i18next';
import type { Submit } from './useSubmit';

interface AccountFormProps {
  submit: Submit;
  action: string;
  onSubmit: () => Promise<void>;
  children: ReactNode;
}

/** A step of signing in or up: fields, what went wrong, one button. */
export function AccountForm({ submit, action, onSubmit, children }: AccountFormProps) {
  const { t } = useTranslation();
  const handle = (event: FormEvent) => {
    event.preventDefault();
    submit.run(onSubmit);
  };
  return (
    <Form onSubmit={handle} className="account-form">
      {submit.advice && (
        <Alert variant="danger" transition={false}>
          {t(`account.problem.${submit.advice}`)}
        </Alert>
      )}
      {children}
      <Button type="submit" size="lg" disabled={submit.busy}>
        {submit.busy ? t('common.wait') : action}
      </Button>
    </Form>
  );
}

interface FieldProps {
  value: string;
  onChange: (value: string) => void;
}

export function EmailField({ value, onChange }: FieldProps) {
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

export function PasswordField({ value, onChange, isNew = false }: FieldProps & { isNew?: boolean }) {
  const { t } = useTranslation();
  return (
    <Form.Group controlId="password">
      <Form.Label>{t(isNew ? 'account.newPassword' : 'account.password')}</Form.Label>
      <Form.Control
        type="password"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoComplete={isNew ? 'new-password' : 'current-password'}
        minLength={isNew ? 12 : undefined}
        aria-describedby={isNew ? 'password-rules' : undefined}
        required
      />
      {isNew && <Form.Text id="password-rules">{t('account.passwordRules')}</Form.Text>}
    </Form.Group>
  );
}

export function CodeField({ value, onChange }: FieldProps) {
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
