// How numbers and moments are written for people.

import { seoulDay, seoulTime, startOfDay } from "./clock.js";

const won = new Intl.NumberFormat("ko-KR");
const WEEKDAYS = "일월화수목금토";
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

export const price = (amount) => `${won.format(amount)}원`;

export const count = (number) => won.format(number);

/** Return the time left as 2일, 1:02:03 or 02:03. */
export function remaining(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds >= 2 * DAY_S) return `${Math.floor(seconds / DAY_S)}일`;
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / HOUR_S);
  const clock = `${two(Math.floor((seconds % HOUR_S) / 60))}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${clock}` : clock;
}

/** Return the time left as a screen reader should say it. */
export function remainingSpoken(ms) {
  const minutes = Math.ceil(Math.max(0, ms) / 60_000);
  const hours = Math.floor(minutes / 60);
  return hours > 0 ? `${hours}시간 ${minutes % 60}분` : `${minutes}분`;
}

export const hours = (from, to) => `${seoulTime(from)} – ${seoulTime(to)}`;

/** Return a day as {label: "오늘", date: "11.21", weekday: "토"}. */
export function dayName(day, today) {
  const noon = new Date(`${day}T12:00:00Z`);
  const apart = Math.round((startOfDay(day) - startOfDay(today)) / (DAY_S * 1000));
  const label = { "-1": "어제", 0: "오늘", 1: "내일" }[apart] ?? "";
  const date = `${noon.getUTCMonth() + 1}.${noon.getUTCDate()}`;
  return { label, date, weekday: WEEKDAYS[noon.getUTCDay()] };
}

/** Return a moment of the past as 방금, 3분 전, 14:05 or 11.20 14:05. */
export function ago(ms, now) {
  const minutes = Math.floor((now - ms) / 60_000);
  if (minutes < 1) return "방금";
  if (minutes < 60) return `${minutes}분 전`;
  return moment(ms, now);
}

export function moment(ms, now) {
  const day = seoulDay(ms);
  if (day === seoulDay(now)) return seoulTime(ms);
  return `${Number(day.slice(5, 7))}.${Number(day.slice(8))} ${seoulTime(ms)}`;
}
