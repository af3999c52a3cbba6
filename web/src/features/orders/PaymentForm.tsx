import Form from 'react-bootstrap/Form';
import { useTranslation } from 'react-i18next';

/**
 * A card form for demonstration. Its fields have no names and no state, so their values are neither read nor
 * sent. They are filled in, so that shoppers do not enter a real card.
 */
export function PaymentForm() {
  const { t } = useTranslation();
  return (
    <fieldset className="payment">
      <legend>{t('checkout.payment')}</legend>
      <p className="alert alert-warning">
        <strong>{t('checkout.demo.title')}</strong> {t('checkout.demo.text')}
      </p>
      <div className="demo-card">
        <span className="demo-card-brand" aria-hidden="true">
          {t('checkout.demo.card')}
        </span>
        <Form.Group controlId="card-number" className="demo-card-number">
          <Form.Label>{t('checkout.cardNumber')}</Form.Label>
          <Form.Control
            defaultValue="0000 0000 0000 0000"
            inputMode="numeric"
            autoComplete="off"
            maxLength={19}
          />
        </Form.Group>
        <Form.Group controlId="card-expiry">
          <Form.Label>{t('checkout.cardExpiry')}</Form.Label>
          <Form.Control defaultValue="12/34" inputMode="numeric" autoComplete="off" maxLength={5} />
        </Form.Group>
        <Form.Group controlId="card-code">
          <Form.Label>{t('checkout.cardCode')}</Form.Label>
          <Form.Control defaultValue="000" inputMode="numeric" autoComplete="off" maxLength={4} />
        </Form.Group>
      </div>
    </fieldset>
  );
}
