"""The units that handle a procedure: their late dossiers beside those of all units.

Here belongs the choice of these units, and the sentence on those that are late more often than all
units together. Not here: how a unit's dossiers are counted (pipeline.indices.breakdowns), the
procedures over all units (procedures).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.tables.comparisons import REST
from reports.language import Language
from reports.leagues import read_parents_and_kinds
from reports.site.rendering import Site

MOST_ROWS = 10
"""The most units of a procedure on the page; the data file has all."""
_DUE = "due_on_time"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class UnitLine:
    """A unit by one procedure: its dossiers late and due, the share late, and its limits.

    `above` is the name of the agency above it, empty at the top. `is_above_all`: the limits lie
    wholly above the share late of all units.
    """

    code: str
    name: str
    above: str
    late: int
    due: int
    late_share: float
    lower: float
    upper: float
    is_above_all: bool


@dataclass(frozen=True)
class ProcedureUnits:
    """The units of a procedure with enough dossiers, the latest first: at most MOST_ROWS of them.

    `sentences` say how many lie wholly above all units together, and how many the table has.
    """

    sentences: tuple[str, ...]
    lines: tuple[UnitLine, ...]


def list_units(site: Site, procedures: Sequence[Row]) -> dict[str, ProcedureUnits]:
    """The units of each procedure, by its code. `procedures` are rows of that table.

    The rows of breakdowns also add up what lies below a unit, so a unit stands here only where no
    unit below it has the procedure, nor procedures beyond its largest, among which it may be.
    """
    found = _read_lines(site, {row["procedure_code"]: row["late_share"] for row in procedures})
    return {
        row["procedure_code"]: ProcedureUnits(
            tuple(_write_sentences(site, row, found[row["procedure_code"]])),
            tuple(found[row["procedure_code"]][:MOST_ROWS]),
        )
        for row in procedures
    }


def _read_lines(site: Site, shares: Mapping[str, float]) -> dict[str, list[UnitLine]]:
    content = site.content
    rows = content.comparisons["breakdowns"].filter(
        pl.col("category").is_in([*shares, REST]), by="procedure", indicator=_DUE
    )
    parents, _ = read_parents_and_kinds(content)
    handled_below = _find_units_above(rows, parents)
    names = site.leagues.unit_names
    lines: dict[str, list[UnitLine]] = defaultdict(list)
    enough = rows.filter(
        pl.col("category") != REST, pl.col("denominator") >= content.method.minimum_due
    )
    for row in enough.iter_rows(named=True):
        code, category = row["unit_code"], row["category"]
        if code in handled_below[category] or code in handled_below[REST]:
            continue
        due = round(row["denominator"])
        parent = parents.get(code, "")
        lines[category].append(
            UnitLine(
                code,
                names.get(code, code),
                names.get(parent, parent),
                due - round(row["numerator"]),
                due,
                1 - row["value"],
                1 - row["upper"],
                1 - row["lower"],
                1 - row["upper"] > shares[category],
            )
        )
    for of_procedure in lines.values():
        of_procedure.sort(key=lambda line: (-line.late_share, line.code))
    return lines


def _find_units_above(rows: pl.DataFrame, parents: Mapping[str, str]) -> dict[str, set[str]]:
    """The codes of all agencies above the units that have a category, by category."""
    above: dict[str, set[str]] = defaultdict(set)
    for code, category in rows.select("unit_code", "category").iter_rows():
        parent = parents.get(code)
        while parent and parent not in above[category]:
            above[category].add(parent)
            parent = parents.get(parent)
    return above


def _write_sentences(site: Site, row: Row, lines: Sequence[UnitLine]) -> Iterator[str]:
    language: Language = site.language
    minimum = site.content.method.minimum_due
    if not lines:
        yield language.text("procedures.no_unit", minimum=minimum)
        return
    values: dict[str, object] = {
        "all": len(lines),
        "minimum": minimum,
        "share": language.percent(row["late_share"]),
    }
    above = sum(line.is_above_all for line in lines)
    if above:
        yield language.text("procedures.some_above", count=above, **values)
    else:
        yield language.text("procedures.none_above", **values)
    if len(lines) > MOST_ROWS:
        yield language.text("procedures.units_listed", listed=MOST_ROWS, all=len(lines))
