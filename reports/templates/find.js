// Finds a unit by its name, with accents or without, or by its code, in the list on the page.
// Every word that is typed must begin a word of the unit's name, its code or the agency above it.
"use strict";
(() => {
  const MOST = 12;
  const form = document.getElementById("find");
  const input = form.querySelector("input");
  const status = form.querySelector("[role=status]");
  const list = form.querySelector(".found");

  const plain = (text) => " " + text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d")
    .toLowerCase().replace(/[^\p{L}\p{N}.]+/gu, " ").trim();

  let units;
  const readUnits = () => Array.from(document.querySelectorAll("#units li"), (item) => {
    const above = item.parentNode.dataset.above;
    const name = plain(item.querySelector("a").textContent);
    const code = plain(item.querySelector(".code").textContent);
    return { item, above, name, code, all: name + code + plain(above) };
  });

  // The exact code first, then a name that begins so, one with these words, these words elsewhere.
  const rate = (unit, typed, words) => {
    if (unit.code === typed) return 0;
    if (unit.name === typed) return 1;
    if (unit.name.startsWith(typed)) return 2;
    if (words.every((word) => unit.name.includes(" " + word))) return 3;
    return unit.all.includes(typed) ? 4 : 5;
  };

  const find = (typed) => {
    const words = typed.split(" ").filter(Boolean);
    if (!words.length) return [];
    units = units || readUnits();
    return units.filter((unit) => words.every((word) => unit.all.includes(" " + word)))
      .map((unit) => [rate(unit, typed, words), unit])
      .sort((one, other) => one[0] - other[0])
      .map(([, unit]) => unit);
  };

  const show = () => {
    const typed = plain(input.value);
    const found = find(typed);
    const shown = found.slice(0, MOST).map((unit) => {
      const item = unit.item.cloneNode(true);
      if (unit.above) item.append(" – " + unit.above);
      return item;
    });
    list.replaceChildren(...shown);
    const say = (name, count) => form.dataset[name].replace("#", count);
    if (typed.trim() === "") status.textContent = "";
    else if (!found.length) status.textContent = form.dataset.none;
    else {
      status.textContent = say("found", found.length)
        + (found.length > MOST ? ". " + say("more", MOST) : "");
    }
  };

  input.addEventListener("input", show);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = list.querySelector("a");
    if (first) first.click();
  });
  form.hidden = false;
  show();
})();
