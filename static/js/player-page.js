// A page with nothing but one channel's picture, named by `homeshopping_id` or `src`.

import { find, write } from "./dom.js";
import { send } from "./http.js";
import { createPlayer } from "./player.js";

const title = find(document, "title");
const player = createPlayer(find(document, "video"), (state) => {
  if (state === "failed") write(title, "방송 신호를 다시 찾고 있어요…");
});

async function start() {
  const given = new URLSearchParams(location.search);
  const query = new URLSearchParams();
  for (const name of ["homeshopping_id", "src"]) {
    if (given.has(name)) query.set(name, given.get(name));
  }
  try {
    const stream = await send("GET", `/api/homeshopping/schedule/live-stream?${query}`);
    const names = [stream.homeshopping_name, stream.product_name].filter(Boolean);
    write(title, names.join(" · ") || "방송 화면");
    if (names.length > 0) document.title = `${names[0]} · UHOK Live`;
    player.show(stream.stream_url);
  } catch (refusal) {
    write(title, refusal.message);
  }
}

start();
