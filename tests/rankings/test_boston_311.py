"""Real requests of one city: what open overdue ones and the mix do to a ranking."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline import indices, methods, months, tables
from pipeline.agencies import Register
from pipeline.calendar import Clock, vietnam
from pipeline.deadlines import AS_SENT
from pipeline.rankings import RankingScope, case_mix, funnels, leagues
from pipeline.tallies import Tallies, ledger
from pipeline.tallies.dossiers import count_outcomes, judge_dossiers

BOSTON = Path(__file__).parents[3] / "shared" / "data" / "boston311"
MONTH = "2011-10"
MONTHS = months.span("2011-07", MONTH)
CHANNELS = {
    "Self Service": "online",
    "Citizens Connect App": "online",
    "Twitter": "online",
    "Constituent Call": "phone",
    "Employee Generated": "internal",
    "Maximo Integration": "internal",
}
PUBLIC_WORKS, PROPERTY = "Public Works Department", "Property Management"
TRAFFIC, PARKS = "Transportation - Traffic Division", "Parks & Recreation Department"
INSPECTION, HOTLINE = "Inspectional Services", "Mayor's 24 Hour Hotline"


def cases(month: str, unit: str) -> pl.DataFrame:
    """The month's cases, without the three due before they were received."""
    if not BOSTON.exists():
        pytest.skip(f"the cases of Boston are not on this machine: {BOSTON}")

    def moment(column: str) -> pl.Expr:
        return pl.col(column).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="ms")

    read = pl.read_csv(BOSTON / "exports" / f"{month}.csv.gz", infer_schema=False).select(
        pl.col("case_enquiry_id").alias("dossier_id"),
        pl.lit("ALL").alias("sender_code"),
        pl.lit(month).alias("sha256"),
        pl.col(unit).alias("unit_code"),
        pl.col("type").alias("procedure_code"),
        pl.col("source").replace_strict(CHANNELS, default="other").alias("channel"),
        pl.col("case_status")
        .replace_strict({"Closed": "finished", "Open": "in_progress"})
        .alias("status"),
        moment("open_dt").alias("received_at"),
        moment("target_dt").alias("due_at"),
        moment("closed_dt").alias("ended_at"),
    )
    is_faulty = pl.col("due_at") < pl.col("received_at")
    return read.filter(is_faulty.fill_null(value=False).not_())


def count_cases(unit: str) -> tuple[Tallies, Register]:
    """Tallies of the four months with the bodies of a column as units, and their register."""
    clock = Clock("elapsed", vietnam(), "America/New_York")
    outcomes = []
    for month in MONTHS:
        dossiers = tables.DOSSIERS.conform(cases(month, unit)).lazy()
        judged = judge_dossiers(ledger.with_history(dossiers, month), month, AS_SENT, clock)
        outcomes.append(count_outcomes(judged, month, "elapsed", AS_SENT))
    table = pl.concat(outcomes)
    units = table["unit_code"].unique().sort().to_list()
    agencies = [
        {"code": code, "name_vi": code, "kind": "body", "parent_code": "ALL"} for code in units
    ]
    city = {"code": "ALL", "name_vi": "Boston", "kind": "city", "parent_code": None}
    register = Register(tables.AGENCIES.conform(pl.DataFrame([*agencies, city])), digest="0")
    return Tallies.of(outcomes=table.lazy()), register


@pytest.fixture(scope="module")
def by_subject() -> tuple[Tallies, Register]:
    return count_cases("subject")


@pytest.fixture(scope="module")
def by_department() -> tuple[Tallies, Register]:
    return count_cases("department")


@pytest.fixture(scope="module")
def funnel(by_subject: tuple[Tallies, Register]) -> pl.DataFrame:
    tallies, register = by_subject
    scope = RankingScope(MONTH, methods.load(), register)
    computed = indices.compute(tallies, MONTH, scope.method, register)
    entries = leagues.list_entries(computed, scope)
    with_values = leagues.note_other_kinds(entries).filter("is_ranked")
    return funnels.compute(computed, with_values, scope)


def compute_case_mix(tallies: Tallies, register: Register) -> pl.DataFrame:
    return case_mix.compute(tallies, RankingScope(MONTH, methods.load(), register))


def units_by_rank(funnel: pl.DataFrame, indicator: str) -> list[str]:
    rows = funnel.filter(pl.col("indicator") == indicator)
    return rows.sort("value", descending=True)["unit_code"].to_list()


def test_the_hotline_falls_from_third_to_last_once_open_overdue_cases_count(
    funnel: pl.DataFrame,
) -> None:
    assert units_by_rank(funnel, "on_time_of_finished") == [
        PROPERTY,
        PUBLIC_WORKS,
        HOTLINE,
        TRAFFIC,
        PARKS,
        INSPECTION,
    ]
    assert units_by_rank(funnel, "due_on_time") == [
        PROPERTY,
        PUBLIC_WORKS,
        TRAFFIC,
        PARKS,
        INSPECTION,
        HOTLINE,
    ]


def test_the_hotline_lies_above_the_centre_by_one_rate_and_two_errors_below_by_the_other(
    funnel: pl.DataFrame,
) -> None:
    hotline = funnel.filter(pl.col("unit_code") == HOTLINE)
    z = dict(hotline.select("indicator", "z").iter_rows())
    assert round(z["on_time_of_finished"], 2) == 0.29
    assert round(z["due_on_time"], 2) == -2.05
    # Six bodies with works so unlike each other differ far beyond chance, and the funnel says so:
    # by this rate none of them lies outside.
    due = funnel.filter(pl.col("indicator") == "due_on_time")
    assert round(due["phi"][0]) == 247
    assert due["is_outside"].null_count() == due.height == 6


def test_bodies_that_share_no_kind_of_request_are_not_compared_by_mix(
    by_subject: tuple[Tallies, Register],
) -> None:
    found = compute_case_mix(*by_subject)
    assert found["shared_due"].to_list() == [0] * 6
    assert found["ratio"].null_count() == found["adjusted_rank"].null_count() == 6
    late = dict(found.select("unit_code", "late").iter_rows())
    assert late[HOTLINE] == 388 - 65  # of 388 due 65 on time, as the city's figures say


def test_expected_late_cases_are_those_counted_from_the_cases_themselves(
    by_department: tuple[Tallies, Register],
) -> None:
    found = compute_case_mix(*by_department)
    expected = _expected_of_cases()
    assert dict(found.select("unit_code", "due").iter_rows()) == {
        unit: row["due"] for unit, row in expected.items()
    }
    for row in found.iter_rows(named=True):
        assert row["late"] == expected[row["unit_code"]]["late"]
        assert row["expected_late"] == pytest.approx(
            expected[row["unit_code"]]["expected"], abs=1e-6
        )


def test_property_management_is_late_a_tenth_as_often_as_its_mix_lets_expect(
    by_department: tuple[Tallies, Register],
) -> None:
    found = compute_case_mix(*by_department)
    rows = {row["unit_code"]: row for row in found.iter_rows(named=True)}
    assert (rows["PROP"]["late"], round(rows["PROP"]["expected_late"], 1)) == (2, 18.7)
    assert rows["PROP"]["limits_kind"] == "byar"
    assert rows["PROP"]["upper"] < 1 < rows["INFO"]["lower"]
    ranks = {unit: (row["rank"], row["adjusted_rank"]) for unit, row in rows.items()}
    assert ranks["PROP"] == (1, 1)
    assert ranks["INFO"] == (4, 4)
    # Of Public Works' cases 2163 of 5615 are of kinds that others have too: under half.
    assert ranks["PWDx"] == ranks["ISD"] == (None, None)


def _expected_of_cases() -> dict[str, dict[str, Any]]:
    """By department: cases due in October, late ones, and those expected, row by row."""
    start, end = months.start(MONTH), months.end(MONTH)
    last_seen: dict[str, dict[str, Any]] = {}
    for month in MONTHS:
        for row in cases(month, "department").iter_rows(named=True):
            last_seen[row["dossier_id"]] = row
    due = [row for row in last_seen.values() if row["due_at"] and start <= row["due_at"] < end]
    strata: dict[Any, list[int]] = {}
    for row in due:
        row["is_late"] = row["ended_at"] is None or row["ended_at"] > row["due_at"]
        strata.setdefault((row["procedure_code"], row["channel"]), []).append(row["is_late"])
    units: dict[str, dict[str, Any]] = {}
    for row in due:
        unit = units.setdefault(row["unit_code"], {"due": 0, "late": 0, "expected": 0.0})
        alike = strata[row["procedure_code"], row["channel"]]
        unit["due"] += 1
        unit["late"] += row["is_late"]
        unit["expected"] += sum(alike) / len(alike)
    return units
