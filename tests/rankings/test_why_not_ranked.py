"""Units that are listed without a rank, and why."""

from typing import Any

import pytest

from .conftest import RankingsOf, Rows

UNRANKED = (
    "rank",
    "rank_lower",
    "rank_upper",
    "rank_set_kind",
    "tier",
    "simultaneous_lower",
    "simultaneous_upper",
    "may_be_best",
    "rank_change",
)


def pair(rows: Rows) -> list[dict[str, Any]]:
    """Two communes that make a league."""
    return [rows["points"]("C1", 90.0), rows["points"]("C2", 80.0)]


def assert_unranked(row: dict[str, Any], note: str) -> None:
    assert row["note"] == note
    assert [row[name] for name in UNRANKED] == [None] * len(UNRANKED)


def test_a_league_in_which_nobody_has_a_value_is_not_listed(
    rows: Rows, rankings_of: RankingsOf
) -> None:
    found = rankings_of([rows["points"]("C1", None, None, note="too_few_due")])
    assert found.frame.is_empty()


def test_indicators_that_are_not_ranked_are_not_listed(rows: Rows, rankings_of: RankingsOf) -> None:
    naive = {"indicator": "median_time_days_finished"}
    found = rankings_of([rows["days"]("C1", 1.0, **naive), rows["days"]("C2", 2.0, **naive)])
    assert found.frame.is_empty()


def test_a_sender_that_sent_nothing_is_named(rows: Rows, rankings_of: RankingsOf) -> None:
    missing = rows["accepted"]("C3", None, status="missing", rows=None, accepted=None)
    found = rankings_of(pair(rows), deliveries=[rows["accepted"](), missing])
    assert_unranked(found.row("C3"), "no_export")


def test_a_refused_export_is_named(rows: Rows, rankings_of: RankingsOf) -> None:
    refused = rows["accepted"]("C3", status="refused", fault="wrong_month")
    found = rankings_of(pair(rows), deliveries=[rows["accepted"](), refused])
    assert_unranked(found.row("C3"), "refused_export")


def test_a_sender_whose_rows_were_all_rejected_is_not_said_to_have_no_dossiers(
    rows: Rows, rankings_of: RankingsOf
) -> None:
    nothing_left = rows["accepted"]("C3", rows=40, accepted=0, rejected=40)
    found = rankings_of(pair(rows), deliveries=[rows["accepted"](), nothing_left])
    assert_unranked(found.row("C3"), "too_many_rejected")


def test_the_nearest_sender_above_speaks_for_a_unit(rows: Rows, rankings_of: RankingsOf) -> None:
    found = rankings_of(pair(rows), deliveries=[rows["accepted"]()])
    assert_unranked(found.row("C3"), "no_dossiers")


def test_a_unit_without_any_sender_has_no_export(rows: Rows, rankings_of: RankingsOf) -> None:
    deliveries = [rows["accepted"]("C1"), rows["accepted"]("C2")]
    assert_unranked(rankings_of(pair(rows), deliveries=deliveries).row("C3"), "no_export")


@pytest.mark.parametrize(
    ("kinds", "note"),
    [
        (["dossiers", "ratings"], "too_few_respondents"),
        (["dossiers"], "no_ratings"),
        ([], "no_export"),
    ],
)
def test_a_unit_that_nobody_rated(
    rows: Rows, rankings_of: RankingsOf, kinds: list[str], note: str
) -> None:
    def satisfaction(unit: str) -> dict[str, Any]:
        more = {"indicator": "satisfaction_index", "value": 75.0, "scale": "five:overall"}
        return rows["share"](unit, 75, 100, **more)

    found = rankings_of(
        [satisfaction("C1"), satisfaction("C2")],
        deliveries=[rows["accepted"](kind=kind) for kind in kinds],
    )
    assert_unranked(found.row("C3"), note)


def test_a_sender_of_ratings_alone_is_told_from_one_that_sends_nothing(
    rows: Rows, rankings_of: RankingsOf
) -> None:
    found = rankings_of(pair(rows), deliveries=[rows["accepted"](kind="ratings")])
    assert_unranked(found.row("C3"), "no_dossier_export")


@pytest.mark.parametrize(("sender", "note"), [("P", "no_dossiers"), ("C3", "no_dossier_export")])
def test_figures_speak_for_the_indicators_that_they_are_of(
    rows: Rows, rankings_of: RankingsOf, sender: str, note: str
) -> None:
    # P's figures name C1 and C2; what C3 sent is of another indicator.
    deliveries = [rows["accepted"](code, "figures") for code in {"P", sender}]
    given = [rows["share"]("C1", 60, 80), rows["share"]("C2", 50, 80)]
    assert_unranked(rankings_of(given, deliveries=deliveries).row("C3"), note)


@pytest.mark.parametrize(("rejected", "is_ranked"), [(5, True), (6, False)])
def test_more_than_a_twentieth_of_the_rows_rejected_is_too_many(
    rows: Rows, rankings_of: RankingsOf, rejected: int, is_ranked: bool
) -> None:
    deliveries = [rows["accepted"]("P"), rows["accepted"]("C1", rejected=rejected)]
    given = [*pair(rows), rows["points"]("C3", 70.0)]
    row = rankings_of(given, deliveries=deliveries).row("C1")
    assert row["value"] == 90.0
    if is_ranked:
        assert (row["rank"], row["note"]) == (1, None)
    else:
        assert_unranked(row, "too_many_rejected")


def test_rejected_rows_of_all_parts_of_a_kind_count_together(
    rows: Rows, rankings_of: RankingsOf
) -> None:
    # 8 of 100 and 0 of 100: 4 % of the sender's dossiers
    deliveries = [rows["accepted"](rejected=8, sha256="a"), rows["accepted"](sha256="b")]
    assert rankings_of(pair(rows), deliveries=deliveries).row("C1")["rank"] == 1


@pytest.mark.parametrize(("rejected", "note"), [(10, "alone_in_league"), (11, "too_many_rejected")])
def test_rejected_rows_of_all_senders_below_a_unit_count_for_it(
    rows: Rows, rankings_of: RankingsOf, rejected: int, note: str
) -> None:
    # 10 of 100 and 0 of 100: 5 % of what the province's number rests on
    deliveries = [rows["accepted"]("C1", rejected=rejected), rows["accepted"]("C2")]
    given = [*pair(rows), rows["points"]("P", 85.0)]
    found = rankings_of(given, deliveries=deliveries)
    assert_unranked(found.row("P"), note)
    assert_unranked(found.row("C1"), "too_many_rejected")
    assert found.row("C2")["note"] == "alone_in_league"


def test_a_unit_that_sends_its_own_ratings_does_not_escape_the_rejected_dossiers_of_its_sender(
    rows: Rows, rankings_of: RankingsOf
) -> None:
    deliveries = [rows["accepted"]("P", rejected=40), rows["accepted"]("C1", "ratings")]
    found = rankings_of(pair(rows), deliveries=deliveries)
    assert_unranked(found.row("C1"), "too_many_rejected")
    assert_unranked(found.row("C2"), "too_many_rejected")


def test_who_was_not_ranked_for_rejected_rows_has_no_previous_rank(
    rows: Rows, rankings_of: RankingsOf
) -> None:
    points = rows["points"]
    then = [rows["accepted"](month="2026-07"), rows["accepted"]("C3", month="2026-07", rejected=60)]
    found = rankings_of(
        [points("C1", 90.0), points("C2", 80.0), points("C3", 70.0)],
        communes=3,
        deliveries=[rows["accepted"](), *then],
        previous=[
            points(unit, value, month="2026-07")
            for unit, value in (("C3", 99.0), ("C1", 60.0), ("C2", 50.0))
        ],
    )
    assert found.column("previous_rank") == {"C1": 1, "C2": 2, "C3": None}
    assert found.column("rank") == {"C1": 1, "C2": 2, "C3": 3}


def test_rejected_ratings_do_not_touch_the_ranks_of_dossiers(
    rows: Rows, rankings_of: RankingsOf
) -> None:
    deliveries = [rows["accepted"](), rows["accepted"](kind="ratings", rejected=90)]
    assert rankings_of(pair(rows), deliveries=deliveries).row("C1")["rank"] == 1


def test_too_few_are_listed_with_their_value_and_take_no_rank(
    rows: Rows, rankings_of: RankingsOf
) -> None:
    share = rows["share"]
    given = [share("C1", 29, 29, note="too_few_due"), share("C2", 60, 80), share("C3", 50, 80)]
    found = rankings_of(given, communes=3)
    assert_unranked(found.row("C1"), "too_few_due")
    assert found.row("C1")["value"] == 1.0
    assert found.row("C2")["rank"] == 1
    assert found.row("C3")["rank_upper"] == 2  # a league of two


@pytest.mark.parametrize("note", ["provisional", "differs_from_parts"])
def test_some_notes_stand_beside_a_rank(rows: Rows, rankings_of: RankingsOf, note: str) -> None:
    given = [rows["points"]("C1", 90.0, note=note), rows["points"]("C2", 80.0)]
    row = rankings_of(given).row("C1")
    assert (row["rank"], row["note"]) == (1, note)


def test_the_rarer_clock_is_not_ranked(rows: Rows, rankings_of: RankingsOf) -> None:
    days = rows["days"]
    given = [days("C1", 3.0), days("C2", 4.0), days("C3", 1.0, clock="elapsed")]
    found = rankings_of(given, communes=3)
    assert_unranked(found.row("C3"), "another_clock")
    assert found.row("C1")["rank"] == 1


def test_the_rarer_scale_is_not_ranked(rows: Rows, rankings_of: RankingsOf) -> None:
    def satisfaction(unit: str, scale: str) -> dict[str, Any]:
        more = {"indicator": "satisfaction_index", "value": 75.0, "scale": scale}
        return rows["share"](unit, 75, 100, **more)

    given = [
        satisfaction("C1", "five:overall"),
        satisfaction("C2", "five:overall"),
        satisfaction("C3", "five:factors"),
    ]
    found = rankings_of(given, communes=3, deliveries=[rows["accepted"](kind="ratings")])
    assert_unranked(found.row("C3"), "another_scale")
    assert found.column("rank") == {"C1": 1, "C2": 1, "C3": None}


def test_a_unit_without_another_to_compare_with_has_no_rank(
    rows: Rows, rankings_of: RankingsOf
) -> None:
    found = rankings_of([rows["points"]("C1", 90.0)], communes=3)
    assert_unranked(found.row("C1"), "alone_in_league")
    assert found.row("C1")["value"] == 90.0
    assert found.row("C2")["note"] == "no_dossiers"
