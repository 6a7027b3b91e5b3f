"""A rate is followed back to its files also where a month is missing or a dossier unseen."""

from assets.command_line.run import run_month
from assets.explain.explain import explain_number

from .conftest import FINISHED, Agencies, Row, quiet

MAY, JUNE, AUGUST = "2026-05", "2026-06", "2026-08"


def test_the_files_add_up_over_a_month_that_was_not_sent(agencies: Agencies) -> None:
    def dossier(code: str, due: str, ended: str | None = None) -> Row:
        row: Row = {"code": code, "received": "2026-05-10", "due": due}
        return row | {"status": FINISHED, "ended": ended} if ended else row

    agencies.send(
        MAY,
        quiet(MAY),
        dossier("ended early, due in June", "2026-06-15", "2026-05-20"),
        dossier("ended early, due in July", "2026-07-15", "2026-05-20"),
        dossier("ended early, due in August", "2026-08-15", "2026-05-20"),
        dossier("gone", "2026-07-20"),
    )
    agencies.send(JUNE, quiet(JUNE))
    # Nothing is sent for July.
    agencies.send(AUGUST, quiet(AUGUST))
    run_month(agencies.installation, AUGUST)
    explanation = explain_number(agencies.installation, "A1", AUGUST, "due_on_time")
    # Of June's edition is what was due in June. Of August's: two on time, and the one gone.
    files = explanation.files.select("month", "numerator", "denominator").rows()
    assert files == [(MAY, 2, 2), (AUGUST, 0, 1)]
    assert (explanation.row["numerator"], explanation.row["denominator"]) == (2, 3)
    assert explanation.adds_up
