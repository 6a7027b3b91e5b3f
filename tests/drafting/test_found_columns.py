"""Which column is which: names of portals and of offices, and what the values say."""

import pytest

from pipeline import agencies
from pipeline.drafting import DraftError, draft_profile, write_profile
from pipeline.drafting.draft import Draft
from pipeline.profiles.profile import parse_profile

VALUES = {
    "id": ("R-1001", "R-1002", "R-1003", "R-1004"),
    "received": ("2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04"),
    "due": ("2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"),
    "ended": ("2026-10-21", "", "2026-10-23", ""),
    "status": ("Closed", "Open", "Closed", "Open"),
    "unit": ("Parks Department", "Health Department", "Parks Department", "Health Department"),
    "word": ("abc", "def", "abc", "def"),
    "number": ("1", "2", "3", "4"),
}


def drafted(columns: dict[str, str], name: str = "x.csv", kind: str = "") -> Draft:
    """A draft of a file with some columns, each by its name with the name of its VALUES."""
    cells = [_ids() if values == "id" else VALUES[values] * 5 for values in columns.values()]
    rows = zip(*cells, strict=True)
    text = "\n".join(",".join(row) for row in [tuple(columns), *rows])
    return draft_profile(text.encode(), name, agencies.load(), "NYC", kind)


def _ids() -> tuple[str, ...]:
    return tuple(f"R-{at:04}" for at in range(1000, 1020))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            {
                "case_enquiry_id": "id",
                "open_dt": "received",
                "sla_target_dt": "due",
                "closed_dt": "ended",
                "on_time": "word",
                "case_status": "status",
                "department": "unit",
            },
            (
                "case_enquiry_id",
                "open_dt",
                "sla_target_dt",
                "closed_dt",
                "case_status",
                "department",
            ),
        ),
        (
            {
                "Unique Key": "id",
                "Created Date": "received",
                "Closed Date": "ended",
                "Agency Name": "unit",
                "Descriptor": "word",
                "Status": "status",
                "Due Date": "due",
            },
            ("Unique Key", "Created Date", "Due Date", "Closed Date", "Status", "Agency Name"),
        ),
        (
            {
                "service_request_id": "id",
                "status": "status",
                "requested_datetime": "received",
                "expected_datetime": "due",
                "closed_date": "ended",
                "agency_responsible": "unit",
            },
            (
                *("service_request_id", "requested_datetime", "expected_datetime", "closed_date"),
                *("status", "agency_responsible"),
            ),
        ),
        (
            {
                "STT": "number",
                "Số hồ sơ": "id",
                "Người nộp": "word",
                "Thời gian tiếp nhận": "received",
                "Thời hạn trả kết quả": "due",
                "Thời điểm kết thúc": "ended",
                "Tình trạng": "status",
                "Phòng ban": "unit",
            },
            (
                *("Số hồ sơ", "Thời gian tiếp nhận", "Thời hạn trả kết quả"),
                *("Thời điểm kết thúc", "Tình trạng", "Phòng ban"),
            ),
        ),
    ],
)
def test_columns_of_dossiers(columns: dict[str, str], expected: tuple[str, ...]) -> None:
    draft = drafted(columns)
    assert draft.kind == "dossiers"
    ours = ("dossier_id", "received_at", "due_at", "ended_at", "status", "unit_code")
    assert tuple(draft.columns[each].theirs for each in ours) == expected
    assert parse_profile(write_profile(draft), "x", "x").kind == "dossiers"


def test_a_column_of_agencies_is_one_by_its_values() -> None:
    columns = {"Số hồ sơ": "id", "Ngày nhận": "received", "Trạng thái": "status", "Nơi làm": "unit"}
    assert drafted(columns).columns["unit_code"].theirs == "Nơi làm"


def test_a_column_of_codes_is_one_by_its_values_and_row_numbers_are_none() -> None:
    columns = {"STT": "number", "K": "id", "Ngày nhận": "received", "Trạng thái": "status"}
    assert drafted(columns).columns["dossier_id"].theirs == "K"


def test_a_due_date_is_not_guessed_by_itself() -> None:
    columns = {
        "Mã hồ sơ": "id",
        "Ngày nhận": "received",
        "Ngày xong việc": "due",
        "closed": "ended",
    }
    draft = drafted(columns)
    assert "due_at" not in draft.columns
    assert "due_at" in draft.derived.optional


def test_the_name_of_the_file_says_the_kind_before_its_columns() -> None:
    columns = {"Mã": "id", "Ngày tiếp nhận": "received", "Trạng thái": "status", "Đóng": "ended"}
    assert drafted(columns).kind == "dossiers"
    assert drafted(columns, "petitions-10.csv").kind == "petitions"
    assert drafted(columns, "dossiers.csv", "petitions").kind == "petitions"


def test_a_header_that_is_repeated_is_one_all_the_same() -> None:
    header = "Mã hồ sơ,Ngày nhận,Hạn trả,Ngày kết thúc,Trạng thái"
    rows = [f"H{at},2026-10-01,2026-10-09,,Đang xử lý" for at in range(20)]
    text = "\n".join([header, *rows, header, *rows])
    assert draft_profile(text.encode(), "x.csv", agencies.load(), "H26").rows == 40


def test_a_record_is_no_header_though_it_has_no_number() -> None:
    text = "\n".join(["Trần Thị Cúc,Sở Y tế,Đang xử lý", *["Lê An,Sở Y tế,Đang xử lý"] * 9])
    with pytest.raises(DraftError, match="no header was found") as error:
        draft_profile(text.encode(), "x.csv", agencies.load(), "H26")
    assert "Trần" not in str(error.value)


def test_a_second_column_of_units_is_named_for_a_person_to_choose() -> None:
    draft = drafted(
        {
            "case_id": "id",
            "open_dt": "received",
            "closed_dt": "ended",
            "status": "status",
            "department": "unit",
            "office": "unit",
            "word": "word",
        }
    )
    (unit,) = (match for ours, match in draft.columns.items() if ours == "unit_code")
    assert {unit.theirs, *unit.rivals} == {"department", "office"}
    assert any(
        f"unit_code is read from {unit.theirs!r}; it may also be {unit.rivals[0]!r}" in remark
        for remark in draft.unsure
    )
