// The window's manners: one decision per payment, and word to the shop when it is made.

const GOODBYE_MS = 1200;
const { paymentId, status, returnUrl, returnOrigin } = document.body.dataset;

if (status === "PENDING") ask();
else if (status !== "UNKNOWN") tell();

// A page brought back by the browser's history may show a question that is long answered.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

function ask() {
  const form = document.querySelector("form");
  form.addEventListener("submit", (event) => {
    if (form.ariaBusy === "true") {
      event.preventDefault();
      return;
    }
    form.ariaBusy = "true";
    form.querySelector("[data-said]").textContent = "처리하고 있습니다…";
  });
}

function tell() {
  const leaving = document.querySelector("[data-leaving]");
  if (window.opener) {
    if (returnOrigin) {
      const word = { type: "uhok-payment", payment_id: paymentId, status };
      window.opener.postMessage(word, returnOrigin);
    }
    document.querySelector("[data-back]").hidden = true;
    leaving.textContent = "창이 곧 닫힙니다.";
    window.setTimeout(() => window.close(), GOODBYE_MS);
  } else if (returnUrl) {
    leaving.textContent = "주문으로 돌아갑니다.";
    window.setTimeout(() => window.location.replace(returnUrl), GOODBYE_MS);
  }
}
