// The order form of one product.

import { find, set, write } from "../dom.js";
import { closable } from "../drawer.js";
import { price } from "../format.js";
import { fillStock } from "./offer.js";

const QUANTITY_MAX = 99;

export function createBuy(dialog, actions) {
  const part = (name) => find(dialog, name);
  const [field, submit, error] = [part("quantity"), part("place-order"), part("error")];
  let product = null;
  let key = "";
  let quantity = 1;
  closable(dialog);
  part("less").addEventListener("click", () => choose(quantity - 1));
  part("more").addEventListener("click", () => choose(quantity + 1));
  field.addEventListener("input", () => field.value !== "" && choose(Number(field.value)));
  field.addEventListener("blur", () => choose(quantity));
  part("order-form").addEventListener("submit", (event) => {
    event.preventDefault();
    place();
  });

  const most = () => Math.min(QUANTITY_MAX, Math.max(1, product.available ?? QUANTITY_MAX));

  function choose(wanted) {
    const whole = Number.isFinite(wanted) ? Math.trunc(wanted) : quantity;
    const chosen = Math.min(most(), Math.max(1, whole));
    if (chosen !== quantity) key = crypto.randomUUID(); // another order than the one before
    quantity = chosen;
    draw();
  }

  function draw() {
    field.value = String(quantity);
    part("less").disabled = quantity <= 1;
    part("more").disabled = quantity >= most();
    write(part("buy-total"), price(product.dc_price * quantity));
    write(part("buy-price"), price(product.dc_price));
    fillStock(part("buy-stock"), product);
    submit.disabled = product.sold_out;
    write(submit, product.sold_out ? "매진되었어요" : `${price(product.dc_price * quantity)} 주문하기`);
  }

  async function place() {
    if (submit.ariaBusy === "true") return; // one press, one order
    write(error, "");
    submit.ariaBusy = "true";
    try {
      await actions.place(product.product_id, quantity, key);
      dialog.close();
    } catch (refusal) {
      write(error, refusal.message);
    } finally {
      submit.ariaBusy = "false";
    }
  }

  return {
    open(wanted) {
      product = wanted;
      quantity = 1;
      key = crypto.randomUUID();
      write(error, "");
      set(dialog, "data-sku", product.sku);
      set(part("buy-image"), "src", product.image);
      write(part("buy-store"), product.store_name);
      write(part("buy-name"), product.name);
      draw();
      dialog.showModal();
      submit.focus();
    },
    apply({ products }) {
      if (!dialog.open) return;
      product = products.find((each) => each.sku === product.sku) ?? product;
      if (document.activeElement !== field) choose(quantity);
    },
  };
}
