"""The inputs of a month as a value: what they rest on, and what their generation covers."""

import shutil
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from assets.month import deliveries, receive
from assets.month.inputs import MonthInputs, read_inputs
from assets.month.installation import Installation
from pipeline import months

from ..conftest import LAST_MONTH, RUN_MONTHS, SMALL, tally_month

MONTH_BEFORE = months.shifted(LAST_MONTH, -1)
EARLIER_MONTH, MONTH = RUN_MONTHS


@pytest.fixture(scope="module")
def inputs(small_home_template: Path) -> MonthInputs:
    return read_inputs(Installation.at(small_home_template), MONTH)


def test_the_inputs_of_a_month_are_a_value(inputs: MonthInputs) -> None:
    with pytest.raises(FrozenInstanceError):
        inputs.month = EARLIER_MONTH  # type: ignore[misc]
    again = read_inputs(Installation.at(inputs.installation.home.root), MONTH)
    assert again.generation == inputs.generation
    assert again.deliveries.equals(inputs.deliveries)
    assert inputs.deliveries is inputs.deliveries


def test_the_plans_are_those_of_every_month_up_to_the_month_oldest_first(
    inputs: MonthInputs,
) -> None:
    assert list(inputs.known_plans) == list(SMALL.months)
    assert list(inputs.plans) == list(SMALL.months)
    assert inputs.plan is inputs.known_plans[MONTH]
    assert inputs.other_plans == {}
    for month, plan in inputs.known_plans.items():
        assert set(plan["month"]) == {month}


def test_a_month_reaches_back_as_far_as_the_method_says(pilot_home: Path) -> None:
    installation = Installation.at(pilot_home)
    reach = installation.method_at(MONTH).history_months
    sent = pilot_home / "inbox" / "T1" / LAST_MONTH
    known = [months.shifted(LAST_MONTH, -back) for back in (reach + 1, reach, 0)]
    for month in known[:2]:
        shutil.copytree(sent, sent.with_name(month))
    found = receive.receive_exports(installation, LAST_MONTH)
    assert list(found.known_plans) == known
    assert list(found.plans) == known[1:]


def test_an_earlier_month_has_a_history_of_its_own_and_no_later_plan(inputs: MonthInputs) -> None:
    earlier = inputs.at_earlier_month(EARLIER_MONTH)
    alone = read_inputs(inputs.installation, EARLIER_MONTH)
    assert list(earlier.known_plans) == [m for m in SMALL.months if m <= EARLIER_MONTH]
    assert earlier.generation == alone.generation
    assert earlier.deliveries.equals(alone.deliveries)
    assert list(alone.other_plans) == [MONTH]
    assert inputs.month_before.generation == alone.generation


def test_a_month_of_which_nothing_is_known_has_an_empty_plan_and_no_deliveries(
    small_home_template: Path,
) -> None:
    nothing = read_inputs(Installation.at(small_home_template), "2026-01")
    assert nothing.plan.is_empty()
    assert list(nothing.known_plans) == ["2026-01"]
    assert nothing.deliveries.is_empty()
    assert nothing.rejected.is_empty()
    assert nothing.cells.outcomes.collect().is_empty()


def test_cells_are_counted_of_the_month_alone(inputs: MonthInputs) -> None:
    counts = inputs.count_cells()
    own = deliveries.scan_tallies(inputs.installation, [inputs.plan])
    outcomes = own.by_deadline_rule(inputs.method.deadline_rule).outcomes.collect()
    assert counts.dossiers == outcomes["dossiers"].sum() > 0
    heights = [
        len(getattr(own, name).collect())
        for name in (
            "outcomes",
            "ages",
            "allowed",
            "answers",
            "figures",
            "petitions",
            "findings",
            "pairs",
            "patterns",
            "rated",
            "rated_pairs",
            "marked",
        )
    ]
    assert counts.rows == sum(heights)


# ---- What the generation covers


def received(home: Path) -> tuple[str, list[str], list[str]]:
    """Of the last month: its generation, and the states of deliveries before and in the month."""
    inputs = tally_month(home, LAST_MONTH)
    before, own = (each.deliveries["status"].to_list() for each in (inputs.month_before, inputs))
    return inputs.generation, before, own


def test_a_month_before_whose_files_came_and_went_is_another_generation(pilot_home: Path) -> None:
    sent = pilot_home / "inbox" / "T1" / LAST_MONTH
    before, *states_before = received(pilot_home)
    shutil.copytree(sent, sent.with_name(MONTH_BEFORE))
    received(pilot_home)
    shutil.rmtree(sent.with_name(MONTH_BEFORE))
    after, *states_after = received(pilot_home)
    # Nothing is planned for it, before and after; but a sender that withdrew its file is missing.
    assert states_before == [[], ["accepted"]]
    assert states_after == [["missing"], ["accepted"]]
    assert after != before


def test_the_only_file_of_a_month_withdrawn_is_another_generation(pilot_home: Path) -> None:
    sent = pilot_home / "inbox" / "T1" / LAST_MONTH
    shutil.move(sent, pilot_home / "aside")
    never_sent, *states = received(pilot_home)
    assert states == [[], []]
    shutil.move(pilot_home / "aside", sent)
    received(pilot_home)
    (sent / "figures.csv").unlink()
    withdrawn, *states = received(pilot_home)
    assert states == [[], ["missing"]]
    assert withdrawn != never_sent


def test_a_later_month_is_no_part_of_the_generation(pilot_home: Path) -> None:
    sent = pilot_home / "inbox" / "T1" / LAST_MONTH
    shutil.copytree(sent, sent.with_name(MONTH_BEFORE))
    before = receive.receive_exports(Installation.at(pilot_home), MONTH_BEFORE)
    receive.receive_exports(Installation.at(pilot_home), LAST_MONTH)
    after = receive.receive_exports(Installation.at(pilot_home), MONTH_BEFORE)
    assert list(after.other_plans) == [LAST_MONTH]
    assert after.generation == before.generation
