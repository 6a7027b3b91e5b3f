// Finds a unit by its name, with accents or without, or by its code, in the list on the page.
// Every word that is typed must begin a word of the unit's name, its code or the agency above it.
// What kind of unit it is (tỉnh, thành phố, TP, Province, City) may be typed, left out or
// shortened; HCM and the like stand for names of three words or more.
"use strict";
(() => {
  const MOST = 12;
  const form = document.getElementById("find");
  const input = form.querySelector("input");
  const status = form.querySelector("[role=status]");
  const list = form.querySelector(".found");

  const plain = (text) => " " + text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d")
    .toLowerCase().replace(/[^\p{L}\p{N}.]+/gu, " ").trim();

  // Kinds stand before a name in Vietnamese, mostly behind it in English; Hà Tĩnh keeps its own.
  const dropKinds = (text) => text.replace(/ t\.?p\.(?=\S| )/g, " tp ").replace(/ +/g, " ")
    .replace(/ tp(?=hcm\b)/g, " tp ")
    .replace(/ (?:tinh|thanh pho|tp|(?:province|city|municipality) of)(?= \S)/g, "")
    .replace(/( \S+) (?:province|city|municipality)(?= |$)/g, "$1");

  // Other words for a name: its first letters, and all of it without spaces (Hanoi).
  const listOthers = (bare) => {
    const words = bare.split(" ").filter(Boolean);
    const others = words.length > 1 ? [words.join("")] : [];
    return words.length > 2 ? [...others, words.map((word) => word[0]).join("")] : others;
  };

  let units;
  const readUnits = () => Array.from(document.querySelectorAll("#units li"), (item) => {
    const above = item.parentNode.dataset.above;
    const name = plain(item.querySelector("a").textContent);
    const code = plain(item.querySelector(".code").textContent);
    const bare = dropKinds(name);
    const own = above ? [] : [...listOthers(bare), ...listOthers(name)];
    const others = new Set([...own, ...listOthers(dropKinds(plain(above)))]);
    return { item, above, name, code, bare, own, others, all: name + code + plain(above) };
  });

  const hasAll = (unit, words) => words.every(
    (word) => unit.all.includes(" " + word) || unit.others.has(word));

  // The exact code first, then a name that begins so, one with these words, these words elsewhere.
  const rate = (unit, typed, words) => {
    if (unit.code === typed) return 0;
    if (unit.name === typed || unit.bare === typed) return 1;
    if (words.length === 1 && unit.own.includes(words[0])) return 1;
    if (unit.name.startsWith(typed) || unit.bare.startsWith(typed)) return 2;
    if (words.every((word) => unit.name.includes(" " + word))) return 3;
    return unit.all.includes(typed) ? 4 : 5;
  };

  const find = (typed) => {
    if (!typed.trim()) return [];
    units = units || readUnits();
    // As it was typed, and without kinds: the better of the two counts.
    const ways = [...new Set([typed, dropKinds(typed)])]
      .map((way) => [way, way.split(" ").filter(Boolean)])
      .filter(([, words]) => words.length);
    const rated = units.map((unit) => [Math.min(...ways.map(
      ([way, words]) => hasAll(unit, words) ? rate(unit, way, words) : Infinity)), unit]);
    return rated.filter(([rating]) => rating < Infinity)
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
