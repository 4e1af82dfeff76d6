// Pages that stay up to date: the server sends the pieces that changed, each by its id.
"use strict";
(() => {
  const place = document.querySelector("[data-live]");
  const lamp = document.getElementById("lamp");
  if (!place || !lamp || !window.EventSource) return;
  const PATIENCE = 40000; // ms without a word, of which there is one every 15 s
  const MOST = 3; // streams of one browser, which over HTTP/1.1 has six connections to a host for all its windows
  const TURN = 15000; // ms after which a window that gave its stream away has one again
  const me = Math.random().toString(36);
  const windows = window.BroadcastChannel ? new BroadcastChannel("difang-live") : null;
  let source = null;
  let heard = Date.now();
  let tried = 0;
  let rested = 0; // when the stream was given away
  let told = false; // whether the stream has brought anything
  let later = new Set(); // windows that have opened a stream since this one did

  const say = (state, words) => {
    if (state === "on" && Date.now() - rested < 2 * TURN) state = "turns";
    const said = words || lamp.dataset[state];
    lamp.className = `lamp ${state}`;
    if (lamp.textContent !== said) lamp.textContent = said;
  };

  const unplaced = new Map(); // what is new to the page, until the order says where it stands

  const unread = new Map(); // what changed where somebody is marking a text, which a new one would take from them

  const isMarked = (place) => {
    const marked = getSelection();
    return marked && !marked.isCollapsed && marked.rangeCount > 0 && marked.getRangeAt(0).intersectsNode(place);
  };

  const replace = (id, html) => {
    const old = document.getElementById(id);
    unread.delete(id);
    if (old && isMarked(old)) return void unread.set(id, html);
    const parsed = document.createElement("template");
    parsed.innerHTML = html.trim();
    const made = parsed.content.firstElementChild;
    if (!old) return void unplaced.set(id, made);
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const bottom = old.scrollHeight - old.scrollTop - old.clientHeight < 30;
    for (const one of made.querySelectorAll("details")) one.open = isOpen(old, one);
    old.replaceWith(made);
    if (old.classList.contains("log")) made.scrollTop = bottom ? made.scrollHeight : old.scrollTop;
    if (focused) refocus(made, focused);
  };

  const isOpen = (old, made) => // the one of the same id; where there are no ids, whichever there is
    Boolean(old.querySelector(made.id ? `details[open]#${CSS.escape(made.id)}` : "details[open]:not([id])"));

  const does = (one) => // a summary does nothing but open what it is of
    one.getAttribute("formaction") || one.getAttribute("href") || one.parentElement.id;

  const refocus = (made, focused) => {
    for (const one of made.querySelectorAll("a, button, summary")) {
      if (one.tagName === focused.tagName && does(one) === does(focused)) return one.focus();
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

  const listed = () => new Set([...document.querySelectorAll("[data-issue]")].map((one) => one.dataset.issue));

  const announce = (before) => { // what a reader who does not see the page would else never hear of
    const region = document.getElementById("told");
    if (!region) return;
    const fresh = [...document.querySelectorAll("[data-issue]")].filter((one) => !before.has(one.dataset.issue));
    if (!fresh.length) return;
    const words = (one) => (one.querySelector(".what") || one).textContent.replace(/\s+/g, " ").trim();
    region.textContent = fresh.slice(0, 3).map((one) => region.dataset.new + words(one)).join(" ") +
      (fresh.length > 3 ? ` (+${fresh.length - 3})` : "");
  };

  const hear = () => {
    heard = Date.now();
    told = true;
  };

  let order = null;
  const take = (event) => {
    hear();
    const { fragments, away } = JSON.parse(event.data);
    const before = listed();
    for (const [id, html] of Object.entries(fragments)) {
      if (id === "order") order = html;
      else if (id === "work") { if (html !== place.dataset.work) location.reload(); }
      else replace(id, html);
    }
    announce(before);
    if (order !== null && arrange(order)) order = null;
    if (away) say("off", away);
    else say("on");
    giveWay();
  };

  const close = () => {
    if (source) source.close();
    source = null;
  };

  const open = () => {
    close();
    if (document.hidden) return;
    tried = Date.now();
    told = false;
    later = new Set();
    if (windows) windows.postMessage(me);
    source = new EventSource(place.dataset.live);
    source.onmessage = take;
    source.addEventListener("beat", () => { hear(); say("on"); });
    source.onerror = () => say(source.readyState === EventSource.CLOSED ? "gone" : "off");
  };

  const giveWay = () => {
    if (!source || !told || later.size < MOST) return;
    close();
    rested = Date.now();
    say("turns");
  };

  const check = () => {
    if (document.hidden) return;
    const now = Date.now();
    const ended = source && source.readyState === EventSource.CLOSED;
    if (now - heard > PATIENCE && !ended) say("off"); // a line that has gone dead tells nobody
    if (source ? ended || now - Math.max(heard, tried) > PATIENCE : now - rested > TURN) open();
    if (order !== null && arrange(order)) order = null;
    for (const [id, html] of [...unread]) replace(id, html);
  };

  const look = () => { // looked at again, this window comes first
    if (document.hidden) return close();
    rested = 0;
    if (!source) open();
    check();
  };

  for (const log of document.querySelectorAll(".log")) log.scrollTop = log.scrollHeight;
  if (windows) windows.onmessage = (event) => { later.add(event.data); giveWay(); };
  document.addEventListener("visibilitychange", look);
  document.addEventListener("selectionchange", () => { if (unread.size) check(); });
  window.addEventListener("focus", look);
  window.addEventListener("online", open);
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  window.addEventListener("pagehide", close);
  setInterval(check, 5000);
  open();
})();
