/** People read eight characters to each other, not a UUID. */
export const orderNumber = (orderId: string) => orderId.slice(0, 8).toUpperCase();
