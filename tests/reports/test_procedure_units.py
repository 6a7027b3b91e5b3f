"""The units of a procedure on the page of the procedures: their numbers are the published ones."""

import csv
import re
from dataclasses import replace
from io import StringIO

import polars as pl
import pytest

from pipeline.bulletin import Changes, Content, data_files
from pipeline.indices.breakdowns import with_limits
from pipeline.statistics import intervals
from pipeline.tables.comparisons import BREAKDOWNS, PROCEDURES
from reports.language import Language
from reports.site import pages
from reports.site.procedure_units import MOST_ROWS

MONTH = "2026-10"
EN, VI = Language("en"), Language("vi")
MANY, FEW, REST_BELOW = "1.000001", "1.000002", "1.000003"
HANDLED = {
    # 12 departments, each with 100 dossiers due; of the first two 60 and 40 are late.
    MANY: {f"H{n:02d}.00": (late, 100) for n, late in zip(
        (1, 5, 12, 13, 14, 15, 17, 18, 19, 20, 21, 24),
        (60, 40, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10),
        strict=True,
    )},
    FEW: {"H01.00": (20, 29), "H05.00": (10, 29)},
    REST_BELOW: {"H26.00": (30, 60)},
}  # fmt: skip
"""Late and due, by procedure and unit."""


def make_breakdowns(content: Content) -> pl.DataFrame:
    """Rows of the departments, of their provinces, which add them up, and procedures that are not
    shown one by one of another department of Hà Nội.
    """
    rows = [
        (code, procedure, due - late, due)
        for procedure, units in HANDLED.items()
        for unit, (late, due) in units.items()
        for code in (unit, unit.partition(".")[0])
    ]
    rows.append(("H26.01", "other", 50, 90))
    schema = ["unit_code", "category", "numerator", "denominator"]
    counts = pl.DataFrame(rows, schema=schema, orient="row")
    measured = with_limits(counts, content.method).with_columns(
        pl.col("numerator", "denominator").cast(pl.Float64),
        pl.col("value", "lower", "upper").round(6),
        by=pl.lit("procedure"),
        indicator=pl.lit("due_on_time"),
        month=pl.lit(MONTH),
    )
    return BREAKDOWNS.conform(measured)


def make_procedures(content: Content) -> pl.DataFrame:
    """The procedures over all these departments."""
    rows = []
    for code, units in HANDLED.items():
        late, due = (sum(column) for column in zip(*units.values(), strict=True))
        rows.append({"procedure_code": code, "late": late, "due": due, "units": len(units)})
    late, due = pl.col("late"), pl.col("due")
    lower, upper = intervals.wilson_limits(late, due, content.method.confidence_level)
    limits = {"late_share": late / due, "lower": lower, "upper": upper}
    measured = pl.DataFrame(rows).with_columns(
        *(each.round(6).alias(name) for name, each in limits.items()),
        month=pl.lit(MONTH),
        interval_source=pl.lit("chance"),
        compared_units=0,
        median_late_share=pl.lit(None, pl.Float64),
        time_saved=0.5,
    )
    return PROCEDURES.conform(measured)


@pytest.fixture(scope="module")
def files(content: Content, first_edition: Changes) -> dict[str, bytes]:
    made = {"breakdowns": make_breakdowns(content), "procedures": make_procedures(content)}
    few = content.rankings.filter(pl.col("league").is_in(["province", "department:H01"]))
    shown = replace(content, rankings=few, comparisons={**content.comparisons, **made})
    return pages(shown, 1, first_edition, [])


def read_table(data: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(data[f"data/{name}.csv"].decode())))


def open_procedure(files: dict[str, bytes], code: str, folder: str = "en/") -> str:
    """What opens below the row of a procedure."""
    page = files[f"{folder}procedures.html"].decode()
    row = page[page.index(f"<code>{code}</code>") :]
    return row[row.index("<details>") : row.index("</details>")]


def list_rows(part: str) -> list[list[str]]:
    body = part[part.index("<tbody>") :]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    cells = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[re.sub("<.*?>", "", cell).strip() for cell in row] for row in cells]


@pytest.fixture(scope="module")
def data(content: Content) -> dict[str, bytes]:
    made = {"breakdowns": make_breakdowns(content), "procedures": make_procedures(content)}
    return data_files(replace(content, comparisons={**content.comparisons, **made}))


def test_the_units_of_a_procedure_are_those_of_the_published_file_the_latest_first(
    files: dict[str, bytes], data: dict[str, bytes]
) -> None:
    published = [
        row
        for row in read_table(data, "breakdowns")
        if row["category"] == MANY and "." in row["unit_code"]
    ]
    share = {row["procedure_code"]: row["late_share"] for row in read_table(data, "procedures")}
    published.sort(key=lambda row: (float(row["value"]), row["unit_code"]))
    wanted = []
    for row in published[:MOST_ROWS]:
        due = round(float(row["denominator"]))
        late = due - round(float(row["numerator"]))
        lower, upper = 1 - float(row["upper"]), 1 - float(row["lower"])
        is_above = lower > float(share[MANY])
        mark = f"▲ {EN.text('procedures.above_all')}" if is_above else "–"
        wanted.append([
            row["unit_code"], f"{late} / {due}", f"{100 * late / due:.1f}%",
            f"{100 * lower:.1f}–{100 * upper:.1f}%", mark,
        ])  # fmt: skip
    rows = list_rows(open_procedure(files, MANY))
    shown = [[re.search(r"H\d\d\.\d\d", row[0])[0], *row[1:]] for row in rows]  # type: ignore[index]
    assert shown == wanted
    # 60 and 40 of 100 are above 200 of 1,200; 10 of 100 are not.
    assert [row[-1] for row in wanted].count("–") == MOST_ROWS - 2


def test_a_sentence_says_whether_a_unit_lies_wholly_above_all_units(
    files: dict[str, bytes],
) -> None:
    some = open_procedure(files, MANY)
    # 60 + 40 + 10 * 10 = 200 of 1,200 are late.
    assert EN.text("procedures.some_above", count=2, all=12, minimum=30, share="16.7%") in some
    assert EN.text("procedures.units_listed", listed=MOST_ROWS, all=12) in some
    assert EN.text("procedures.no_unit", minimum=30) in open_procedure(files, FEW)
    none = VI.text("procedures.none_above", all=1, minimum=30, share="50,0%")
    assert none in open_procedure(files, REST_BELOW, "")


def test_an_agency_that_adds_up_what_lies_below_it_is_not_listed(files: dict[str, bytes]) -> None:
    rows = list_rows(open_procedure(files, REST_BELOW))
    # Hà Nội adds up its departments; one of them has procedures that are not told one by one.
    assert [row[0] for row in rows] == ["Sở Nội vụ H26.00 (Ha Noi)"]


@pytest.mark.parametrize(("folder", "language"), [("", VI), ("en/", EN)])
def test_the_page_explains_its_brackets_and_what_adds_up(
    files: dict[str, bytes], folder: str, language: Language
) -> None:
    page = files[f"{folder}procedures.html"].decode()
    assert language.text("procedures.median_bracket") in page
    assert language.text("apart.add_up") in page
