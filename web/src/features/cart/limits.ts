/** The contract's limits of a cart. */
export const MOST_OF_A_BOOK = 99;
export const MOST_LINES = 49;
