import { useTranslation } from 'react-i18next';
import type { Book } from '../api/generated';

/** Up to this number of copies, the number is shown. */
const FEW = 5;

/** Copies of a book that can be bought; nothing for a book whose copies are not counted. */
export function StockNote({ stock }: { stock: Book['stock'] }) {
  const { t } = useTranslation();
  if (!stock) return null;
  const { available } = stock;
  const level = available === 0 ? 'out' : available <= FEW ? 'few' : 'in';
  return <span className={`stock stock-${level}`}>{t(`stock.${level}`, { count: available })}</span>;
}
