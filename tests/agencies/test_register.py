"""The register: who is in force in which month, and which own files are refused."""

import random
from pathlib import Path

import pytest

from pipeline import agencies
from pipeline.agencies import RegisterError
from pipeline.tables import AGENCIES

HEADER = "code,name_vi,kind,parent_code,valid_from,valid_to\n"


def own(folder: Path, text: str) -> Path:
    path = folder / "agencies.csv"
    path.write_text(text, encoding="utf-8")
    return path


def provinces(month: str) -> dict[str, str]:
    in_force = agencies.load(None).at(month).filter(kind="province")
    return dict(zip(in_force["code"], in_force["name_vi"], strict=True))


def test_63_provinces_became_34_on_1_july_2025() -> None:
    before, after = provinces("2025-06"), provinces("2025-07")
    assert (len(before), len(after)) == (63, 34)
    assert after.keys() < before.keys()


def test_a_code_that_stays_is_two_territories_and_an_absorbed_one_names_its_successor() -> None:
    table = agencies.load(None).table
    phu_tho = table.filter(code="H44")
    assert phu_tho["valid_to"].is_null().to_list() == [False, True]
    hoa_binh = table.filter(code="H28")
    assert hoa_binh["successor_code"].to_list() == ["H44"]
    ended = table.filter(table["valid_to"].is_not_null())
    assert set(ended["successor_code"]) <= set(agencies.load(None).at("2025-07")["code"])


def test_names_are_those_of_the_month() -> None:
    register = agencies.load(None)
    assert register.name("H57", "2024-12") == "Thừa Thiên Huế"
    assert register.name("H57", "2025-01") == "Huế"
    assert register.name("G10", "2025-02") == "Bộ Nông nghiệp và Phát triển nông thôn"
    assert register.name("G10", "2025-03") == "Bộ Nông nghiệp và Môi trường"


def test_names_in_english_are_those_of_the_month_where_there_are_any(tmp_path: Path) -> None:
    names = agencies.load(own(tmp_path, HEADER + "T1,Trung tâm thử nghiệm,pilot,,,\n")).names_en
    assert names("2025-02")["G10"] == "Ministry of Agriculture and Rural Development"
    assert names("2025-03")["G10"] == "Ministry of Agriculture and Environment"
    assert "T1" not in names("2025-03")


def test_an_abolished_agency_keeps_its_last_name_and_an_unknown_one_shows_its_code() -> None:
    register = agencies.load(None)
    assert register.name("H28", "2025-07") == "Hòa Bình"
    assert register.name("X99", "2025-07") == "X99"
    assert register.below("X99", "2025-07") == frozenset()


def test_22_ministries_became_17() -> None:
    register = agencies.load(None)
    assert register.at("2025-02").filter(kind="ministry").height == 22
    assert register.at("2025-03").filter(kind="ministry").height == 22 - 5


def test_an_agency_that_ends_within_the_month_is_in_force_in_it(tmp_path: Path) -> None:
    path = own(tmp_path, HEADER + "A,A,other,,2026-01-31,2026-02-01\n")
    register = agencies.load(path)
    spans = {
        month: register.at(month)["code"].to_list().count("A")
        for month in ("2025-12", "2026-01", "2026-02", "2026-03")
    }
    assert spans == {"2025-12": 0, "2026-01": 1, "2026-02": 1, "2026-03": 0}


def test_of_two_rows_in_one_month_the_later_is_taken(tmp_path: Path) -> None:
    path = own(tmp_path, HEADER + "A,new,other,,2026-01-15,\nA,old,other,,,2026-01-14\n")
    assert agencies.load(path).name("A", "2026-01") == "new"


def test_a_sender_has_its_units_and_their_units_below_it(tmp_path: Path) -> None:
    rows = (
        "H26.01,Sở,department,H26,,\nH26.01.01,Phòng,office,H26.01,,\nH24.01,Sở,department,H24,,\n"
    )
    register = agencies.load(own(tmp_path, HEADER + rows))
    assert register.below("H26", "2026-01") == {"H26", "H26.01", "H26.01.01"}
    assert register.below("H26.01.01", "2026-01") == {"H26.01.01"}


def test_3300_communes_are_found_below_their_provinces(tmp_path: Path) -> None:
    rows = [f"H26.{n},Xã số {n},commune,H26,," for n in range(3300)]
    register = agencies.load(own(tmp_path, HEADER + "\n".join(rows) + "\n"))
    assert len(register.below("H26", "2026-01")) == 1 + 3300


def test_own_rows_replace_the_built_in_rows_of_the_same_code(tmp_path: Path) -> None:
    register = agencies.load(own(tmp_path, HEADER + "H26,Thủ đô Hà Nội,province,,,\n"))
    assert register.name("H26", "2020-01") == register.name("H26", "2026-01") == "Thủ đô Hà Nội"
    assert register.name("H24", "2026-01") == "Hải Phòng"


def test_a_file_that_does_not_exist_is_no_own_register(tmp_path: Path) -> None:
    assert agencies.load(tmp_path / "none.csv").digest == agencies.load(None).digest


def test_the_digest_follows_the_content_and_not_the_order_of_rows(tmp_path: Path) -> None:
    rows = [f"H26.{n},Xã số {n},commune,H26,,\n" for n in range(10)]
    first = agencies.load(own(tmp_path, HEADER + "".join(rows)))
    random.Random(1).shuffle(rows)
    assert agencies.load(own(tmp_path, HEADER + "".join(rows))).digest == first.digest
    assert agencies.load(own(tmp_path, HEADER + "".join(rows[1:]))).digest != first.digest


def test_the_table_is_as_declared_and_a_byte_order_mark_is_no_part_of_it(tmp_path: Path) -> None:
    register = agencies.load(own(tmp_path, "\ufeff" + HEADER + "A,A,other,,,\n"))
    assert register.table.schema == AGENCIES.schema


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "lacks the column code"),
        ("code,name_vi\nA,A\n", "lacks the column kind"),
        ("code,name_vi,kind,parent\nA,A,x,\n", "unknown column 'parent'"),
        ("code,name_vi,kind,kind\nA,A,x,x\n", "names a column twice"),
        (HEADER + "A,A,other,,,\nB,,other,,,\n", "row 3 has no name_vi"),
        (HEADER + "A,A, B,other,,,\n", "row 2 has 7 values for 6 columns"),
        (HEADER + "A,A,other,,01/07/2025,\n", "write the day like 2025-07-01"),
        (HEADER + "A,A,other,,2025-07-01,2025-06-30\n", "before it begins"),
        (HEADER + "A,A,other,,,2025-07-01\nA,A,other,,2025-07-01,\n", "in force already"),
        (HEADER + "A,A,other,,,\nA,B,other,,,\n", "in force already"),
        (HEADER + "A,A,other,B,,\n", "add the parent"),
        (HEADER + "A,Sở\x1b[31m,other,,,\n", "row 2 has the control character <U.001B> in name_vi"),
        (HEADER + 'A,"Sở\nA",other,,,\n', "the control character <U.000A> in name_vi: write the"),
        (HEADER + "A\x00,A,other,,,\n", "the control character <U.0000> in code"),
        (HEADER + "A,A,other\x9b,,,\n", "the control character <U.009B> in kind"),
        (HEADER + "A,A,other,A,,\n", "A belongs to A"),
        (HEADER + "A,A,other,B,,\nB,B,other,C,,\nC,C,other,A,,\n", "A belongs to B belongs to C"),
    ],
)
def test_a_register_at_fault_is_refused_with_the_cure(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(RegisterError, match=says):
        agencies.load(own(tmp_path, text))


def test_spans_that_touch_do_not_overlap(tmp_path: Path) -> None:
    text = HEADER + "A,A,other,,,2025-06-30\nA,A,other,,2025-07-01,\n"
    assert agencies.load(own(tmp_path, text)).at("2025-07").filter(code="A").height == 1


def test_agencies_may_change_places_over_time_without_a_circle(tmp_path: Path) -> None:
    text = HEADER + (
        "A,A,other,B,,2025-06-30\nB,B,other,,,2025-06-30\n"
        "A,A,other,,2025-07-01,\nB,B,other,A,2025-07-01,\n"
    )
    register = agencies.load(own(tmp_path, text))
    assert register.below("B", "2025-06") == register.below("A", "2025-07") == {"A", "B"}


def test_a_file_in_another_encoding_is_refused_with_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "agencies.csv"
    path.write_bytes((HEADER + "A,Sở,other,,,\n").encode("utf-16"))
    with pytest.raises(RegisterError, match="save it as UTF-8"):
        agencies.load(path)
