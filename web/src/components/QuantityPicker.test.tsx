import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import fc from 'fast-check';
import { useState } from 'react';
import { expect, it } from 'vitest';
import { parseQuantity, QuantityPicker } from './QuantityPicker';

function Picker({ most = 99 }: { most?: number }) {
  const [value, setValue] = useState(3);
  return <QuantityPicker value={value} onChange={setValue} label="Quantity" most={most} />;
}

async function type(text: string) {
  const field = screen.getByRole('textbox') as HTMLInputElement;
  await userEvent.clear(field);
  await userEvent.type(field, `${text}{Enter}`);
  return field.value;
}

it.each([
  ['1e3', '99', true],
  ['2.5', '2', true],
  ['2,5', '2', true],
  ['100', '99', true],
  ['-1', '1', true],
  ['0', '1', true],
  ['three', '3', true],
  ['12', '12', false],
])('%s becomes %s, and a change is reported: %s', async (typed, shown, isReported) => {
  render(<Picker />);
  expect(await type(typed)).toBe(shown);
  expect(screen.getByRole('status').textContent !== '').toBe(isReported);
});

it('typed quantities are within the limits or refused', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.double().map(String)),
      fc.integer({ min: 1, max: 99 }),
      (typed, most) => {
        const quantity = parseQuantity(typed, most);
        if (quantity === null) return;
        expect(Number.isInteger(quantity)).toBe(true);
        expect(quantity).toBeGreaterThanOrEqual(1);
        expect(quantity).toBeLessThanOrEqual(most);
      },
    ),
  );
});

it('a press at the maximum says why', async () => {
  render(<Picker most={3} />);
  const more = screen.getByRole('button', { name: 'One more' });
  await userEvent.click(more);
  expect(screen.getByRole('status').textContent).toContain('3 copies');
  expect(document.activeElement).toBe(more);
});
