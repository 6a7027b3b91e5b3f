"""The life of one dossier in four exports: each month's three rates, followed by hand."""

from .conftest import FINISHED, IN_PROGRESS, SUPPLEMENT, Agencies, Row

RATES = ("on_time_of_finished", "on_time_766", "due_on_time")


def rates(agencies: Agencies, month: str) -> list[tuple[float, float]]:
    found = agencies.indices(month)
    return [found[rate] for rate in RATES]


def test_a_dossier_whose_date_is_moved_twice_is_late_once(agencies: Agencies) -> None:
    dossier: Row = {"code": "A1-260525-0001", "received": "2026-05-25T09"}

    # It comes in on 25 May and is promised for 5 June.
    agencies.send("2026-05", dossier | {"due": "2026-06-05T17", "status": IN_PROGRESS})
    agencies.run("2026-05")
    # Nothing has finished. By Decision 766 it is open and not yet due: 1 of 1. None is due.
    assert rates(agencies, "2026-05") == [(0, 0), (1, 1), (0, 0)]

    # On 3 June the desk asks for a supplement, and writes 10 July over the due date.
    agencies.send("2026-06", dossier | {"due": "2026-07-10T17", "status": SUPPLEMENT})
    agencies.run("2026-06")
    # Officially still not due. The date first shown has passed, and it is open: 0 of 1.
    assert rates(agencies, "2026-06") == [(0, 0), (1, 1), (0, 1)]
    assert agencies.judged("2026-06") == [("2026-06", "open_not_due", "late", "2026-06")]
    assert agencies.findings("2026-06") == []

    # The supplement is there; the date is moved once more, to 20 August.
    agencies.send("2026-07", dossier | {"due": "2026-08-20T17", "status": IN_PROGRESS})
    agencies.run("2026-07")
    # Officially not due for a third month. It was judged in June, and is not judged again.
    assert rates(agencies, "2026-07") == [(0, 0), (1, 1), (0, 0)]
    assert agencies.findings("2026-07") == [("2026-07", "due_moved_more_than_once", 1)]

    # It ends on 15 August, by the third date and 71 days after the first.
    ended: Row = {"due": "2026-08-20T17", "status": FINISHED, "ended": "2026-08-15T10"}
    agencies.send("2026-08", dossier | ended)
    agencies.run("2026-08")
    # Officially finished on time: 1 of 1, twice. None is due for us.
    assert rates(agencies, "2026-08") == [(1, 1), (1, 1), (0, 0)]

    # Over its life: three official rates of 100 %, and ours of 0 of 1, in June and only there.
    months = ("2026-05", "2026-06", "2026-07", "2026-08")
    assert agencies.judged(*months) == [("2026-06", "open_not_due", "late", "2026-06")]
    assert agencies.findings(*months) == [("2026-07", "due_moved_more_than_once", 1)]


def test_a_dossier_that_ends_early_counts_on_time_in_the_month_that_it_was_promised_for(
    agencies: Agencies,
) -> None:
    dossier: Row = {"received": "2026-05-25T09", "due": "2026-08-05T17"}
    agencies.send("2026-05", dossier)
    agencies.send("2026-06", dossier | {"status": FINISHED, "ended": "2026-06-30T17"})
    # Others keep the agency sending.
    other: Row = {"code": "o", "received": "2026-07-01"}
    agencies.send("2026-07", other)
    agencies.send("2026-08", other)
    agencies.run("2026-08")
    assert rates(agencies, "2026-06") == [(1, 1), (1, 1), (0, 0)]
    assert rates(agencies, "2026-07") == [(0, 0), (0, 0), (0, 0)]
    assert rates(agencies, "2026-08") == [(0, 0), (0, 0), (1, 1)]
