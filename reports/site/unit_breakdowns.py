"""A unit's on-time rates by applicant, channel and procedure, on its page.

Here belongs the choice of what the page shows of the table breakdowns, and a procedure beside the
same procedure elsewhere. Not here: how categories are counted (pipeline.indices), the template
(unit_breakdowns.html.j2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

from reports.categories import CategoryName, name_category
from reports.language import Language

MOST_ROWS = 5
"""The most procedures on the page of a unit."""
_DUE, _FINISHED = "due_on_time", "on_time_of_finished"
_COMPARED = ("citizen", "enterprise")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class CategoryLine:
    """A category by the two rates; None where it has no dossiers of one."""

    by: str
    name: CategoryName
    due: Row | None
    finished: Row | None


@dataclass(frozen=True)
class ProcedureLine:
    """A procedure here (a row of breakdowns), and its share on time elsewhere in whole per cent.

    Elsewhere are all other units of the edition; None where these have too few dossiers due. More
    digits would change the pages of all units whenever one sender corrects a dossier.
    """

    name: CategoryName
    here: Row
    elsewhere: int | None


@dataclass(frozen=True)
class Apart:
    """The dossiers of a unit told apart: a sentence on citizens and enterprises, and two tables."""

    sentence: str
    lines: tuple[CategoryLine, ...]
    procedures: tuple[ProcedureLine, ...]


def tell_apart(
    rows: Sequence[Row],
    procedures: Mapping[str, tuple[int, int]],
    minimum: int,
    language: Language,
) -> Apart | None:
    """A unit's dossiers told apart, from its rows of breakdowns; None where it has none.

    `procedures` are the dossiers due and late over all units, by code of the procedure; `minimum`
    are the dossiers that a procedure must have elsewhere.
    """
    if not rows:
        return None
    found: dict[tuple[str, str], dict[str, Row]] = {}
    for row in sorted(rows, key=lambda row: (row["by"], row["category"])):
        found.setdefault((row["by"], row["category"]), {})[row["indicator"]] = row
    lines = tuple(
        CategoryLine(by, name_category(language, by, category), of.get(_DUE), of.get(_FINISHED))
        for (by, category), of in found.items()
        if by != "procedure"
    )
    due = [of[_DUE] for (by, _), of in found.items() if by == "procedure" and _DUE in of]
    compared = [row for row in due if row["category"] in procedures]
    compared.sort(key=lambda row: (-row["denominator"], row["category"]))
    return Apart(
        _compare_applicants(found, language),
        lines,
        tuple(
            _compare(row, procedures[row["category"]], minimum, language)
            for row in compared[:MOST_ROWS]
        ),
    )


def _compare(row: Row, of_all: tuple[int, int], minimum: int, language: Language) -> ProcedureLine:
    due, late = of_all
    due_elsewhere = due - round(row["denominator"])
    on_time_elsewhere = due - late - round(row["numerator"])
    name = name_category(language, "procedure", row["category"])
    if due_elsewhere < minimum:
        return ProcedureLine(name, row, None)
    return ProcedureLine(name, row, floor(100 * on_time_elsewhere / due_elsewhere + 0.5))


def _compare_applicants(found: Mapping[tuple[str, str], dict[str, Row]], language: Language) -> str:
    """A sentence on citizens and enterprises; empty where one of them has too few dossiers."""
    rows = [found.get(("applicant", each), {}).get(_DUE) for each in _COMPARED]
    first, second = rows
    if first is None or second is None or "too_few_due" in (first["note"], second["note"]):
        return ""
    is_apart = first["lower"] > second["upper"] or second["lower"] > first["upper"]
    return language.text(
        "apart.differ" if is_apart else "apart.alike",
        first=language.text("applicant.citizen"),
        first_value=language.percent(first["value"]),
        second=language.text("applicant.enterprise"),
        second_value=language.percent(second["value"]),
    )
