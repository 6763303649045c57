// The schedule of a day, of all channels or of one; the states in it move by themselves.

import { DAY_MS, seoulDay, seoulTime } from "../clock.js";
import { find, h, keyed, logo, set, write } from "../dom.js";
import { dayName, price } from "../format.js";
import { fillLike, likeButton } from "./like-button.js";

const DAYS = [-1, 0, 1, 2, 3, 4, 5, 6];
const STATUS = { live: "방송 중", scheduled: "예정", ended: "종료", cancelled: "취소" };
const SOON = "곧 시작";
const EMPTY = {
  loading: "편성표를 불러오고 있어요…",
  failed: "편성표를 불러오지 못했어요. 날짜를 다시 눌러 주세요.",
  ready: "이 날은 편성된 방송이 없어요.",
};

export function createSchedule(root, actions) {
  const part = (name) => find(root, name);
  part("past").addEventListener("click", () => actions.togglePast());

  function drawDays(schedule, now) {
    const today = seoulDay(now);
    const days = DAYS.map((offset) => seoulDay(now + offset * DAY_MS));
    keyed(part("days"), days, {
      key: (day) => day,
      make: (day) => chip("day", () => actions.chooseDay(day)),
      fill(element, day) {
        const { label, date, weekday } = dayName(day, today);
        set(element, "aria-pressed", String(day === schedule.day));
        set(element, "data-day", day);
        write(element, label ? `${label} ${date}` : `${weekday} ${date}`);
      },
    });
  }

  function drawFilters(channels, chosen) {
    const every = [{ homeshopping_id: null, name: "전체" }, ...channels];
    keyed(part("filters"), every, {
      key: (channel) => channel.homeshopping_id,
      make: (channel) => chip("filter", () => actions.chooseChannel(channel.homeshopping_id)),
      fill(element, channel) {
        set(element, "aria-pressed", String(channel.homeshopping_id === chosen));
        set(element, "data-homeshopping-id", channel.homeshopping_id ?? "all");
        write(element, channel.name);
      },
    });
  }

  function drawPast({ pastCount, pastShown, allPast }) {
    part("past").hidden = pastCount === 0 || allPast;
    set(part("past"), "aria-pressed", String(pastShown));
    write(part("past"), pastShown ? "지난 방송 접기" : `지난 방송 ${pastCount}개 보기`);
  }

  return {
    apply({ schedule, channels, likes, now }) {
      drawDays(schedule, now);
      drawFilters(channels, schedule.channel);
      drawPast(schedule);
      keyed(part("schedule"), schedule.items, {
        key: (programme) => programme.key,
        make: (programme) => item(programme, actions),
        fill: (element, programme) => fillItem(element, programme, likes),
      });
      part("schedule-empty").hidden = schedule.items.length > 0;
      write(part("schedule-empty"), EMPTY[schedule.state]);
    },
  };
}

function chip(name, onclick) {
  return h("button", { type: "button", class: "chip", "data-testid": name, onclick });
}

function item(programme, actions) {
  const watch = h("button", { type: "button", class: "item-watch", "data-part": "watch" }, "보기");
  watch.addEventListener("click", () => actions.watch(programme.homeshopping_id));
  const bold = (part) => h("b", { "data-part": part });
  const text = (name, part = name) => h("span", { class: name, "data-part": part });
  const { image } = programme.main.product;
  return h(
    "li",
    { class: "item", "data-testid": "schedule-item" },
    h("p", { class: "item-time" }, bold("from"), text("item-until", "to")),
    h("img", { class: "item-image", src: image, alt: "", width: 72, height: 72, loading: "lazy" }),
    h(
      "div",
      { class: "item-text" },
      h("p", { class: "item-channel" }, logo(programme), programme.name, text("status")),
      h("h3", { class: "item-name", "data-part": "name" }),
      h("p", { class: "item-price" }, text("rate"), bold("price"), text("item-more", "more")),
    ),
    h("div", { class: "item-actions" }, watch, likeButton(actions)),
  );
}

function fillItem(element, programme, likes) {
  const part = (name) => find(element, name);
  const { status, soon, main, rows } = programme;
  const announced = soon && status === "scheduled";
  set(element, "data-live-id", programme.live_id);
  set(element, "data-status", status);
  set(element, "data-soon", String(announced));
  write(part("from"), seoulTime(programme.startsAt));
  write(part("to"), seoulTime(programme.endsAt));
  write(part("status"), announced ? SOON : STATUS[status]);
  write(part("name"), main.product.name);
  write(part("rate"), main.product.dc_rate ? `${main.product.dc_rate}%` : "");
  write(part("price"), price(main.product.dc_price));
  write(part("more"), rows.length > 1 ? `외 ${rows.length - 1}개 상품` : "");
  part("watch").hidden = status !== "live";
  set(part("watch"), "aria-label", `${programme.name} 방송 보기`);
  part("like").hidden = status === "ended" || status === "cancelled";
  fillLike(part("like"), programme, likes);
}
