// Pages that stay up to date: the server sends the pieces that changed, each by its id.
"use strict";
(() => {
  const place = document.querySelector("[data-live]");
  const lamp = document.getElementById("lamp");
  if (!place || !lamp || !window.EventSource) return;
  const PATIENCE = 40000; // ms without a word, of which there is one every 15 s
  let source;
  let heard = 0;

  const say = (state, words) => {
    const said = words || lamp.dataset[state];
    lamp.className = `lamp ${state}`;
    if (lamp.textContent !== said) lamp.textContent = said;
  };

  const unplaced = new Map(); // what is new to the page, until the order says where it stands

  const replace = (id, html) => {
    const old = document.getElementById(id);
    const parsed = document.createElement("template");
    parsed.innerHTML = html.trim();
    const made = parsed.content.firstElementChild;
    if (!old) return void unplaced.set(id, made);
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const bottom = old.scrollHeight - old.scrollTop - old.clientHeight < 30;
    if (old.querySelector("details[open]")) for (const one of made.querySelectorAll("details")) one.open = true;
    old.replaceWith(made);
    if (old.classList.contains("log")) made.scrollTop = bottom ? made.scrollHeight : old.scrollTop;
    if (focused) refocus(made, focused);
  };

  const refocus = (made, focused) => {
    const action = focused.getAttribute("formaction") || focused.getAttribute("href");
    for (const one of made.querySelectorAll("a, button")) {
      if ((one.getAttribute("formaction") || one.getAttribute("href")) === action) return one.focus();
    }
  };

  const arrange = (order) => {
    const grid = document.getElementById("grid");
    if (!grid && order) return void location.reload(); // the page was empty until now
    if (!grid || grid.contains(document.activeElement) || grid.matches(":hover")) return false;
    for (const id of order.split(" ")) {
      const card = document.getElementById(id) || unplaced.get(id);
      if (card) grid.append(card);
    }
    unplaced.clear();
    const wanted = new Set(order.split(" "));
    for (const card of [...grid.children]) if (!wanted.has(card.id)) card.remove();
    return true;
  };

  let order = null;
  const take = (event) => {
    heard = Date.now();
    const { fragments, away } = JSON.parse(event.data);
    for (const [id, html] of Object.entries(fragments)) {
      if (id === "order") order = html;
      else if (id === "work") { if (html !== place.dataset.work) location.reload(); }
      else replace(id, html);
    }
    if (order !== null && arrange(order)) order = null;
    if (away) say("off", away);
    else say("on");
  };

  const open = () => {
    if (source) source.close();
    heard = Date.now();
    source = new EventSource(place.dataset.live);
    source.onmessage = take;
    source.addEventListener("beat", () => { heard = Date.now(); say("on"); });
    source.onerror = () => say(source.readyState === EventSource.CLOSED ? "gone" : "off");
  };

  const check = () => {
    if (document.hidden) return;
    if (Date.now() - heard > PATIENCE || source.readyState === EventSource.CLOSED) open();
    if (order !== null && arrange(order)) order = null;
  };

  for (const log of document.querySelectorAll(".log")) log.scrollTop = log.scrollHeight;
  document.addEventListener("visibilitychange", check);
  window.addEventListener("online", open);
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  setInterval(check, 10000);
  open();
})();
