"""How a record of an extract stood at a month's end, as far as its times tell."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipeline import extracts, months
from pipeline.exports import name_in_frame
from pipeline.extracts import Extract, StatusWordError

from .conftest import Place, TextRow, build_extract

SPAN = months.span("2026-01", "2026-04")
MOMENTS = ("ended_at", "handed_over_at", "supplement_requested_at", "supplement_received_at")


def cut(extract: Extract, month: str, open_status: str = "") -> list[dict[str, str | None]]:
    words = extracts.find_words(extract.profile, open_status)
    return extracts.cut_month(extract, month, words).to_dicts()


def dossier(code: str, received: str, **more: str) -> TextRow:
    return {"dossier_id": code, "status": "in_progress", "received_at": f"{received} 08:00:00"} | {
        name: value if name in ("status", "supplement_requests") else f"{value} 08:00:00"
        for name, value in more.items()
    }


def codes(rows: list[dict[str, str | None]]) -> list[str | None]:
    return [row["dossier_id"] for row in rows]


def test_a_dossier_stands_in_each_month_from_its_receipt_to_its_end(place: Place) -> None:
    extract = place([dossier("1", "2026-01-20", ended_at="2026-03-05", status="finished")])
    assert [len(cut(extract, month)) for month in months.span("2025-12", "2026-04")] == [
        *(0, 1, 1, 1, 0)
    ]


def test_what_ended_later_is_shown_open_and_its_end_is_empty(place: Place) -> None:
    extract = place(
        [dossier("1", "2026-01-20", due_at="2026-02-20", ended_at="2026-02-05", status="finished")]
    )
    (january,) = cut(extract, "2026-01")
    assert (january["status"], january["ended_at"]) == ("in_progress", None)
    # A due date was promised, so it stays.
    assert january["due_at"] == "2026-02-20 08:00:00"
    (february,) = cut(extract, "2026-02")
    assert (february["status"], february["ended_at"]) == ("finished", "2026-02-05 08:00:00")


def test_an_end_in_the_first_instant_of_a_month_is_in_that_month(place: Place) -> None:
    row = {**dossier("1", "2026-01-20", status="finished"), "ended_at": "2026-02-01 00:00:00"}
    extract = place([row])
    assert cut(extract, "2026-01")[0]["ended_at"] is None
    assert cut(extract, "2026-02")[0]["ended_at"] == "2026-02-01 00:00:00"


def test_a_result_handed_over_later_is_finished_only(place: Place) -> None:
    row = dossier(
        *("1", "2026-01-10"),
        status="handed_over",
        ended_at="2026-01-20",
        handed_over_at="2026-03-01",
    )
    (january,) = cut(place([row]), "2026-01")
    assert (january["status"], january["handed_over_at"]) == ("finished", None)
    # It ended in January, so no later month has it.
    assert cut(place([row]), "2026-03") == []


def test_a_supplement_asked_for_later_is_not_known_yet(place: Place) -> None:
    row = dossier(
        *("1", "2026-01-10"),
        status="supplement_requested",
        supplement_requested_at="2026-02-10",
        supplement_requests="2",
    )
    (january,) = cut(place([row]), "2026-01")
    assert january["status"] == "in_progress"
    assert january["supplement_requested_at"] is january["supplement_requests"] is None
    (february,) = cut(place([row]), "2026-02")
    assert (february["status"], february["supplement_requests"]) == ("supplement_requested", "2")


def test_a_dossier_that_waits_for_papers_is_shown_so(place: Place) -> None:
    times = {"supplement_requested_at": "2026-01-12", "supplement_received_at": "2026-03-12"}
    row = dossier("1", "2026-01-10", status="finished", ended_at="2026-04-01", **times)
    found = [cut(place([row]), month)[0] for month in SPAN]
    assert [each["status"] for each in found] == [
        *("supplement_requested", "supplement_requested", "in_progress", "finished"),
    ]
    # Papers that never came: until the applicant withdrew it.
    del times["supplement_received_at"]
    row = dossier("1", "2026-01-10", status="withdrawn", ended_at="2026-03-01", **times)
    found = [cut(place([row]), month)[0] for month in SPAN[:3]]
    assert [each["status"] for each in found] == [
        *("supplement_requested", "supplement_requested", "withdrawn"),
    ]


def test_what_is_known_of_a_petition_after_its_handling_is_empty_before_it(place: Place) -> None:
    row = {
        "petition_id": "P1",
        "status": "handled",
        "received_at": "2026-01-10 08:00:00",
        "handled_at": "2026-02-10 08:00:00",
        "satisfied": "yes",
    }
    extract = place([row], "petitions")
    (january,) = cut(extract, "2026-01")
    assert (january["status"], january["handled_at"], january["satisfied"]) == (
        *("in_progress", None, None),
    )
    assert cut(extract, "2026-02")[0]["satisfied"] == "yes"


def test_a_rating_stands_in_the_month_of_its_answer_alone(place: Place) -> None:
    rows = [
        {
            "respondent_id": str(number),
            "answer": "5",
            "answered_at": f"2026-0{number}-28 08:00:00",
            "dossier_ended_at": "2026-02-10 08:00:00",
        }
        for number in (1, 2, 3)
    ]
    extract = place(rows, "ratings")
    found = [cut(extract, month) for month in SPAN]
    assert [[row["respondent_id"] for row in each] for each in found] == [["1"], ["2"], ["3"], []]
    # The first was given before the result.
    assert [each[0]["dossier_ended_at"] is None for each in found[:3]] == [True, False, False]


def test_figures_stand_in_the_month_that_they_count(place: Place) -> None:
    rows = [
        {"indicator": "due_on_time", "period_at": f"2026-0{month}-01 00:00:00", "denominator": "9"}
        for month in (1, 3)
    ]
    extract = place(rows, "figures")
    assert [len(cut(extract, month)) for month in SPAN] == [1, 0, 1, 0]


def test_every_row_is_placed_or_has_a_reason(place: Place) -> None:
    rows = [
        dossier("1", "2026-01-10"),
        {**dossier("2", "2026-01-10"), "received_at": None},
        {**dossier("3", "2026-01-10"), "received_at": "soon"},
        {**dossier("4", "2026-01-10"), "ended_at": "later"},
        dossier("5", "2026-01-10", status="withdrawn"),
        dossier("6", "2026-01-10", status="lost"),
        dossier("7", "2025-11-10", ended_at="2025-12-31", status="finished"),
        dossier("8", "2026-05-01"),
        # Refused at the desk: no end is needed, and it stands in one month.
        dossier("9", "2026-01-10", status="not_received"),
        # Of two times that contradict each other the row rules say so, once.
        dossier("10", "2026-02-10", ended_at="2026-01-10", status="finished"),
    ]
    extract = extracts.within(place(rows), "2026-01", "2026-04")
    assert extracts.list_unplaced(extract).rows() == [
        (3, "no_beginning"),
        (4, "unreadable_beginning"),
        (5, "unreadable_end"),
        (6, "no_end"),
        (7, "unknown_status"),
        (8, "ended_before"),
        (9, "began_after"),
    ]
    found = {month: codes(cut(extract, month)) for month in SPAN}
    assert found == {
        "2026-01": ["1", "9"],
        "2026-02": ["1", "10"],
        "2026-03": ["1"],
        "2026-04": ["1"],
    }


def test_the_word_for_open_is_the_senders_own(place: Place) -> None:
    row = dossier("1", "2026-01-10", ended_at="2026-02-10", status="9")
    both = {"status": {"9": "finished", "2": "received", "4": "in_progress"}}
    assert cut(place([row], values=both), "2026-01")[0]["status"] == "4"
    assert cut(place([row], values=both), "2026-01", "2")[0]["status"] == "2"
    one = {"status": {"9": "finished", "2": "received"}}
    assert cut(place([row], values=one), "2026-01")[0]["status"] == "2"


def test_without_a_word_for_open_the_cure_is_told(place: Place) -> None:
    row = dossier("1", "2026-01-10", ended_at="2026-02-10", status="9")
    extract = place([row], values={"status": {"9": "finished"}})
    assert len(cut(extract, "2026-02")) == 1
    with pytest.raises(StatusWordError, match=r"map one to in_progress in \[values.status\]"):
        cut(extract, "2026-01")
    with pytest.raises(StatusWordError, match="'9' is no word for an open record"):
        cut(extract, "2026-01", "9")


def test_a_status_that_is_a_constant_cannot_be_shown_open(place: Place) -> None:
    row = dossier("1", "2026-01-10", ended_at="2026-02-10")
    names = ("dossier_id", "received_at", "due_at", "ended_at")
    extract = place([row], columns={name: name for name in names}, constants={"status": "finished"})
    with pytest.raises(StatusWordError, match="has no word for an open one"):
        cut(extract, "2026-01")


START, DAYS = datetime(2025, 11, 1), 240
WAIT = st.none() | st.integers(0, 90 * 24)


def open_status(row: TextRow) -> str:
    """The status of an open dossier, as its times have it."""
    is_asked = row.get("supplement_requested_at") is not None
    is_back = row.get("supplement_received_at") is not None
    return "supplement_requested" if is_asked and not is_back else "in_progress"


@st.composite
def histories(draw: st.DrawFn) -> list[TextRow]:
    rows = []
    for number in range(draw(st.integers(1, 8))):
        moment = START + timedelta(hours=draw(st.integers(0, DAYS * 24)))
        row: dict[str, str | None] = {"dossier_id": str(number), "received_at": str(moment)}
        for name in ("supplement_requested_at", "supplement_received_at", "ended_at"):
            wait = draw(WAIT)
            if wait is not None:
                moment += timedelta(hours=wait)
                row[name] = str(moment)
        row["status"] = open_status(row)
        if row.get("ended_at"):
            row["status"] = draw(st.sampled_from(["finished", "withdrawn", "handed_over"]))
            if row["status"] == "handed_over":
                row["handed_over_at"] = str(moment + timedelta(hours=draw(st.integers(0, 2000))))
        rows.append(row)
    return rows


@given(histories())
def test_each_month_has_exactly_what_was_open_in_it_and_no_later_moment(
    rows: list[TextRow],
) -> None:
    extract = extracts.within(build_extract(rows), SPAN[0], SPAN[-1])
    words = extracts.find_words(extract.profile)
    placed: set[str | None] = set()
    for month in SPAN:
        start, end = str(months.start(month)), str(months.end(month))
        expected = [
            row["dossier_id"]
            for row in rows
            if str(row["received_at"]) < end and str(row.get("ended_at") or "9") >= start
        ]
        text = extracts.cut_month(extract, month, words)
        assert text["dossier_id"].to_list() == expected
        for name in ("received_at", *MOMENTS):
            assert all(moment < end for moment in text[name_in_frame(name)].drop_nulls())
        is_ended = text["status"].is_in(["finished", "withdrawn", "handed_over"])
        assert is_ended.to_list() == text["ended_at"].is_not_null().to_list()
        counts = extracts.count_month(extract, month)
        assert (counts.rows, counts.ended) == (text.height, is_ended.sum())
        placed.update(expected)
    assert len(placed) + extracts.list_unplaced(extract).height == len(rows)


@given(histories())
def test_a_month_does_not_depend_on_what_came_after_it(rows: list[TextRow]) -> None:
    """A longer history gives the same earlier months but for the due dates."""
    month = SPAN[0]
    before = [
        {
            name: None
            if name != "received_at" and value and value[:2] == "20" and value >= "2026-02"
            else value
            for name, value in row.items()
        }
        for row in rows
        if str(row["received_at"]) < "2026-02"
    ]
    for row in before:
        if row.get("ended_at") is None:
            row["status"] = open_status(row)
        elif row["status"] == "handed_over" and row.get("handed_over_at") is None:
            row["status"] = "finished"
    if not before:
        return
    words = extracts.find_words(build_extract(rows).profile)
    assert_frame_equal(
        extracts.cut_month(build_extract(rows), month, words),
        extracts.cut_month(build_extract(before), month, words),
    )
