import { api } from "./client";
export const addTagTypes = [
  "catalog",
  "search",
  "bestsellers",
  "cart",
  "orders",
  "account",
] as const;
const injectedRtkApi = api
  .enhanceEndpoints({
    addTagTypes,
  })
  .injectEndpoints({
    endpoints: (build) => ({
      listBooks: build.query<ListBooksApiResponse, ListBooksApiArg>({
        query: (queryArg) => ({
          url: `/books`,
          params: {
            category: queryArg.category,
            limit: queryArg.limit,
            cursor: queryArg.cursor,
          },
        }),
        providesTags: ["catalog"],
      }),
      getBook: build.query<GetBookApiResponse, GetBookApiArg>({
        query: (queryArg) => ({ url: `/books/${queryArg.bookId}` }),
        providesTags: ["catalog"],
      }),
      listCategories: build.query<
        ListCategoriesApiResponse,
        ListCategoriesApiArg
      >({
        query: () => ({ url: `/categories` }),
        providesTags: ["catalog"],
      }),
      searchBooks: build.query<SearchBooksApiResponse, SearchBooksApiArg>({
        query: (queryArg) => ({
          url: `/search`,
          params: {
            q: queryArg.q,
            category: queryArg.category,
            author: queryArg.author,
            language: queryArg.language,
            minPrice: queryArg.minPrice,
            maxPrice: queryArg.maxPrice,
            publishedFrom: queryArg.publishedFrom,
            publishedTo: queryArg.publishedTo,
            sort: queryArg.sort,
            limit: queryArg.limit,
            page: queryArg.page,
            cursor: queryArg.cursor,
          },
        }),
        providesTags: ["search"],
      }),
      listSuggestions: build.query<
        ListSuggestionsApiResponse,
        ListSuggestionsApiArg
      >({
        query: (queryArg) => ({
          url: `/suggestions`,
          params: {
            q: queryArg.q,
          },
        }),
        providesTags: ["search"],
      }),
      listRelatedBooks: build.query<
        ListRelatedBooksApiResponse,
        ListRelatedBooksApiArg
      >({
        query: (queryArg) => ({ url: `/books/${queryArg.bookId}/related` }),
        providesTags: ["bestsellers"],
      }),
      listBestsellers: build.query<
        ListBestsellersApiResponse,
        ListBestsellersApiArg
      >({
        query: (queryArg) => ({
          url: `/bestsellers`,
          params: {
            limit: queryArg.limit,
          },
        }),
        providesTags: ["bestsellers"],
      }),
      getCart: build.query<GetCartApiResponse, GetCartApiArg>({
        query: () => ({ url: `/cart` }),
        providesTags: ["cart"],
      }),
      addToCart: build.mutation<AddToCartApiResponse, AddToCartApiArg>({
        query: (queryArg) => ({
          url: `/cart`,
          method: "POST",
          body: queryArg.newCartLine,
          headers: {
            "Idempotency-Key": queryArg["Idempotency-Key"],
          },
        }),
        invalidatesTags: ["cart"],
      }),
      getCartLine: build.query<GetCartLineApiResponse, GetCartLineApiArg>({
        query: (queryArg) => ({ url: `/cart/${queryArg.bookId}` }),
        providesTags: ["cart"],
      }),
      setCartLine: build.mutation<SetCartLineApiResponse, SetCartLineApiArg>({
        query: (queryArg) => ({
          url: `/cart/${queryArg.bookId}`,
          method: "PUT",
          body: queryArg.cartLineQuantity,
        }),
        invalidatesTags: ["cart"],
      }),
      removeCartLine: build.mutation<
        RemoveCartLineApiResponse,
        RemoveCartLineApiArg
      >({
        query: (queryArg) => ({
          url: `/cart/${queryArg.bookId}`,
          method: "DELETE",
        }),
        invalidatesTags: ["cart"],
      }),
      listOrders: build.query<ListOrdersApiResponse, ListOrdersApiArg>({
        query: (queryArg) => ({
          url: `/orders`,
          params: {
            limit: queryArg.limit,
            cursor: queryArg.cursor,
          },
        }),
        providesTags: ["orders"],
      }),
      placeOrder: build.mutation<PlaceOrderApiResponse, PlaceOrderApiArg>({
        query: (queryArg) => ({
          url: `/orders`,
          method: "POST",
          body: queryArg.newOrder,
          headers: {
            "Idempotency-Key": queryArg["Idempotency-Key"],
          },
        }),
        invalidatesTags: ["orders"],
      }),
      getOrder: build.query<GetOrderApiResponse, GetOrderApiArg>({
        query: (queryArg) => ({ url: `/orders/${queryArg.orderId}` }),
        providesTags: ["orders"],
      }),
      cancelOrder: build.mutation<CancelOrderApiResponse, CancelOrderApiArg>({
        query: (queryArg) => ({
          url: `/orders/${queryArg.orderId}/cancellation`,
          method: "PUT",
        }),
        invalidatesTags: ["orders"],
      }),
      confirmOrder: build.mutation<ConfirmOrderApiResponse, ConfirmOrderApiArg>(
        {
          query: (queryArg) => ({
            url: `/orders/${queryArg.orderId}/confirmation`,
            method: "PUT",
          }),
          invalidatesTags: ["orders"],
        },
      ),
      deleteAccount: build.mutation<
        DeleteAccountApiResponse,
        DeleteAccountApiArg
      >({
        query: () => ({ url: `/account`, method: "DELETE" }),
        invalidatesTags: ["account"],
      }),
      exportAccount: build.query<ExportAccountApiResponse, ExportAccountApiArg>(
        {
          query: (queryArg) => ({
            url: `/account/export`,
            params: {
              cursor: queryArg.cursor,
            },
          }),
          providesTags: ["account"],
        },
      ),
      signOut: build.mutation<SignOutApiResponse, SignOutApiArg>({
        query: () => ({ url: `/account/sign-out`, method: "PUT" }),
        invalidatesTags: ["account"],
      }),
    }),
    overrideExisting: false,
  });
export { injectedRtkApi as bookstore };
export type ListBooksApiResponse = /** status 200 A page of books. */ BookPage;
export type ListBooksApiArg = {
  /** Exact name of a category, as `GET /categories` gives it. */
  category?: string;
  /** Maximum number of items on a page. */
  limit?: number;
  /** `nextCursor` of the previous page of the same query. Opaque. */
  cursor?: string;
};
export type GetBookApiResponse = /** status 200 The book. */ Book;
export type GetBookApiArg = {
  bookId: BookId;
};
export type ListCategoriesApiResponse =
  /** status 200 The categories. */ CategoryList;
export type ListCategoriesApiArg = void;
export type SearchBooksApiResponse =
  /** status 200 A page of results. */ SearchResult;
export type SearchBooksApiArg = {
  /** Words to find. */
  q?: string;
  /** Exact name of a category. */
  category?: string;
  /** Exact name of an author, alone or among others. */
  author?: string;
  /** Exact language of a book. */
  language?: string;
  /** Minor units, included. */
  minPrice?: number;
  /** Minor units, included. */
  maxPrice?: number;
  /** Year, included; negative before our era. */
  publishedFrom?: number;
  /** Year, included. */
  publishedTo?: number;
  /** `relevance` is the default with `q`, `rating` without. */
  sort?: "relevance" | "rating" | "price" | "-price" | "newest" | "title";
  /** Maximum number of items on a page. */
  limit?: number;
  /** The number of a page of `limit` results, for page numbers; ignored beside `cursor`. A page must start within
    the first 10,000 results: with 24 on a page, the last is 417.
     */
  page?: number;
  /** `nextCursor` of the previous page of the same query. Opaque. */
  cursor?: string;
};
export type ListSuggestionsApiResponse =
  /** status 200 At most 8 suggestions; none for a text without words. */ SuggestionList;
export type ListSuggestionsApiArg = {
  /** What has been typed so far. */
  q?: string;
};
export type ListRelatedBooksApiResponse =
  /** status 200 The books. */ RelatedList;
export type ListRelatedBooksApiArg = {
  bookId: BookId;
};
export type ListBestsellersApiResponse =
  /** status 200 The best sellers. */ BestsellerList;
export type ListBestsellersApiArg = {
  limit?: number;
};
export type GetCartApiResponse = /** status 200 The cart. */ Cart;
export type GetCartApiArg = void;
export type AddToCartApiResponse =
  /** status 200 The cart after the change. */ Cart;
export type AddToCartApiArg = {
  /** A UUID for this addition, created by the client. */
  "Idempotency-Key"?: Uuid;
  newCartLine: NewCartLine;
};
export type GetCartLineApiResponse =
  /** status 200 The cart with at most one line. `total` is of that line, `checkoutKey` is of the whole cart. */ Cart;
export type GetCartLineApiArg = {
  bookId: BookId;
};
export type SetCartLineApiResponse =
  /** status 200 The cart after the change. */ Cart;
export type SetCartLineApiArg = {
  bookId: BookId;
  cartLineQuantity: CartLineQuantity;
};
export type RemoveCartLineApiResponse = unknown;
export type RemoveCartLineApiArg = {
  bookId: BookId;
};
export type ListOrdersApiResponse =
  /** status 200 A page of orders. */ OrderPage;
export type ListOrdersApiArg = {
  /** Maximum number of items on a page. */
  limit?: number;
  /** `nextCursor` of the previous page of the same query. Opaque. */
  cursor?: string;
};
export type PlaceOrderApiResponse =
  /** status 201 The order; the existing one if the key was used before for the same items. */ Order;
export type PlaceOrderApiArg = {
  /** A UUID for this purchase; `checkoutKey` of the cart, or the client's own. */
  "Idempotency-Key": Uuid;
  newOrder: NewOrder;
};
export type GetOrderApiResponse = /** status 200 The order. */ Order;
export type GetOrderApiArg = {
  orderId: Uuid;
};
export type CancelOrderApiResponse = /** status 200 The order. */ Order;
export type CancelOrderApiArg = {
  orderId: Uuid;
};
export type ConfirmOrderApiResponse = /** status 200 The order. */ Order;
export type ConfirmOrderApiArg = {
  orderId: Uuid;
};
export type DeleteAccountApiResponse = unknown;
export type DeleteAccountApiArg = void;
export type ExportAccountApiResponse =
  /** status 200 The stored data as this region has it, with at most 100 orders. */ AccountExport;
export type ExportAccountApiArg = {
  /** `nextCursor` of the previous page of the same query. Opaque. */
  cursor?: string;
};
export type SignOutApiResponse = unknown;
export type SignOutApiArg = void;
export type BookId = string;
export type Minor = number;
export type Currency = string;
export type Book = {
  id: BookId;
  title: string;
  author: string;
  category: string;
  /** Empty where none is known. */
  description: string;
  price: Minor;
  currency: Currency;
  /** Average of readers' ratings. */
  rating: number;
  ratingsCount: number;
  /** Negative before our era. */
  publishedYear: number | null;
  /** A BCP 47 tag */
  language: string | null;
  /** Address of a cover image; null if the storefront draws one from title and author. */
  cover: string | null;
  /** Copies that can be sold. Null for a book whose copies are not counted. */
  stock: {
    /** In all regions. */
    available: number;
    /** In the region that answers. */
    here: number;
  } | null;
};
export type BookPage = {
  items: Book[];
  /** Null on the last page. */
  nextCursor: string | null;
};
export type Problem = {
  /** Stable: `urn:bookstore:problem:<name>`. */
  type: string;
  title: string;
  status: number;
  /** Explanation of this error. */
  detail?: string;
  /** Request id in the logs. */
  instance?: string;
};
export type Category = {
  name: string;
  count: number;
};
export type CategoryList = {
  items: Category[];
};
export type FacetValue = {
  value: string;
  /** Books that the search would find with this value. */
  count: number;
};
export type PriceRange = {
  from: Minor;
  /** Not included; null where the range has no end. */
  to: number | null;
  count: number;
};
export type Facets = {
  category: FacetValue[];
  language: FacetValue[];
  price: PriceRange[];
};
export type Time = string;
export type SearchResult = {
  items: Book[];
  /** Books found. A text is searched for among all books, and counted up to 5,000. */
  total: number;
  facets: Facets;
  /** Null on the last page; it belongs to this query. */
  nextCursor: string | null;
  /** The corrected text that was searched for, where `q` itself finds nothing. */
  didYouMean: string | null;
  asOf: Time;
};
export type Suggestion = {
  text: string;
  kind: "title" | "author" | "category";
  bookId?: BookId;
};
export type SuggestionList = {
  items: Suggestion[];
};
export type RelatedBook = {
  book: Book;
  /** Orders of both books in all regions. */
  boughtTogether: number;
};
export type RelatedList = {
  items: RelatedBook[];
  asOf: Time;
  /** True if the counts could not be read. */
  stale: boolean;
};
export type Bestseller = {
  rank: number;
  /** Copies sold in all regions. */
  sold: number;
  book: Book;
};
export type BestsellerList = {
  items: Bestseller[];
  asOf: Time;
  /** True if the counts could not be read. */
  stale: boolean;
};
export type Quantity = number;
export type LineVersion = string;
export type CartLine = {
  bookId: BookId;
  quantity: Quantity;
  unitPrice: Minor;
  lineTotal: Minor;
  version: LineVersion;
  book: Book;
};
export type Uuid = string;
export type Cart = {
  items: CartLine[];
  total: Minor;
  currency: Currency;
  checkoutKey: Uuid;
};
export type NewCartLine = {
  bookId: BookId;
  quantity: Quantity;
};
export type CartLineQuantity = {
  quantity: Quantity;
};
export type OrderItem = {
  bookId: BookId;
  title: string;
  quantity: Quantity;
  unitPrice: Minor;
  lineTotal: Minor;
};
export type Address = {
  name: string;
  street: string;
  city: string;
  postcode: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
};
export type Order = {
  orderId: Uuid;
  items: OrderItem[];
  total: Minor;
  currency: Currency;
  createdAt: Time;
  /** The region that took the order. */
  region: string;
  /** `held` waits for the shopper's decision: cancel or confirm. The order overlaps with another one, or a region
    had sold its copies twice. `final` can no longer be cancelled.
     */
  status: "placed" | "held" | "cancelled" | "final";
  /** Older orders that have paid the same cart lines. */
  overlaps: Uuid[];
  cancellableUntil: Time;
  address?: Address;
};
export type OrderPage = {
  items: Order[];
  /** Null on the last page. */
  nextCursor: string | null;
};
export type PriceChanged = Problem & {
  type: "urn:bookstore:problem:price-changed";
  /** The lines with current prices. */
  items: OrderItem[];
  total: Minor;
  currency: Currency;
};
export type CartChanged = Problem & {
  type: "urn:bookstore:problem:cart-changed";
  cart: Cart;
};
export type OutOfStock = Problem & {
  type: "urn:bookstore:problem:out-of-stock";
  items: {
    bookId: BookId;
    wanted: Quantity;
    /** Copies that one order can get now. */
    available: number;
  }[];
};
export type StockElsewhere = Problem & {
  type: "urn:bookstore:problem:stock-elsewhere";
  /** Regions that can sell the whole order. */
  regions: string[];
};
export type OrderConflict =
  PriceChanged | CartChanged | OutOfStock | StockElsewhere;
export type OrderedItem = {
  bookId: BookId;
  quantity: Quantity;
  lineVersion?: LineVersion;
};
export type NewOrder = {
  /** Each book once. With `lineVersion` the cart line must still be that version; without it the item is a direct purchase. */
  items: OrderedItem[];
  /** The total that the shopper saw. */
  expectedTotal: number;
  address?: Address;
};
export type AccountExport = {
  /** User id in all tables. */
  customerId: string;
  email: string;
  cart: {
    bookId: BookId;
    /** 0 for a line that was removed or ordered in the last days. */
    quantity: number;
    changedAt: Time;
  }[];
  orders: Order[];
  /** Null on the last page. */
  nextCursor: string | null;
};
