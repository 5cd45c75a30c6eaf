// The time left to answer an offer: seen each second, spoken once when a minute is left, and over when the server says so.

import { say } from "./focus.js";

let timer = 0;

export function clockText(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function run(clock, whenOver) {
  clearInterval(timer);
  // A tab that slept wakes up late: the time is measured, never counted.
  const until = performance.now() + Number(clock.dataset.countdown) * 1000;
  let spoken = Number(clock.dataset.countdown) <= 60;
  timer = setInterval(() => {
    if (!clock.isConnected) return clearInterval(timer);
    const left = Math.max(0, Math.round((until - performance.now()) / 1000));
    clock.textContent = clockText(left);
    if (left <= 60 && !spoken) {
      spoken = true;
      say(clock.dataset.soon);
    }
    if (left === 0) {
      clearInterval(timer);
      whenOver();
    }
  }, 1000);
}

export function countDown(whenOver) {
  const find = () => {
    const clock = document.querySelector("[data-countdown]:not([data-running])");
    if (!clock) return;
    clock.dataset.running = "";
    run(clock, whenOver);
  };
  find();
  document.addEventListener("htmx:afterSettle", find);
}
