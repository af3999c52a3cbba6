/** Operations with `security` in the contract. Written by `npm run api`. */
export const SECURED_OPERATIONS: ReadonlySet<string> = new Set([
  'getCart',
  'addToCart',
  'getCartLine',
  'setCartLine',
  'removeCartLine',
  'listOrders',
  'placeOrder',
  'getOrder',
]);
