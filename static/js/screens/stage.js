// The picture and what lies over it: on air or not, how many watch, how long it goes on.

import { countTo } from "../countdown.js";
import { find, set, write } from "../dom.js";
import { count } from "../format.js";
import { createPlayer } from "../player.js";

const NOTHING = { failed: "방송을 불러오지 못했어요" };
const NONE = "지금은 방송이 없어요";

export function createStage(stage) {
  const part = (name) => find(stage, name);
  const player = createPlayer(part("video"), drawPlaying);
  part("play").addEventListener("click", () => player.toggle());
  part("sound").addEventListener("click", () => drawSound(player.toggleSound()));
  const waitingTime = part("waiting-time");

  function drawPlaying(state) {
    set(stage, "data-playing", state);
    set(part("play"), "aria-label", state === "playing" ? "일시정지" : "재생");
    symbol("play", state === "playing" ? "pause" : "play");
    if (state === "playing") part("poster").hidden = true;
  }

  function drawSound(on) {
    set(part("sound"), "aria-label", on ? "소리 끄기" : "소리 켜기");
    symbol("sound", on ? "sound" : "muted");
  }

  function symbol(name, drawn) {
    set(part(name).querySelector("use"), "href", `#icon-${drawn}`);
  }

  function drawPicture(shown, onAir) {
    const image = shown?.main.product.image;
    if (image) set(part("poster"), "src", image);
    if (!onAir || stage.dataset.playing !== "playing") part("poster").hidden = !image;
    player.show(onAir ? shown.streamUrl : null);
    if (!onAir) set(stage, "data-playing", null);
  }

  function drawProgress(shown, onAir) {
    const bar = part("progress");
    bar.hidden = !onAir;
    set(bar, "data-from", onAir ? shown.startsAt : null);
    set(bar, "data-to", onAir ? shown.endsAt : null);
  }

  return {
    apply({ shown, viewers, phase, place }) {
      if (place.name !== "live") return player.show(null); // nobody sees it
      const onAir = shown?.status === "live";
      set(stage, "data-state", shown?.status ?? (phase === "loading" ? "loading" : "empty"));
      drawPicture(shown, onAir);
      drawProgress(shown, onAir);
      part("live-badge").hidden = !onAir;
      part("viewers-chip").hidden = !onAir || !viewers;
      write(part("viewers"), viewers ? `${count(viewers)}명 시청 중` : "");
      part("countdown-chip").hidden = !onAir;
      countTo(part("countdown"), onAir ? shown.endsAt : null);
      part("waiting").hidden = onAir || (!shown && phase === "loading");
      write(part("waiting-label"), shown ? "방송 시작까지" : (NOTHING[phase] ?? NONE));
      countTo(waitingTime, shown && !onAir ? shown.startsAt : null);
      for (const name of ["play", "sound"]) part(name).hidden = !onAir;
    },
  };
}
