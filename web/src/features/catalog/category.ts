import { useTranslation } from 'react-i18next';

export const categoryPath = (name: string) => `/category/${encodeURIComponent(name)}`;

/** A category's name in the shopper's language; its own name if there is no translation. */
export function useCategoryName(): (name: string) => string {
  const { i18n } = useTranslation();
  return (name) => {
    const names = i18n.getResource(i18n.language, 'translation', 'categories') as
      | Record<string, string>
      | undefined;
    return names?.[name] ?? name;
  };
}
