/** Short form of an order's UUID, for people. */
export const orderNumber = (orderId: string) => orderId.slice(0, 8).toUpperCase();
