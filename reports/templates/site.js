/* Tables that sort and filter, and other weights to try. Every number is read from the page itself;
   without JavaScript the page has all of them, and what needs this script stays hidden. */
"use strict";

{
  const isVietnamese = document.documentElement.lang === "vi";
  const names = new Intl.Collator(isVietnamese ? "vi" : "en", { numeric: true });

  /* The first number in a text, as the page's language writes it; null where there is none. */
  const readNumber = (text) => {
    const found = text.replace(/\u2212/g, "-").match(/-?\d[\d.,]*/);
    if (!found) return null;
    const plain = isVietnamese ? found[0].replace(/\./g, "").replace(",", ".") : found[0].replace(/,/g, "");
    return Number(plain);
  };

  /* A number with so many decimals, as the page's language writes it. */
  const writeNumber = (value, decimals) => {
    const written = value.toFixed(decimals).replace("-", "\u2212");
    return isVietnamese ? written.replace(".", ",") : written;
  };

  /* Letters without accents, so that "da nang" finds "Đà Nẵng". */
  const foldLetters = (text) =>
    text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();

  const fill = (form, values) => form.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const readCell = (row, column, isNumber) => {
    const text = row.cells[column].textContent.trim();
    return isNumber ? readNumber(text) : text;
  };

  /* Rows in order of a column; those without a value always last, ties in the order they had. */
  const sortRows = (table, column, isDescending) => {
    const body = table.tBodies[0];
    const isNumber = table.tHead.rows[0].cells[column].classList.contains("n");
    const keyed = [...body.rows].map((row) => [readCell(row, column, isNumber), row]);
    keyed.sort(([one], [other]) => {
      const isEmpty = [one, other].map((key) => key === null || key === "");
      if (isEmpty[0] || isEmpty[1]) return isEmpty[0] - isEmpty[1];
      const difference = isNumber ? one - other : names.compare(one, other);
      return isDescending ? -difference : difference;
    });
    body.append(...keyed.map(([, row]) => row));
  };

  const makeSortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const isDescending = head.getAttribute("aria-sort") === "ascending";
        sortRows(table, column, isDescending);
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
      });
    });
  };

  const makeFilter = (controls, table) => {
    const input = controls.querySelector("input");
    const status = controls.querySelector("[role=status]");
    input.addEventListener("input", () => {
      const wanted = foldLetters(input.value.trim());
      const rows = [...table.tBodies[0].rows];
      for (const row of rows) {
        row.hidden = !foldLetters(row.querySelector("th").textContent).includes(wanted);
      }
      const shown = rows.filter((row) => !row.hidden).length;
      status.textContent = wanted ? fill(status.dataset.form, { shown, all: rows.length }) : "";
    });
  };

  /* The ranked units of the league's table with their parts, in hundredths of a point. */
  const readParts = (table) => {
    const columns = [...table.tHead.rows[0].cells].flatMap((head, column) => ("part" in head.dataset ? [column] : []));
    return [...table.tBodies[0].rows]
      .filter((row) => readCell(row, 0, true) !== null)
      .map((row) => ({
        head: row.querySelector("th"),
        rank: readCell(row, 0, true),
        parts: columns.map((column) => Math.round(100 * readCell(row, column, true))),
      }));
  };

  /* Units with value and rank for a weight (per cent) of the first of two parts. Values are rounded
     to hundredths, halves up, and equal values share the better rank, as in the published ranking. */
  const rankUnits = (units, weight) => {
    const found = units.map((unit) => {
      const [one, other] = unit.parts;
      const hundredths = (weight * one + (100 - weight) * other) / 100;
      return { ...unit, value: Math.floor(hundredths + 0.5 + 1e-7) };
    });
    for (const unit of found) {
      unit.tried = 1 + found.filter((other) => other.value > unit.value).length;
    }
    return found.sort((one, other) => one.tried - other.tried || one.rank - other.rank);
  };

  const makeWhatIf = (section, table) => {
    const range = section.querySelector("input");
    const outputs = section.querySelectorAll("output");
    const status = section.querySelector("[role=status]");
    const body = section.querySelector("tbody");
    const units = readParts(table);
    const show = () => {
      const weight = Number(range.value);
      const decimals = Number.isInteger(weight) ? 0 : 1;
      outputs[0].textContent = `${writeNumber(weight, decimals)}%`;
      outputs[1].textContent = `${writeNumber(100 - weight, decimals)}%`;
      const found = rankUnits(units, weight);
      body.replaceChildren(
        ...found.map((unit) => {
          const row = document.createElement("tr");
          const head = unit.head.cloneNode(true);
          const places = unit.rank - unit.tried;
          const moved = places ? `${places > 0 ? "▲" : "▼"} ${Math.abs(places)}` : "–";
          const texts = [unit.tried, writeNumber(unit.value / 100, 2), unit.rank, moved];
          const cells = texts.map((text) => {
            const cell = document.createElement("td");
            cell.className = "n";
            cell.textContent = text;
            return cell;
          });
          row.append(cells[0], head, ...cells.slice(1));
          return row;
        }),
      );
      const changed = found.filter((unit) => unit.tried !== unit.rank).length;
      const most = Math.max(0, ...found.map((unit) => Math.abs(unit.tried - unit.rank)));
      status.textContent = fill(status.dataset.form, { changed, all: found.length, most });
    };
    range.addEventListener("input", show);
    section.querySelector("button").addEventListener("click", () => {
      range.value = range.defaultValue;
      show();
    });
    show();
  };

  document.querySelectorAll("table.sortable").forEach(makeSortable);
  document.querySelectorAll("[data-filters]").forEach((controls) => {
    makeFilter(controls, document.getElementById(controls.dataset.filters));
  });
  document.querySelectorAll("[data-weighs]").forEach((section) => {
    makeWhatIf(section, document.getElementById(section.dataset.weighs));
  });
  document.querySelectorAll("[data-script]").forEach((element) => {
    element.hidden = false;
  });
}
