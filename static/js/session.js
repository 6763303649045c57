// Who is signed in. The access token lives in memory only; the refresh token in a cookie that no
// script can read. The hint in localStorage says no more than that the cookie may be there.

import { Refusal, send } from "./http.js";

const HINT = "uhok_signed_in";
const EARLY_MS = 60_000;
const AGAIN_MS = 15_000;
const UNSURE = [0, 429, 503]; // says nothing about whether we are still signed in

export function createSession({ onChange, storage = localStorage }) {
  let token = "";
  let user = null;
  let handed = ""; // the token that the live connection has
  let renewing = null;
  let timer = 0;

  async function adopt(grant) {
    hold(grant);
    storage.setItem(HINT, "1");
    user = await send("GET", "/api/user/info", { token });
    handed = "";
    onChange(user);
    return user;
  }

  function hold(grant) {
    token = grant.access_token;
    plan(Math.max(AGAIN_MS, grant.expires_in * 1000 - EARLY_MS));
  }

  function plan(inMs) {
    clearTimeout(timer);
    timer = setTimeout(() => (user ? renew().catch(() => {}) : resume()), inMs);
  }

  function leave(reason) {
    clearTimeout(timer);
    token = "";
    user = null;
    handed = "";
    storage.removeItem(HINT);
    onChange(null, reason);
  }

  /** Exchange the cookie for a new access token. Raises Refusal. */
  function renew() {
    renewing ??= (async () => {
      try {
        const grant = await send("POST", "/api/auth/refresh");
        hold(grant);
        return grant;
      } catch (refusal) {
        if (refusal instanceof Refusal && !UNSURE.includes(refusal.status)) leave("expired");
        else plan(AGAIN_MS);
        throw refusal;
      } finally {
        renewing = null;
      }
    })();
    return renewing;
  }

  async function authorised(method, path, options = {}) {
    try {
      return await send(method, path, { ...options, token });
    } catch (refusal) {
      if (refusal.status !== 401 || !token) throw refusal;
      await renew();
      return send(method, path, { ...options, token });
    }
  }

  async function resume() {
    if (!storage.getItem(HINT)) return onChange(null);
    try {
      return await adopt(await renew());
    } catch {
      return onChange(null);
    }
  }

  async function end(path) {
    await authorised("POST", path);
    leave("left");
  }

  return {
    authorised,
    resume,
    /** Return a token for the live connection ("" for a stranger); asked again, another one. */
    async tokenForLive() {
      if (token && token === handed) await renew();
      handed = token;
      return token;
    },
    renew,
    logIn: async (email, password) =>
      adopt(await send("POST", "/api/user/login", { body: { email, password } })),
    signUp: (account) => send("POST", "/api/user/signup", { body: account }),
    logOut: () => end("/api/user/logout"),
    logOutEverywhere: () => end("/api/user/logout/all"),
    ended: () => leave("ended"),
    /** Follow what other tabs do: a `storage` event of the hint. */
    follow(event) {
      if (event.key !== HINT) return;
      if (event.newValue === null && token) leave("left");
      else if (event.newValue !== null && !token) resume();
    },
  };
}
