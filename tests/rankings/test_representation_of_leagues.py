"""The satisfied share of those who answered stands beside that of all who were served."""

from typing import Any

import polars as pl
import pytest

from pipeline import agencies, methods, tables
from pipeline.rankings import representation
from pipeline.rankings.scope import RankingScope
from pipeline.suppression.represented import choose_represented
from pipeline.tables.represented import REPRESENTATION, RESPONSES
from pipeline.tallies import Tallies

MONTH = "2026-10"
METHOD = methods.load()
SCOPE = RankingScope(MONTH, METHOD, agencies.load(None))
MILLION = 1_000_000
PROVINCES = ("H26", "H29", "H31")
Counts = dict[tuple[str, str], tuple[int, int, int]]
"""By lateness and channel: served, answered, satisfied."""

EVEN: Counts = {("on_time", "online"): (100, 50, 45), ("late", "online"): (50, 25, 10)}
"""Half of each answered: 55 of 75 are satisfied, and of all as many."""
SILENT_LATE: Counts = {("on_time", "online"): (60, 54, 48), ("late", "online"): (90, 9, 3)}
"""51 of 63 of those who answered; of all 0.4 x 48/54 + 0.6 x 3/9."""
FEW_LATE: Counts = {("on_time", "online"): (100, 50, 45), ("late", "online"): (50, 4, 2)}


def tallies_of(units: dict[str, Counts], unmatched: int = 0) -> Tallies:
    rows = [
        {
            "month": MONTH,
            "unit_code": unit,
            "procedure_code": "1",
            "channel": channel,
            "applicant": "citizen",
            "served": served,
            "outcome": "finished_overdue" if served == "late" else "finished_early",
            "verdict": served,
            "due_month": MONTH,
            "count": counts[0],
            "answered": counts[1],
            "yes": counts[2],
        }
        for unit, groups in units.items()
        for (served, channel), counts in groups.items()
    ]
    groups = pl.DataFrame(rows)
    rated = groups.filter(pl.col("answered") > 0).with_columns(
        asked=pl.lit("five:overall"),
        dossiers="answered",
        respondents="answered",
        weight_millionths=MILLION * pl.col("answered"),
        satisfied_millionths=MILLION * pl.col("yes"),
        weight_products=MILLION**2 * pl.col("answered"),
        satisfied_by_weight=MILLION**2 * pl.col("yes"),
        satisfied_products=MILLION**2 * pl.col("yes"),
        **{f"other_{name}": name for name in ("procedure_code", "channel", "applicant", "served")},
    )
    apart = rated.unique("unit_code").with_columns(
        served=pl.lit(tables.NOT_SERVED), dossiers=pl.lit(unmatched, pl.Int64)
    )
    return Tallies.of(
        outcomes=groups.with_columns(dossiers="count").lazy(),
        rated=pl.concat([rated, apart]).lazy(),
        rated_pairs=rated.lazy(),
    )


def published(shares: dict[str, float | None]) -> pl.DataFrame:
    """The published satisfied shares, as tables.INDICES has them."""
    return pl.DataFrame(
        {
            "indicator": "satisfied_share",
            "unit_code": list(shares),
            "value": list(shares.values()),
            "scale": "five:overall",
            "note": None,
        },
        schema_overrides={"value": pl.Float64},
    )


def compute(
    units: dict[str, Counts], shares: dict[str, float | None], unmatched: int = 0
) -> tuple[dict[str, dict[str, Any]], pl.DataFrame]:
    """The rows of representation by unit, and the responses."""
    found, responses, _ = representation.compute(
        tallies_of(units, unmatched), published(shares), SCOPE
    )
    assert (found.schema, responses.schema) == (REPRESENTATION.schema, RESPONSES.schema)
    return {row["unit_code"]: row for row in found.iter_rows(named=True)}, responses


def test_units_are_ranked_by_both_shares_and_by_what_silence_leaves_open() -> None:
    found, _ = compute(
        {"H26": EVEN, "H29": SILENT_LATE}, {"H26": 0.733333, "H29": 0.809524}, unmatched=5
    )
    even, silent = found["H26"], found["H29"]
    assert even["league"] == silent["league"] == "province"
    assert (even["served"], even["answered"], even["unmatched"]) == (150, 75, 5)
    assert (even["share"], even["adjusted_share"]) == (0.733333, pytest.approx(55 / 75, abs=1e-6))
    assert silent["adjusted_share"] == pytest.approx(0.4 * 48 / 54 + 0.6 * 3 / 9, abs=1e-6)
    assert (even["rank"], silent["rank"]) == (2, 1)
    assert (even["adjusted_rank"], silent["adjusted_rank"]) == (1, 2)
    # 55 and 51 of 150 are satisfied for sure; 75 and 87 said nothing.
    assert (even["lowest"], even["highest"]) == (0.367, 0.867)
    assert (silent["lowest"], silent["highest"]) == (0.34, 0.92)
    assert {(row["rank_best"], row["rank_worst"]) for row in found.values()} == {(1, 2)}
    assert even["representativeness"] == 1
    assert silent["representativeness"] < 0.5
    for row in found.values():
        assert row["lower"] < row["adjusted_share"] < row["upper"]
        assert row["adjusted_by"] == "post_stratified"
        assert row["reason"] is None


def test_bounds_that_do_not_meet_leave_one_rank() -> None:
    all_yes: Counts = {("on_time", "online"): (50, 45, 45), ("late", "online"): (50, 45, 45)}
    all_no: Counts = {("on_time", "online"): (50, 45, 0), ("late", "online"): (50, 45, 0)}
    found, _ = compute(
        {"H26": all_yes, "H29": all_no, "H31": EVEN}, {"H26": 1.0, "H29": 0.0, "H31": 0.733333}
    )
    # 0.9 to 1, 0 to 0.1, 0.367 to 0.867
    ranks = {unit: (row["rank_best"], row["rank_worst"]) for unit, row in found.items()}
    assert ranks == {"H26": (1, 1), "H31": (2, 2), "H29": (3, 3)}


def test_a_share_that_is_not_published_has_no_row_and_no_response() -> None:
    found, responses = compute({"H26": EVEN, "H29": EVEN}, {"H26": 0.733333, "H29": None})
    assert list(found) == ["H26"]
    assert responses["unit_code"].unique().to_list() == ["H26"]


def test_a_unit_of_few_matched_answers_says_so_and_keeps_its_share() -> None:
    few: Counts = {("on_time", "online"): (100, 20, 18), ("late", "online"): (50, 9, 4)}
    found, _ = compute({"H26": few}, {"H26": 0.7}, unmatched=6)
    row = found["H26"]
    assert (row["reason"], row["adjusted_by"], row["adjusted_share"]) == (
        "too_few_matched",
        None,
        None,
    )
    assert (row["share"], row["rank"], row["adjusted_rank"]) == (0.7, 1, None)
    assert row["lowest"] is not None


@pytest.mark.parametrize(("unmatched", "note"), [(75, None), (76, "mostly_unmatched")])
def test_where_most_ratings_name_no_dossier_the_share_is_not_adjusted(
    unmatched: int, note: str | None
) -> None:
    found, _ = compute({"H26": EVEN}, {"H26": 0.733333}, unmatched=unmatched)
    assert found["H26"]["reason"] == note


def test_who_answered_is_shown_by_levels_with_enough_answers() -> None:
    _, responses = compute({"H26": SILENT_LATE}, {"H26": 0.809524})
    assert responses.drop("month", "unit_code").rows() == [
        # margin, level, served, answered, rate, share of weights
        ("lateness", "late", 90, 9, 0.1, 0.6),
        ("lateness", "not_late", 60, 54, 0.9, 0.4),
    ]


def test_a_margin_with_a_level_of_few_answers_is_not_shown() -> None:
    _, responses = compute({"H26": FEW_LATE}, {"H26": 0.87})
    assert responses.is_empty()


@pytest.mark.parametrize(("unmatched", "is_shown"), [(0, True), (1, False), (4, False), (5, True)])
def test_a_few_answers_beside_the_matched_ones_are_told_by_no_row(
    unmatched: int, is_shown: bool
) -> None:
    found, responses = compute({"H26": EVEN}, {"H26": 0.733333}, unmatched=unmatched)
    assert ("H26" in found) is is_shown
    assert responses.is_empty() is not is_shown


@pytest.mark.parametrize(("answered", "is_shown"), [(4, False), (5, True)])
def test_a_few_matched_answers_are_told_by_no_row(answered: int, is_shown: bool) -> None:
    few: Counts = {("on_time", "online"): (100, answered, 3)}
    found, _ = compute({"H26": few}, {"H26": 0.7}, unmatched=40)
    assert ("H26" in found) is is_shown


def test_the_row_of_an_agency_does_not_tell_of_a_few_below_it() -> None:
    shares = {"H26": 0.7, "H26.01": 0.7, "H26.02": 0.7, "H26.03": 0.7}
    members = {"H26": "H26", "H26.01": "H26", "H26.02": "H26", "H26.03": "H26"}
    counted = pl.DataFrame(
        [("H26", 84, 0), ("H26.01", 4, 0), ("H26.02", 30, 0), ("H26.03", 50, 0)],
        schema=["unit_code", "answered", "unmatched"],
        orient="row",
    ).with_columns(asked=pl.lit("five:overall"))
    parents = {code: above for code, above in members.items() if code != above}
    shown = dict.fromkeys(shares, "five:overall")
    # Of 84 the 50 of one unit are shown: 4 and 30 are hidden together.
    assert choose_represented(counted, parents, shown, 5) == {"H26", "H26.03"}


def test_many_values_of_a_level_are_named_shortly() -> None:
    assert representation._name_level(("a", "b", "c")) == "a+b+c"
    assert representation._name_level(("", "a", "b", "c", "d")) == "not_sent+a+b+2 more"
