"""Tallies add up over files, do not know the order of rows, and judge each dossier once."""

from datetime import datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import months, tables

from .conftest import AgesOf, AnswersOf, OutcomesOf, Row
from .lives import Life, shown_in

OPEN = [s for s in tables.STATUSES if s not in (*tables.ENDED_STATUSES, *tables.LEFT_STATUSES)]
FIRST = datetime(2026, 8, 1)


def moments(first: datetime, last: datetime) -> st.SearchStrategy[datetime]:
    """Any moments, and those at which something turns."""
    turns = [m for m in (datetime(2026, 10, 1), datetime(2026, 11, 1)) if first <= m <= last]
    any_moment = st.datetimes(first, last).map(lambda m: m.replace(microsecond=0))
    return st.one_of(any_moment, st.sampled_from([first, last, *turns]))


@st.composite
def dossiers(draw: st.DrawFn) -> Row:
    """A dossier that is in the export of October 2026."""
    received = draw(moments(FIRST, datetime(2026, 10, 31, 23)))
    due = draw(st.none() | moments(received, datetime(2027, 1, 1)))
    is_over = draw(st.booleans())
    ended = draw(moments(max(received, datetime(2026, 10, 1)), datetime(2026, 11, 1)))
    over = (*tables.ENDED_STATUSES, *tables.LEFT_STATUSES)
    return {
        "sha256": draw(st.sampled_from("fg")),
        "unit_code": draw(st.sampled_from(["H01.1", "H01.2"])),
        "channel": draw(st.sampled_from(["online", "post", None])),
        "received_at": received,
        "due_at": due,
        "first_due_at": draw(st.none() | moments(received, datetime(2027, 1, 1))),
        "status": draw(st.sampled_from(over if is_over else OPEN)),
        "ended_at": ended if is_over else None,
    }


RATINGS = st.fixed_dictionaries(
    {
        "sha256": st.sampled_from("fg"),
        "respondent_id": st.sampled_from("rst"),
        "question": st.sampled_from(tables.QUESTIONS),
        "answer": st.integers(1, 5),
        "mode": st.sampled_from([*tables.MODES, None]),
        "weight": st.sampled_from([0.25, 1.0, 3.3]),
        "dossier_ended_at": st.none() | st.just(datetime(2026, 9, 9)),
    }
)


LAW = settings(max_examples=30)


@LAW
@given(st.lists(dossiers(), max_size=6), st.lists(dossiers(), max_size=6))
def test_the_tallies_of_two_files_are_the_tallies_of_both_together(
    outcomes_of: OutcomesOf, ages_of: AgesOf, one: list[Row], two: list[Row]
) -> None:
    one = [row | {"sha256": "f"} for row in one]
    two = [row | {"sha256": "g"} for row in two]
    for count in (outcomes_of, ages_of):
        by_file, together = pl.concat([count(*one), count(*two)]), count(*one, *two)
        assert by_file.sort(by_file.columns).equals(together.sort(together.columns))


@LAW
@given(st.lists(dossiers(), max_size=4), st.lists(dossiers(), max_size=4))
def test_the_counts_of_two_parts_of_a_file_add_up_to_those_of_the_whole(
    outcomes_of: OutcomesOf, ages_of: AgesOf, one: list[Row], two: list[Row]
) -> None:
    measures = {
        "outcomes": ["dossiers", "saved_thousandths", "saved_squared_millionths"],
        "ages": ["entered", "finished", "left", "still_open"],
    }
    for name, count in (("outcomes", outcomes_of), ("ages", ages_of)):
        keys = [column for column in tables.TALLIES[name].names if column not in measures[name]]
        whole = count(*one, *two)
        parts = (
            pl.concat([count(*one), count(*two)]).group_by(keys).agg(pl.col(measures[name]).sum())
        )
        columns = [*keys, *measures[name]]
        assert parts.select(columns).sort(columns).equals(whole.select(columns).sort(columns))


@LAW
@given(st.data())
def test_the_order_of_rows_does_not_matter(
    outcomes_of: OutcomesOf, ages_of: AgesOf, answers_of: AnswersOf, data: st.DataObject
) -> None:
    rows = data.draw(st.lists(dossiers(), max_size=8))
    shuffled = data.draw(st.permutations(rows))
    assert outcomes_of(*rows).equals(outcomes_of(*shuffled))
    assert ages_of(*rows).equals(ages_of(*shuffled))
    ratings = data.draw(st.lists(RATINGS, max_size=8))
    assert answers_of(*ratings).equals(answers_of(*data.draw(st.permutations(ratings))))


@LAW
@given(st.lists(dossiers(), max_size=10))
def test_dossiers_received_and_carried_over_are_all_dossiers_finished_open_and_left(
    outcomes_of: OutcomesOf, ages_of: AgesOf, rows: list[Row]
) -> None:
    counted = [row for row in rows if row["status"] not in tables.UNCOUNTED_STATUSES]
    outcomes, ages = outcomes_of(*rows), ages_of(*rows)
    by_start = pl.col("outcome").str.extract("^(finished|open|left)").alias("became")
    became = dict(outcomes.group_by(by_start).agg(pl.col("dossiers").sum()).iter_rows())
    # received + carried over = finished + in progress + left
    assert outcomes["dossiers"].sum() == sum(became.values()) == len(counted)
    # entered = finished + left + still open, the same numbers as among the outcomes
    assert ages["entered"].sum() == len(counted)
    for column, word in (("finished", "finished"), ("left", "left"), ("still_open", "open")):
        assert ages[column].sum() == became.get(word, 0)


@LAW
@given(st.lists(dossiers(), max_size=10))
def test_no_dossier_leaves_observation_before_it_enters(ages_of: AgesOf, rows: list[Row]) -> None:
    gone = pl.sum_horizontal("finished", "left", "still_open").cum_sum().over("sha256", "unit_code")
    cells = ages_of(*rows).with_columns(
        at_risk=pl.col("entered").cum_sum().over("sha256", "unit_code") - gone
    )
    assert (cells["at_risk"] >= 0).all()
    assert cells.group_by("sha256", "unit_code").agg(pl.col("at_risk").last())["at_risk"].sum() == 0


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """A dossier with all that will ever happen to it; its due date may be moved."""
    received = draw(moments(FIRST, datetime(2026, 12, 1)))
    minutes = st.integers(0, 150 * 24 * 60).map(lambda count: timedelta(minutes=count))
    first_due = received + draw(minutes)
    moved = draw(st.just(timedelta(0)) | st.timedeltas(timedelta(-60), timedelta(60)))
    ended = draw(st.none() | st.just(first_due) | minutes.map(lambda lived: received + lived))
    over = (*tables.ENDED_STATUSES, *tables.LEFT_STATUSES)
    return Life(
        received_at=received,
        due_at=first_due + moved,
        first_due_at=first_due,
        ended_at=ended,
        status=draw(st.sampled_from(over)),
    )


@LAW
@given(st.lists(lives(), min_size=1, max_size=8))
def test_over_its_life_each_dossier_is_judged_exactly_once_for_the_month_of_its_first_due_date(
    outcomes_of: OutcomesOf, lived: list[Life]
) -> None:
    named = {str(number): life for number, life in enumerate(lived)}
    judged: dict[str, list[tuple[str, str, str]]] = {code: [] for code in named}
    for month in months.span("2026-08", "2027-06"):
        shown = shown_in(month, named)
        cells = outcomes_of(*shown, month=month)
        assert cells["dossiers"].sum() == len(shown)
        cells = cells.filter(pl.col("verdict").is_not_null())
        for code, verdict, due in cells.select("procedure_code", "verdict", "due_month").rows():
            judged[code].append((month, verdict, due))
    for code, life in named.items():
        due, ended = life.first_due_at, life.ended_at
        assert due is not None
        has_left = life.status in tables.LEFT_STATUSES
        if ended is not None and ended <= due:
            expected = (months.of(ended), "left" if has_left else "on_time", months.of(due))
        else:
            expected = (months.of(due), "late", months.of(due))
        assert judged[code] == [expected]
