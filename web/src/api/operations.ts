export interface OperationRules {
  /** The operation has `security` in the contract. */
  secured: boolean;
  /** Properties that a successful response must have. */
  required: string[];
}

/** Rules of the contract by operation. Written by `npm run api`. */
export const OPERATIONS: Record<string, OperationRules | undefined> = {
  listBooks: { secured: false, required: ['items', 'nextCursor'] },
  getBook: { secured: false, required: ['id', 'title', 'author', 'category', 'description', 'price', 'currency', 'rating', 'ratingsCount', 'publishedYear', 'language', 'cover', 'stock'] },
  listCategories: { secured: false, required: ['items'] },
  searchBooks: { secured: false, required: ['items', 'total', 'facets', 'nextCursor', 'didYouMean', 'asOf'] },
  listSuggestions: { secured: false, required: ['items'] },
  listRelatedBooks: { secured: false, required: ['items', 'asOf', 'stale'] },
  listBestsellers: { secured: false, required: ['items', 'asOf', 'stale'] },
  getCart: { secured: true, required: ['items', 'total', 'currency', 'checkoutKey'] },
  addToCart: { secured: true, required: ['items', 'total', 'currency', 'checkoutKey'] },
  getCartLine: { secured: true, required: ['items', 'total', 'currency', 'checkoutKey'] },
  setCartLine: { secured: true, required: ['items', 'total', 'currency', 'checkoutKey'] },
  removeCartLine: { secured: true, required: [] },
  listOrders: { secured: true, required: ['items', 'nextCursor'] },
  placeOrder: { secured: true, required: ['orderId', 'items', 'total', 'currency', 'createdAt', 'region', 'status', 'overlaps', 'cancellableUntil'] },
  getOrder: { secured: true, required: ['orderId', 'items', 'total', 'currency', 'createdAt', 'region', 'status', 'overlaps', 'cancellableUntil'] },
  cancelOrder: { secured: true, required: ['orderId', 'items', 'total', 'currency', 'createdAt', 'region', 'status', 'overlaps', 'cancellableUntil'] },
  confirmOrder: { secured: true, required: ['orderId', 'items', 'total', 'currency', 'createdAt', 'region', 'status', 'overlaps', 'cancellableUntil'] },
  deleteAccount: { secured: true, required: [] },
  exportAccount: { secured: true, required: ['customerId', 'email', 'cart', 'orders', 'nextCursor'] },
  signOut: { secured: true, required: [] },
};
