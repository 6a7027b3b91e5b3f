"""Codes of new units, the agency that a file seems to come from, names of procedures."""

import polars as pl

from pipeline import agencies
from pipeline.drafting.column_values import ColumnValues
from pipeline.drafting.procedures import MOST_NAMES, find_procedures
from pipeline.drafting.sender_hints import find_hint
from pipeline.drafting.unit_codes import make_codes
from pipeline.drafting.units import find_units


def column(*values: str) -> ColumnValues:
    return ColumnValues.of("theirs", pl.Series(values, dtype=pl.String))


def test_a_code_is_made_of_the_name_whatever_others_there_are() -> None:
    names = ("Sở Y tế", "Mayor's 24 Hour Hotline", "Đặc khu Phú Quốc")
    codes = {
        "Sở Y tế": "H44.so-y-te",
        "Mayor's 24 Hour Hotline": "H44.mayors-24-hour-hotline",
        "Đặc khu Phú Quốc": "H44.dac-khu-phu-quoc",
    }
    assert make_codes("H44", names) == codes
    assert all(make_codes("H44", [name]) == {name: codes[name]} for name in names)


def test_one_unit_in_two_spellings_has_one_code_and_one_line() -> None:
    found = find_units(column("Sở Y tế", "SỞ Y TẾ", "So Y te"), "H44", agencies.load(), "2026-10")
    assert {unit.code for unit in found.new} == {"H44.so-y-te"}
    assert len(found.lines) == 1


def test_names_that_accents_alone_tell_apart_have_two_codes() -> None:
    codes = make_codes("H44", ["Xã Tân Lập", "Xã Tân Lấp"])
    assert len(set(codes.values())) == 2
    assert all(code.startswith("H44.xa-tan-lap-") for code in codes.values())


def test_a_long_name_and_one_of_other_letters_have_short_codes() -> None:
    codes = make_codes("X", ["Trung tâm Phục vụ hành chính công và Kiểm soát thủ tục", "環境省"])
    assert all(len(code) < 50 and code.isascii() for code in codes.values())
    assert len(set(codes.values())) == 2


def test_the_codes_of_dossiers_say_the_sender() -> None:
    register = agencies.load()
    for code in ("H44.01-261001-{:04}", "000.00.12.H44-261001-{:04}"):
        found = find_hint(column(*map(code.format, range(9))), (), register, "2026-10")
        assert found is not None
        assert (found.code, found.name) == ("H44", "Phú Thọ")
        assert found.reason == "9 of 9 codes begin with it"
    assert find_hint(column("A-1", "B-2"), (), register, "2026-10") is None
    half = column("H44-1", "H44-2", "H26-1", "H26-2")
    assert find_hint(half, (), register, "2026-10") is None


def test_else_a_title_says_it() -> None:
    register = agencies.load()
    found = find_hint(None, ("UBND TỈNH PHÚ THỌ", "BÁO CÁO"), register, "")
    assert found is not None
    assert found.code == "H44"
    assert find_hint(None, ("BÁO CÁO THÁNG 10",), register, "") is None
    # The name of a flower is a city's only where that is said.
    assert find_hint(None, ("Nguyễn Thị Huệ",), register, "") is None
    assert find_hint(None, ("UBND thành phố Huế",), register, "") is not None


def test_names_of_procedures_that_several_rows_have_are_published() -> None:
    name = "Cấp giấy phép " + "x" * 200
    found = find_procedures(
        column(*["Đăng ký khai sinh"] * 3, *[name] * 3, "của ông An", "1.004227")
    )
    assert found.names["Đăng ký khai sinh"] == ("Đăng ký khai sinh", 3)
    assert found.names[name] == (name[:120], 3)
    assert found.others == 1
    assert "1.004227" not in found.names


def test_too_many_texts_are_no_names_of_procedures() -> None:
    found = find_procedures(column(*(f"text of {n} words" for n in range(MOST_NAMES + 1))))
    assert found.has_too_many
    assert not found.names
