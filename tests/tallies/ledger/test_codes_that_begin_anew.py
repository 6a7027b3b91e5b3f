"""One code may name several dossiers: of two years, of two offices, or of any row.

What another day of receipt means over exports, and what a profile that says what identifies a
dossier changes.
"""

from .conftest import FINISHED, Agencies, Lived, Row, quiet

MAY, JUNE, JULY = "2026-05", "2026-06", "2026-07"
OLD: Row = {"received": "2026-05-10T08", "due": "2026-06-10T17"}
NEW: Row = {"received": "2026-06-02T08", "due": "2026-06-20T17"}
PROFILE = """\
senders = ["A1", "A2"]
kind = "dossiers"
identity = {identity}

[columns]
dossier_id = "MaHoSo"
procedure_code = "MaTTHC"
unit_code = "DonViXuLy"
status = "TrangThaiHoSo"
received_at = "NgayTiepNhan"
due_at = "NgayHenTra"
first_due_at = "NgayHenTraDau"
ended_at = "NgayKetThucXuLy"

[values.status]
4 = "in_progress"
9 = "finished"
"""


def identified_by(agencies: Agencies, identity: str) -> None:
    folder = agencies.root / "profiles"
    folder.mkdir()
    (folder / "own.toml").write_text(PROFILE.format(identity=identity), encoding="utf-8")


def ended(dossier: Row, at: str, **more: str) -> Row:
    return dossier | {"status": FINISHED, "ended": at} | more


# ---- Numbers that begin anew


def test_a_code_with_another_receipt_is_another_dossier(lived: Lived) -> None:
    old = ended(OLD, "2026-05-20") | {"due": "2026-05-25"}
    sent = lived({MAY: [old], JUNE: [ended(NEW, "2026-06-12")]})
    assert sent.judged(MAY, JUNE) == [
        (MAY, "finished_early", "on_time", MAY),
        (JUNE, "finished_early", "on_time", JUNE),
    ]
    assert sent.findings(MAY, JUNE) == []


def test_numbers_that_begin_anew_give_the_rate_that_whole_codes_give(agencies: Agencies) -> None:
    # 4 of 8 end in May, the other 4 stay open. In June 8 others are received, 4 end on time.
    for sender, of_may, of_june in (("A1", "{}", "{}"), ("A2", "{}/5", "{}/6")):
        for month, code, received, due in (
            (MAY, of_may, "2026-05-04", "2026-05-20"),
            (JUNE, of_june, "2026-06-04", "2026-06-20"),
        ):
            rows: list[Row] = [
                {"code": code.format(number), "received": received, "due": due}
                | ({"status": FINISHED, "ended": f"{month}-15"} if number < 4 else {})
                for number in range(8)
            ]
            agencies.send(month, *rows, sender=sender)
    agencies.run(JUNE)
    for sender in ("A1", "A2"):
        assert agencies.due([MAY, JUNE], sender) == [(4, 8), (4, 8)]
    # The four of May that no export shows any more, of each sender; they are late since May.
    assert agencies.findings(MAY, JUNE) == [(JUNE, "unseen", 4), (JUNE, "unseen", 4)]


def test_a_receipt_corrected_within_its_day_is_the_same_dossiers(lived: Lived) -> None:
    corrected = OLD | {"received": "2026-05-10T23:59:59"}
    sent = lived({MAY: [OLD], JUNE: [corrected], JULY: [ended(corrected, "2026-07-01")]})
    assert sent.judged(MAY, JUNE, JULY) == [(JUNE, "open_overdue", "late", JUNE)]
    assert sent.findings(MAY, JUNE, JULY) == []


def test_a_receipt_moved_to_another_day_leaves_a_dossier_that_is_not_seen_any_more(
    lived: Lived,
) -> None:
    moved = OLD | {"received": "2026-05-11T00", "due": "2026-07-20"}
    sent = lived({MAY: [OLD], JUNE: [moved], JULY: [ended(moved, "2026-07-10")]})
    # The old deadline passes unseen, so moving the receipt wins nothing.
    assert sent.judged(MAY, JUNE, JULY) == [
        (JUNE, "unseen", "late", JUNE),
        (JULY, "finished_early", "on_time", JULY),
    ]
    assert sent.findings(MAY, JUNE, JULY) == [(JUNE, "unseen", 1)]


def test_a_dossier_that_goes_to_another_unit_stays_the_same(lived: Lived) -> None:
    there = OLD | {"unit": "A1.1"}
    sent = lived({MAY: [there], JUNE: [ended(OLD | {"unit": "A1.2"}, "2026-06-15")]})
    assert sent.judged(MAY, JUNE) == [(JUNE, "finished_overdue", "late", JUNE)]
    assert sent.findings(MAY, JUNE) == []


# ---- Several dossiers of one export under one code


def test_a_code_of_two_units_is_a_finding_where_the_later_dossier_counts(lived: Lived) -> None:
    later = ended(OLD, "2026-05-20")
    sent = lived({MAY: [OLD | {"unit": "A1.1"}, later | {"unit": "A1.2"}]})
    assert sent.findings(MAY) == [(MAY, "code_of_several", 1)]
    assert sent.cells(MAY, "findings")["unit_code"].to_list() == ["A1.2"]


# ---- What the profile says


def test_offices_that_number_alike_are_told_apart_over_exports(agencies: Agencies) -> None:
    identified_by(agencies, '["unit_code", "dossier_id"]')
    first, second = OLD | {"unit": "A1.1"}, OLD | {"unit": "A1.2"}
    agencies.send(MAY, first, second)
    agencies.send(JUNE, ended(first, "2026-06-05"), second)
    agencies.send(JULY, quiet(JULY), ended(second, "2026-07-01"))
    agencies.run(JULY)
    assert agencies.judged(MAY, JUNE, JULY) == [
        (JUNE, "finished_early", "on_time", JUNE),
        (JUNE, "open_overdue", "late", JUNE),
    ]
    assert agencies.findings(MAY, JUNE, JULY) == []


def test_dossiers_of_two_years_stand_in_one_export_where_the_receipt_identifies_them(
    agencies: Agencies,
) -> None:
    identified_by(agencies, '["dossier_id", "received_at"]')
    agencies.send(MAY, OLD)
    agencies.send(JUNE, OLD, ended(NEW, "2026-06-12"))
    agencies.run(JUNE)
    assert agencies.judged(MAY, JUNE) == [
        (JUNE, "finished_early", "on_time", JUNE),
        (JUNE, "open_overdue", "late", JUNE),
    ]
    assert agencies.findings(MAY, JUNE) == []


def test_where_each_row_is_a_dossier_every_export_is_counted_by_itself(
    agencies: Agencies,
) -> None:
    identified_by(agencies, '"row_number"')
    nameless = OLD | {"code": "", "due": "2026-05-20"}
    agencies.send(MAY, nameless, nameless, ended(nameless, "2026-05-15"))
    # In June the two are open still, and one is new: only that one is due in June.
    agencies.send(JUNE, nameless, nameless, ended(NEW, "2026-06-12") | {"code": ""})
    agencies.run(JUNE)
    assert agencies.due([MAY, JUNE]) == [(1, 3), (1, 1)]
    assert agencies.findings(MAY, JUNE) == []
    assert agencies.outcomes(JUNE) == [
        ("carried_over", "open_overdue"),
        ("carried_over", "open_overdue"),
        ("received", "finished_early"),
    ]
