import type { ApiError } from '../../api/client';
import { asApiError, shop } from '../../api/endpoints';
import type { Book } from '../../api/generated';

/** Books of a guest's cart by id; null if a book is no longer in the catalog. */
export type GuestPrices = Record<string, Book | null>;

export const guestPrices = shop.injectEndpoints({
  endpoints: (build) => ({
    priceBooks: build.query<GuestPrices, string[]>({
      providesTags: ['catalog'],
      queryFn: async (bookIds, { dispatch }) => {
        const ask = async (bookId: string): Promise<[string, Book | null]> => {
          const request = dispatch(shop.endpoints.getBook.initiate({ bookId }, { subscribe: false }));
          const { data, error } = await request;
          if (data) return [bookId, data];
          if (asApiError(error).status === 404) return [bookId, null];
          throw error;
        };
        try {
          return { data: Object.fromEntries(await Promise.all(bookIds.map(ask))) };
        } catch (error) {
          return { error: asApiError(error) satisfies ApiError };
        }
      },
    }),
  }),
});
