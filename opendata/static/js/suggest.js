// Suggestions below the search box while someone types. Without this file the box is a plain form.
// The pattern is the combobox of ARIA 1.2: the focus stays in the field, arrows move the choice.
"use strict";

const PAUSE = 120; // milliseconds without a key before we ask

for (const form of document.querySelectorAll("form[data-suggest]")) {
  watch(form, form.querySelector('input[type="search"]'));
}

function watch(form, field) {
  const list = add(form, "ul", { id: `${field.id}-suggestions`, role: "listbox", hidden: "" });
  list.className = "suggestions";
  list.setAttribute("aria-label", form.dataset.suggestLabel);
  const status = add(form, "span", { role: "status" });
  status.className = "visually-hidden";
  set(field, {
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    "aria-expanded": "false",
  });

  let timer = 0;
  let asked = new AbortController();
  let active = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];

  function choose(place) {
    const all = options();
    active = all.length ? (place + all.length + 1) % (all.length + 1) : -1;
    if (active === all.length) active = -1; // back in the field itself
    all.forEach((option, at) => option.setAttribute("aria-selected", String(at === active)));
    if (active < 0) field.removeAttribute("aria-activedescendant");
    else {
      field.setAttribute("aria-activedescendant", all[active].id);
      all[active].scrollIntoView({ block: "nearest" });
    }
  }

  function close() {
    clearTimeout(timer);
    asked.abort();
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    status.textContent = "";
    choose(-1);
  }

  function show(found) {
    list.replaceChildren(...found.map((entry, at) => option(entry, `${list.id}-${at}`)));
    list.hidden = !found.length;
    field.setAttribute("aria-expanded", String(Boolean(found.length)));
    status.textContent = form.dataset.suggestCount.replace("{count}", found.length);
    active = -1;
    field.removeAttribute("aria-activedescendant");
  }

  async function ask() {
    asked.abort();
    asked = new AbortController();
    const address = new URL(form.dataset.suggest, location.href);
    address.searchParams.set("q", field.value);
    try {
      const answer = await fetch(address, { signal: asked.signal });
      if (answer.ok) show((await answer.json()).suggestions);
    } catch {
      // Left behind by the next key, or the server does not answer: the form works without.
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    if (!field.value.trim()) close();
    else timer = setTimeout(ask, PAUSE);
  });

  field.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return; // an input method is at work on a letter
    if (event.key === "ArrowDown") choose(active + 1);
    else if (event.key === "ArrowUp") choose(active < 0 ? options().length - 1 : active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) location.assign(options()[active].dataset.href);
    else return;
    event.preventDefault();
  });

  // Before the field loses the focus, which closes the list.
  list.addEventListener("mousedown", (event) => {
    const chosen = event.target.closest("[role=option]");
    event.preventDefault();
    if (chosen && event.button === 0) location.assign(chosen.dataset.href);
  });
  field.addEventListener("blur", close);
  form.addEventListener("submit", close);
}

function option(entry, id) {
  const made = document.createElement("li");
  set(made, { id, role: "option", "aria-selected": "false", "data-href": entry.href });
  add(made, "span", {}).textContent = entry.label;
  const group = add(made, "span", {});
  group.className = "suggestion-kind";
  group.textContent = entry.group;
  return made;
}

function add(parent, name, attributes) {
  const made = document.createElement(name);
  set(made, attributes);
  return parent.appendChild(made);
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
