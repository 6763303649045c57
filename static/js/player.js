// The broadcast's picture: hls.js where it is needed, the browser's own player where it is not.

import Hls from "hls";

const RECOVER_MS = 3000;

/** Play addresses on a video element; `onState` hears "playing", "paused" or "failed". */
export function createPlayer(video, onState) {
  let hls = null;
  let current = null;
  let again = 0;
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  video.loop = true;
  video.addEventListener("playing", () => onState("playing"));
  video.addEventListener("pause", () => onState("paused"));
  video.addEventListener("error", () => current && !hls && failed());

  function failed() {
    onState("failed");
    clearTimeout(again);
    again = setTimeout(() => current && start(current), RECOVER_MS);
  }

  function start(address) {
    stop();
    current = address;
    if (!Hls.isSupported()) video.src = address;
    else {
      hls = new Hls({ enableWorker: true, maxBufferLength: 20, lowLatencyMode: false });
      hls.on(Hls.Events.ERROR, (_, { fatal, type }) => fatal && recover(type));
      hls.loadSource(address);
      hls.attachMedia(video);
    }
    if (still.matches) onState("paused");
    else play();
  }

  function recover(type) {
    if (type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    else failed();
  }

  function play() {
    video.play().catch(() => onState("paused")); // a browser that wants a click first
  }

  function stop() {
    clearTimeout(again);
    current = null;
    hls?.destroy();
    hls = null;
    video.removeAttribute("src");
  }

  return {
    /** Show this address, or nothing (null). The one that is on stays on. */
    show(address) {
      if (address === current) return;
      if (address) start(address);
      else stop();
    },
    toggle: () => (video.paused ? play() : video.pause()),
    /** Turn the sound on or off; return whether it is on. */
    toggleSound() {
      video.muted = !video.muted;
      return !video.muted;
    },
  };
}
