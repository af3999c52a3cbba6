import Form from 'react-bootstrap/Form';
import { useTranslation } from 'react-i18next';
import type { Address } from '../../api/generated';
import { countries } from './address';

interface AddressFieldsProps {
  address: Address;
  onChange: (change: Partial<Address>) => void;
}

const TEXT_FIELDS = [
  ['name', 'name', 100],
  ['street', 'street-address', 200],
  ['postcode', 'postal-code', 20],
  ['city', 'address-level2', 100],
] as const;

export function AddressFields({ address, onChange }: AddressFieldsProps) {
  const { t, i18n } = useTranslation();
  return (
    <fieldset className="address">
      <legend>{t('checkout.deliverTo')}</legend>
      {TEXT_FIELDS.map(([field, autoComplete, maxLength]) => (
        <Form.Group key={field} controlId={`delivery-${field}`} className={`address-${field}`}>
          <Form.Label>{t(`checkout.${field}`)}</Form.Label>
          <Form.Control
            value={address[field]}
            onChange={(event) => onChange({ [field]: event.target.value })}
            autoComplete={autoComplete}
            maxLength={maxLength}
            required
          />
        </Form.Group>
      ))}
      <Form.Group controlId="delivery-country">
        <Form.Label>{t('checkout.country')}</Form.Label>
        <select
          id="delivery-country"
          className="form-control"
          value={address.country}
          onChange={(event) => onChange({ country: event.target.value })}
          autoComplete="country"
          required
        >
          <option value="" />
          {countries(i18n.language).map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
      </Form.Group>
      <p className="form-text">{t('checkout.addressHelp')}</p>
    </fieldset>
  );
}
