// Logging in and signing up.

import { find, write } from "../dom.js";
import { closable } from "../drawer.js";

const MISSING = "빈칸을 모두 채워 주세요.";

export function createAccount(dialog, { session, shop }) {
  const [login, signup] = [find(dialog, "login-form"), find(dialog, "signup-form")];
  let then = () => {};
  closable(dialog);
  find(login, "to-signup").addEventListener("click", () => turn(signup));
  find(signup, "to-login").addEventListener("click", () => turn(login));
  onSubmit(login, ({ email, password }) => session.logIn(email, password));
  onSubmit(signup, async ({ email, username, password }) => {
    await session.signUp({ email, username, password });
    await session.logIn(email, password);
  });
  const hint = find(signup, "email-hint");
  signup.elements.email.addEventListener("change", () => checkEmail());

  async function checkEmail() {
    write(hint, "");
    const email = signup.elements.email.value.trim();
    if (!email) return;
    try {
      const taken = await shop.emailTaken(email);
      write(hint, taken ? "이미 가입된 이메일이에요." : "사용할 수 있는 이메일이에요.");
    } catch (refusal) {
      write(hint, refusal.message);
    }
  }

  function onSubmit(form, act) {
    const [error, button] = [find(form, "error"), form.querySelector("[type=submit]")];
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.ariaBusy === "true") return;
      const given = Object.fromEntries(new FormData(form));
      given.email = given.email.trim();
      write(error, "");
      if (Object.values(given).some((value) => value === "")) return write(error, MISSING);
      button.ariaBusy = "true";
      try {
        await act(given);
        done(form);
      } catch (refusal) {
        write(error, refusal.message);
      } finally {
        button.ariaBusy = "false";
      }
      return undefined;
    });
  }

  function done(form) {
    const next = then;
    then = () => {};
    form.reset();
    dialog.close();
    next();
  }

  function turn(form) {
    for (const each of [login, signup]) each.hidden = each !== form;
    for (const each of [login, signup]) write(find(each, "error"), "");
    write(hint, "");
    dialog.setAttribute("aria-labelledby", form === login ? "account-title" : "signup-title");
    form.elements.email.focus();
  }

  function open(form, lead = "", next = () => {}) {
    then = next;
    write(find(login, "account-lead"), lead);
    find(login, "account-lead").hidden = lead === "";
    if (!dialog.open) dialog.showModal();
    turn(form);
  }

  return {
    /** Ask who this is, saying why; `next` runs once we know. */
    askToLogIn: (lead, next) => open(login, lead, next),
    askToSignUp: () => open(signup),
  };
}
