// The provider's window. It has to be opened by the very press of the button, before we know its
// address; where windows are blocked the whole page goes there and comes back.

const FEATURES = "popup,width=420,height=720";
const BROUGHT_BACK = ["order", "order_id", "payment_id", "status"];
const WAITING = "결제창을 여는 중이에요…";

/** Open the window and lead it to the address once `address()` tells; rethrows what that throws. */
export async function openCheckout(address) {
  const popup = open("", "uhok-payment", FEATURES);
  if (popup) tell(popup);
  try {
    const url = await address();
    if (!url) popup?.close();
    else if (popup && !popup.closed) popup.location.replace(url);
    else location.assign(url);
  } catch (refusal) {
    popup?.close();
    throw refusal;
  }
}

function tell(popup) {
  try {
    popup.document.title = WAITING;
    popup.document.body.textContent = WAITING;
  } catch {
    // It still shows a payment from before; it will be led on all the same.
  }
  popup.focus();
}

/** Return where the provider sends a person back to. */
export function returnUrl(orderId) {
  return `${location.origin}/?order=${orderId}`;
}

/** Return the order that the page's address asks to see, and take it out of the address. */
export function orderFromAddress() {
  const address = new URL(location.href);
  const orderId = Number(address.searchParams.get("order"));
  if (!orderId) return null;
  BROUGHT_BACK.forEach((name) => address.searchParams.delete(name));
  history.replaceState(null, "", address);
  return orderId;
}
