"""The irregular lives that exports tell, each decided once and followed by hand."""

import pytest

from .conftest import FINISHED, NOT_RECEIVED, WITHDRAWN, Agencies, Lived, Row, quiet

MAY, JUNE, JULY, AUGUST = "2026-05", "2026-06", "2026-07", "2026-08"
DOSSIER: Row = {"received": "2026-05-10"}
BEGUN: dict[str, list[Row]] = {MAY: []}
"""An export before the one that first shows the dossier."""


def open_(due: str | None, **more: str | int | None) -> Row:
    return DOSSIER | {"due": due} | more


def ended(at: str, due: str | None, **more: str | int | None) -> Row:
    return DOSSIER | {"due": due, "status": FINISHED, "ended": at} | more


# ---- Moved


def test_a_date_moved_once_is_no_finding_and_the_first_one_judges(lived: Lived) -> None:
    sent = lived({MAY: [open_("2026-06-05")], JUNE: [ended("2026-06-09", "2026-06-10")]})
    assert sent.judged(MAY, JUNE) == [(JUNE, "finished_early", "late", JUNE)]
    assert sent.findings(MAY, JUNE) == []


def test_a_date_moved_earlier_does_not_make_a_dossier_late(lived: Lived) -> None:
    sent = lived({MAY: [open_("2026-06-20")], JUNE: [ended("2026-06-15", "2026-06-10")]})
    assert sent.judged(JUNE) == [(JUNE, "finished_overdue", "on_time", JUNE)]


def test_a_first_due_date_as_sent_shows_a_move_that_no_export_showed(lived: Lived) -> None:
    moved = ended("2026-05-25", "2026-05-29", first_due="2026-05-20")
    sent = lived({MAY: [moved, moved | {"code": "e", "first_due": None}]})
    # Without it the move cannot be known.
    assert sent.judged(MAY) == [
        (MAY, "finished_early", "late", MAY),
        (MAY, "finished_early", "on_time", MAY),
    ]


def test_a_first_due_date_sent_earlier_than_the_one_shown_is_believed(lived: Lived) -> None:
    later = ended("2026-06-20", "2026-06-25", first_due="2026-06-15")
    sent = lived({MAY: [open_("2026-06-25")], JUNE: [later]})
    assert sent.judged(MAY, JUNE) == [(JUNE, "finished_early", "late", JUNE)]


def test_a_first_due_date_sent_later_than_the_one_shown_is_not_believed(lived: Lived) -> None:
    later = ended("2026-06-20", "2026-06-25", first_due="2026-06-25")
    sent = lived({MAY: [open_("2026-06-15", first_due="2026-06-15")], JUNE: [later]})
    assert sent.judged(MAY, JUNE) == [(JUNE, "finished_early", "late", JUNE)]


def test_a_date_that_is_taken_away_still_judges(lived: Lived) -> None:
    sent = lived({MAY: [open_("2026-06-05")], JUNE: [open_(None)], JULY: [open_("2026-07-20")]})
    assert sent.judged(MAY, JUNE, JULY) == [(JUNE, "open_without_due", "late", JUNE)]


def test_moving_a_date_more_than_once_is_a_finding_in_the_month_of_the_second_move(
    lived: Lived,
) -> None:
    dates = {MAY: "2026-07-01", JUNE: "2026-07-02", JULY: "2026-08-01", AUGUST: "2026-09-01"}
    sent = lived({month: [open_(due)] for month, due in dates.items()})
    assert sent.findings(*dates) == [(JULY, "due_moved_more_than_once", 1)]
    assert sent.judged(*dates) == [(JULY, "open_not_due", "late", JULY)]


def test_a_move_shown_by_the_first_due_date_is_the_first_of_two(lived: Lived) -> None:
    moved = open_("2026-07-01", first_due="2026-06-20")
    sent = lived({MAY: [moved], JUNE: [moved | {"due": "2026-08-01"}]})
    assert sent.findings(MAY, JUNE) == [(JUNE, "due_moved_more_than_once", 1)]


# ---- First sent late


def test_what_was_due_before_an_agency_first_sent_anything_is_not_judged(lived: Lived) -> None:
    old = open_("2026-04-30", received="2026-04-01")
    sent = lived({MAY: [old], JUNE: [old]})
    assert sent.judged(MAY, JUNE) == []
    assert sent.findings(MAY, JUNE) == []


@pytest.mark.parametrize(
    ("dossier", "outcome"),
    [
        (open_("2026-06-05"), "open_overdue"),
        (ended("2026-07-03", "2026-06-05"), "finished_overdue"),
        (ended("2026-07-03", "2026-06-05", status=WITHDRAWN), "left"),
    ],
)
def test_a_dossier_first_shown_after_its_due_month_is_late_in_the_month_that_shows_it(
    lived: Lived, dossier: Row, outcome: str
) -> None:
    sent = lived({**BEGUN, JUNE: [], JULY: [dossier], AUGUST: []})
    assert sent.judged(MAY, JUNE, JULY, AUGUST) == [(JULY, outcome, "late", JULY)]
    assert (JULY, "first_shown_after_due", 1) in sent.findings(JULY)
    assert sent.due([JUNE, JULY, AUGUST]) == [(0, 0), (0, 1), (0, 0)]


def test_a_dossier_first_shown_in_its_due_month_is_an_ordinary_one(lived: Lived) -> None:
    sent = lived({**BEGUN, JUNE: [ended("2026-06-04", "2026-06-05")]})
    assert sent.judged(JUNE) == [(JUNE, "finished_early", "on_time", JUNE)]
    assert sent.findings(JUNE) == []


def test_a_due_date_that_is_first_shown_after_its_month_is_judged_then(lived: Lived) -> None:
    sent = lived({MAY: [open_(None)], JUNE: [open_("2026-05-20")]})
    assert sent.judged(MAY, JUNE) == [(JUNE, "open_overdue", "late", JUNE)]
    assert sent.findings(JUNE) == [(JUNE, "first_shown_after_due", 1)]


# ---- Closed late, or before the month


def test_an_end_that_is_sent_after_its_date_had_passed_open_changes_nothing(lived: Lived) -> None:
    sent = lived({MAY: [open_("2026-05-20")], JUNE: [ended("2026-05-19", "2026-05-20")]})
    assert sent.judged(MAY, JUNE) == [(MAY, "open_overdue", "late", MAY)]
    assert sent.outcomes(JUNE) == [(None, "ended_before_month")]


@pytest.mark.parametrize(
    ("due", "verdict", "due_month"),
    [
        # Open at the end of May; the earliest that it can have ended is June's first instant.
        ("2026-06-01T00", "on_time", JUNE),
        ("2026-06-15T17", "on_time", JUNE),
        ("2026-08-15T17", "on_time", AUGUST),
    ],
)
def test_a_closing_entered_late_is_on_time_where_the_date_had_not_passed(
    lived: Lived, due: str, verdict: str, due_month: str
) -> None:
    sent = lived({MAY: [open_(due)], JUNE: [ended("2026-05-30", due)]})
    assert sent.judged(MAY, JUNE) == [(JUNE, "ended_before_month", verdict, due_month)]
    assert sent.findings(JUNE) == []


def test_a_closing_entered_late_saves_only_the_time_after_the_export_that_showed_it_open(
    lived: Lived,
) -> None:
    # 12 working days allowed, Monday 18 May to Tuesday 2 June; at the end of May 2 are left.
    dossier: Row = {"received": "2026-05-18T08", "due": "2026-06-02T17"}
    closed = dossier | {"status": FINISHED, "ended": "2026-05-18T09"}
    sent = lived({MAY: [dossier], JUNE: [closed]})
    (saved,) = sent.cells(JUNE).filter(verdict="on_time")["saved_thousandths"]
    assert saved == round(1000 * 2 / 12)


def test_one_that_left_by_its_date_is_apart_also_where_that_is_entered_late(lived: Lived) -> None:
    left = ended("2026-05-30", "2026-06-15", status=WITHDRAWN)
    sent = lived({MAY: [open_("2026-06-15")], JUNE: [left]})
    assert sent.judged(MAY, JUNE) == [(JUNE, "ended_before_month", "left", JUNE)]


def test_a_row_that_ended_before_the_month_and_was_never_shown_is_counted_apart_and_not_judged(
    lived: Lived,
) -> None:
    never_shown = ended("2026-06-10", "2026-06-05")
    sent = lived({**BEGUN, JUNE: [], JULY: [never_shown], AUGUST: [never_shown]})
    assert sent.judged(JUNE, JULY, AUGUST) == []
    for month in (JULY, AUGUST):
        assert (None, "ended_before_month") in sent.outcomes(month)
    # A finding once: by August an export has shown it.
    assert sent.findings(JULY, AUGUST) == [(JULY, "ended_before_shown", 1)]


def test_a_row_that_ended_before_the_first_export_is_counted_apart_and_no_finding(
    lived: Lived,
) -> None:
    sent = lived({MAY: [ended("2026-04-30", "2026-05-05", received="2026-04-01")]})
    assert sent.outcomes(MAY)[0] == (None, "ended_before_month")
    assert sent.judged(MAY) == []
    assert sent.findings(MAY) == []


def test_a_dossier_shown_ended_again_in_the_next_month_is_judged_once(lived: Lived) -> None:
    same = ended("2026-05-30", "2026-06-15")
    sent = lived({MAY: [same], JUNE: [same]})
    assert sent.judged(MAY, JUNE) == [(MAY, "finished_early", "on_time", JUNE)]
    assert sent.findings(JUNE) == []


# ---- No longer seen


def test_a_dossier_no_longer_seen_is_late_in_the_month_of_its_first_due_date(lived: Lived) -> None:
    sent = lived({MAY: [open_("2026-07-15", unit="A1.1")], JUNE: [], JULY: []} | {AUGUST: []})
    assert sent.judged(MAY, JUNE, JULY, AUGUST) == [(JULY, "unseen", "late", JULY)]
    # It is a finding once, in the month that first misses it.
    assert sent.findings(MAY, JUNE, JULY, AUGUST) == [(JUNE, "unseen", 1)]


def test_a_dossier_no_longer_seen_counts_in_its_unit_and_for_the_export_that_misses_it(
    lived: Lived,
) -> None:
    sent = lived({MAY: [open_("2026-06-15", unit="A1.1")], JUNE: []})
    unseen = sent.cells(JUNE).filter(outcome="unseen").row(0, named=True)
    assert (unseen["unit_code"], unseen["intake"]) == ("A1.1", None)
    assert unseen["sha256"] == sent.cells(JUNE).filter(unit_code="A1")["sha256"].item()
    assert sent.due([JUNE], "A1.1") == [(0, 1)]


@pytest.mark.parametrize(
    "back",
    [open_("2026-06-15"), ended("2026-06-10", "2026-06-15"), ended("2026-07-10", "2026-06-15")],
)
def test_a_dossier_that_comes_back_after_it_was_judged_unseen_is_not_judged_again(
    lived: Lived, back: Row
) -> None:
    sent = lived({MAY: [open_("2026-06-15")], JUNE: [], JULY: [back]})
    assert sent.judged(MAY, JUNE, JULY) == [(JUNE, "unseen", "late", JUNE)]
    assert sent.findings(JULY) == []


def test_a_dossier_that_comes_back_before_its_date_is_judged_by_what_is_shown_then(
    lived: Lived,
) -> None:
    back = ended("2026-06-10", "2026-07-15")
    sent = lived({MAY: [open_("2026-07-15")], JUNE: [], JULY: [back]})
    # No export showed it open after 10 June.
    assert sent.judged(MAY, JUNE, JULY) == [(JULY, "ended_before_month", "on_time", JULY)]


def test_a_dossier_whose_row_is_rejected_is_not_seen(lived: Lived) -> None:
    rejected = ended("2026-05-01", "2026-06-15")  # before it was received
    sent = lived({MAY: [open_("2026-06-15")], JUNE: [rejected]})
    assert sent.judged(JUNE) == [(JUNE, "unseen", "late", JUNE)]


def test_where_a_file_of_dossiers_is_refused_no_dossier_is_unseen(agencies: Agencies) -> None:
    agencies.send(MAY, quiet(MAY), open_("2026-06-15"))
    agencies.send(JUNE, quiet(JUNE))
    agencies.file(JUNE, name="dossiers-2.csv").write_text("not,a,layout\n1,2,3\n", "utf-8")
    agencies.send(JULY, quiet(JULY), ended("2026-06-10", "2026-06-15"))
    agencies.run(JULY)
    assert agencies.judged(JUNE) == []
    assert agencies.findings(JUNE, JULY) == []
    # What the refused file may have shown is judged with the next one.
    assert agencies.judged(JULY) == [(JULY, "ended_before_month", "on_time", JULY)]


# ---- Reopened


@pytest.mark.parametrize("verdict", ["on_time", "late"])
def test_a_reopened_dossier_stays_judged_as_it_was(lived: Lived, verdict: str) -> None:
    due = "2026-05-20" if verdict == "on_time" else "2026-05-15"
    first = ended("2026-05-18", due)
    months = (MAY, JUNE, JULY, AUGUST)
    sent = lived(
        {MAY: [first], JUNE: [open_("2026-06-30")], JULY: [ended("2026-07-20", "2026-07-10")]}
        | {AUGUST: [open_("2026-08-10")]}
    )
    ((_, _, found, month),) = sent.judged(*months)
    assert (found, month) == (verdict, MAY)
    assert sent.findings(*months) == [(JUNE, "reopened", 1), (AUGUST, "reopened", 1)]


@pytest.mark.parametrize(("at", "served"), [("2026-06-25", "early"), ("2026-06-26", "late_before")])
def test_a_reopened_dossier_is_served_by_the_end_that_the_month_shows(
    lived: Lived, at: str, served: str
) -> None:
    first = ended("2026-05-20", "2026-06-25")
    sent = lived({MAY: [first], JUNE: [ended(at, "2026-06-25")]})
    assert sent.judged(MAY, JUNE) == [(MAY, "finished_early", "on_time", JUNE)]
    # The other cell is of `quiet`.
    assert sent.cells(JUNE)["served"].to_list() == [served, "without_due"]


def test_a_reopened_dossier_is_known_after_months_in_which_nothing_was_shown_of_it(
    lived: Lived,
) -> None:
    sent = lived(
        {MAY: [ended("2026-05-18", "2026-07-20")], JUNE: []} | {JULY: [open_("2026-07-20")]}
    )
    assert sent.judged(MAY, JUNE, JULY) == [(MAY, "finished_early", "on_time", JULY)]
    assert sent.findings(MAY, JUNE, JULY) == [(JULY, "reopened", 1)]
    assert sent.due([JULY]) == [(1, 1)]


# ---- Left


@pytest.mark.parametrize(
    ("at", "verdict"), [("2026-06-15T17", "left"), ("2026-06-15T17:00:01", "late")]
)
def test_one_that_left_is_apart_by_its_first_due_date_and_late_after(
    lived: Lived, at: str, verdict: str
) -> None:
    left = ended(at, "2026-06-30", status=WITHDRAWN)
    sent = lived({MAY: [open_("2026-06-15T17")], JUNE: [left]})
    assert sent.judged(MAY, JUNE) == [(JUNE, "left", verdict, JUNE)]


@pytest.mark.parametrize(
    ("at", "due", "verdict"),
    [
        ("2026-06-10", "2026-06-15", "left"),
        ("2026-06-16", "2026-06-15", "late"),
        # Without a date it left with the month.
        (None, "2026-06-15", "late"),
        (None, "2026-07-15", "left"),
    ],
)
def test_one_shown_open_that_is_then_not_received_has_left(
    lived: Lived, at: str | None, due: str, verdict: str
) -> None:
    turned_away = open_(due, status=NOT_RECEIVED, ended=at)
    sent = lived({MAY: [open_(due)], JUNE: [turned_away]})
    assert sent.outcomes(JUNE) == [("carried_over", "left")]
    assert [found[2] for found in sent.judged(MAY, JUNE)] == [verdict]


# ---- A month that was never sent


def test_a_dossier_due_in_a_month_that_was_not_sent_counts_in_the_next_one(lived: Lived) -> None:
    sent = lived(
        {
            MAY: [
                open_("2026-06-15", code="late"),
                open_("2026-06-15", code="closed"),
                open_("2026-06-15", code="gone"),
                ended("2026-05-20", "2026-06-15", code="early"),
            ],
            JULY: [
                ended("2026-07-02", "2026-06-15", code="late"),
                ended("2026-06-14", "2026-06-15", code="closed"),
                ended("2026-07-20", "2026-07-31", code="ordinary"),
            ],
            AUGUST: [],
        }
    )
    assert sent.judged(MAY, JULY) == [
        (MAY, "finished_early", "on_time", JUNE),
        (JULY, "ended_before_month", "on_time", JULY),
        (JULY, "finished_early", "on_time", JULY),
        (JULY, "finished_overdue", "late", JULY),
        (JULY, "unseen", "late", JULY),
    ]
    # July: early, closed and ordinary on time, of these and late and gone. Nobody twice.
    assert sent.due([MAY, JULY, AUGUST]) == [(0, 0), (3, 5), (0, 0)]


def test_a_delivery_without_dossiers_is_no_export_that_could_miss_one(agencies: Agencies) -> None:
    agencies.send(MAY, open_("2026-06-15"))
    figures = "unit_code,indicator,breakdown,month,numerator,denominator\nA1,response_rate,,"
    path = agencies.file(JUNE, name="figures.csv")
    path.parent.mkdir(parents=True)
    path.write_text(f"{figures}{JUNE},9,10\n", "utf-8")
    agencies.send(JULY, quiet(JULY), ended("2026-06-10", "2026-06-15"))
    agencies.run(JULY)
    assert agencies.findings(JUNE, JULY) == []
    assert agencies.judged(JUNE, JULY) == [(JULY, "ended_before_month", "on_time", JULY)]


# ---- Senders apart


def test_another_senders_dossier_with_the_same_code_is_another_dossier(agencies: Agencies) -> None:
    agencies.send(MAY, open_("2026-06-15"))
    agencies.send(MAY, open_("2026-06-25"), sender="A2")
    agencies.send(JUNE, ended("2026-06-20", "2026-06-30"))
    agencies.send(JUNE, ended("2026-06-20", "2026-06-30"), sender="A2")
    agencies.run(JUNE)
    assert agencies.due([JUNE], "A1") == [(0, 1)]
    assert agencies.due([JUNE], "A2") == [(1, 1)]


def test_two_files_of_one_month_are_one_export(agencies: Agencies) -> None:
    agencies.send(MAY, quiet(MAY), open_("2026-06-15"))
    agencies.send(JUNE, quiet(JUNE))
    agencies.send(JUNE, ended("2026-06-10", "2026-06-30"), name="dossiers-2.csv")
    agencies.run(JUNE)
    assert agencies.judged(JUNE) == [(JUNE, "finished_early", "on_time", JUNE)]
    assert agencies.findings(JUNE) == []
