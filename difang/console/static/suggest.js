// Suggestions under the search box: a list to choose from by keyboard or mouse; without this script the box just searches.
(() => {
  const box = document.querySelector("input[data-suggest]");
  if (!box) return;
  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.placeholder);
  list.hidden = true;
  box.after(list);
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(attributes)) box.setAttribute(name, value);

  let waiting = 0, asked = null, at = -1, shown = [], silentUntil = 0;

  const close = () => {
    list.hidden = true;
    at = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };

  const choose = (one) => {
    close();
    if (one.kind === "title") { location.href = "/article/" + encodeURIComponent(one.value).replaceAll("%3A", ":"); return; }
    box.value = one.query;
    box.form.requestSubmit();
  };

  const row = (one, place) => {
    const item = document.createElement("li");
    item.id = "suggestion-" + place;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const kind = document.createElement("small");
    kind.textContent = box.dataset[one.kind];
    item.append(one.label + " ", kind);
    item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(one); });
    return item;
  };

  const show = (found) => {
    shown = found;
    at = -1;
    list.replaceChildren(...found.map(row));
    if (!found.length || document.activeElement !== box) { close(); return; }
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
  };

  const ask = async () => {
    if (asked) asked.abort();
    const text = box.value;
    if (!text.trim() || text.length > 200 || Date.now() < silentUntil) { close(); return; }
    asked = new AbortController();
    try {
      const answer = await fetch(box.dataset.suggest + "?q=" + encodeURIComponent(text), { signal: asked.signal });
      if (answer.ok && box.value === text) show((await answer.json()).suggestions);
      else if (!answer.ok) {
        close();
        silentUntil = Date.now() + 1000 * (Number(answer.headers.get("retry-after")) || 10);
      }
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };

  const move = (step) => {
    const rows = list.children;
    if (at >= 0) rows[at].setAttribute("aria-selected", "false");
    at = (at + step + rows.length + 1) % (rows.length + 1);
    if (at === rows.length) at = -1;
    if (at < 0) { box.removeAttribute("aria-activedescendant"); return; }
    rows[at].setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", rows[at].id);
  };

  box.addEventListener("input", (event) => {
    clearTimeout(waiting);
    if (!event.isComposing) waiting = setTimeout(ask, 150);
  });
  box.addEventListener("compositionend", () => { waiting = setTimeout(ask, 150); });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); move(event.key === "ArrowDown" ? 1 : list.children.length); }
    else if (event.key === "Enter" && at >= 0) { event.preventDefault(); choose(shown[at]); }
    else if (event.key === "Escape") { event.preventDefault(); close(); }
  });
})();
