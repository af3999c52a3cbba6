/** The contract's limits of a cart. */
export const MAX_QUANTITY = 99;
export const MAX_LINES = 49;
