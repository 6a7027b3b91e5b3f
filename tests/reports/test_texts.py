"""Texts in both languages, and numbers as each writes them."""

import calendar
import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

import reports
from pipeline import deadlines, published_data
from pipeline.bulletin import Content
from pipeline.delivery_states import STATES
from pipeline.faults import FAULTS
from pipeline.methods import NOTES, Indicator, Method, load, load_all
from pipeline.methods.settings import Smallest
from pipeline.published_data import INTERVAL_SOURCES
from pipeline.tables import APPLICANTS, CHANNELS
from pipeline.tables.comparisons import CHANGES_BY
from reports.language import Language, load_texts
from reports.site import glossary
from reports.site.method import list_settings

VI, EN = Language("vi"), Language("en")
ROOM = Path(reports.__file__).parent
COMPUTED_SECTIONS = (
    *("kinds.", "law.", "interval.", "units.", "signal.", "choice.", "side.", "confidence."),
    *("data.", "term.", "word.", "setting.", "setting_value.", "fault."),
    *("table_row.", "column_meaning.", "column_unit.", "column_type."),
    *("applicant.", "channel.", "by.", "variation.", "assurance.", "factor."),
    *("finding.", "represented_reason.", "other_share."),
    *("data.", "sheet.", "column.", "measure.", "clock.", "basis."),
)
"""Sections whose keys are all built from a value of the data."""
COMPUTED = {
    "data_quality": ("accepted", "refused", "missing"),
    "delivery_states": STATES,
    "corrections": ("added", "replaced", "withdrawn", "read_again"),
    "funnel": ("better", "worse"),
    "league": ("value", "rank_set", "tier"),
    "glossary": tuple(glossary.GROUPS),
    "method_page": (*get_args(Smallest), *get_args(Indicator.model_fields["better"].annotation)),
    "data_page": ("notes", "faults"),
    "represented": ("all", "bounds"),
    "workbook": ("share", "points", "days", "higher", "lower"),
    "standouts": (
        *("ahead", "improved", "fell", "missing", "doubt", "missing_named", "refused_named"),
        *(
            f"{side}_{which}"
            for side in ("improved", "fell")
            for which in ("by", "nobody", "elsewhere")
        ),
    ),
}
"""Keys that are built from a value, by section."""


def find_placeholders(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


def test_every_text_has_both_languages_and_the_same_placeholders() -> None:
    for key, forms in load_texts().items():
        assert 2 <= len(forms) <= 4, key
        assert all(form.strip() for form in forms), key
        # One of a kind may go without its number: "the only sender".
        assert len({frozenset(find_placeholders(form) - {"count"}) for form in forms}) == 1, key
        assert len({"count" in find_placeholders(form) for form in forms[:2]}) == 1, key


def test_a_text_with_a_form_for_one_is_filled_by_count() -> None:
    for key, forms in load_texts().items():
        if len(forms) > 2:
            assert "count" in find_placeholders(forms[1]), key


def test_every_text_that_is_asked_for_exists_and_every_text_is_asked_for() -> None:
    written = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted(ROOM.rglob("*"))
        if path.suffix in (".py", ".j2")
    )
    asked = set(re.findall(r"text\(\s*[\"']([a-z_]+\.[a-z0-9_]+)[\"']", written))
    assert not asked - set(load_texts())
    quoted = set(re.findall(r"[\"']([a-z_]+\.[a-z0-9_]+)[\"']", written))
    computed = {f"{section}.{value}" for section, values in COMPUTED.items() for value in values}
    rest = set(load_texts()) - quoted - computed
    assert {key for key in rest if not key.startswith(COMPUTED_SECTIONS)} == set()


@pytest.mark.parametrize("section", COMPUTED)
def test_every_value_that_names_a_text_has_one(section: str) -> None:
    for value in COMPUTED[section]:
        assert f"{section}.{value}" in load_texts()


def test_every_applicant_channel_and_split_has_a_word() -> None:
    expected = {
        *(f"applicant.{word}" for word in APPLICANTS),
        *(f"channel.{word}" for word in CHANNELS),
        *(f"by.{word}" for word in CHANGES_BY),
    }
    sections = ("applicant.", "channel.", "by.")
    assert expected == {key for key in load_texts() if key.startswith(sections)}


def test_every_source_of_an_interval_has_a_word() -> None:
    assert {f"interval.{source}" for source in INTERVAL_SOURCES} <= set(load_texts())


def test_every_note_has_a_meaning_in_both_languages() -> None:
    for note in NOTES:
        assert VI.note(note) != EN.note(note)
    assert VI.note(None) == ""


def find_in_section(section: str) -> dict[str, tuple[str, ...]]:
    """The texts of a section by name."""
    return {
        key.partition(".")[2]: forms
        for key, forms in load_texts().items()
        if key.startswith(f"{section}.")
    }


def test_every_published_table_column_and_unit_has_its_vietnamese_and_no_other_is_there() -> None:
    """Their English in texts/columns.toml is that of the definitions: where one is reworded, its
    Vietnamese has to be looked at again.
    """
    tables = [resource.table for resource in published_data.resources(load_all())]
    columns = [column for table in tables for column in table.columns]
    written = {
        "table_row": {table.row for table in tables},
        "column_meaning": {column.meaning for column in columns},
        "column_unit": {column.unit for column in columns} - {""},
    }
    for section, texts in written.items():
        assert {forms[1] for forms in find_in_section(section).values()} == texts, section
    assert VI.translate("column_meaning", "tier, 1 is best") == "nhóm, 1 là tốt nhất"
    assert EN.translate("column_meaning", "tier, 1 is best") == "tier, 1 is best"


def test_every_fault_has_its_vietnamese_beside_the_english_of_the_source() -> None:
    assert {name: forms[1] for name, forms in find_in_section("fault").items()} == FAULTS


def test_every_type_of_a_column_has_a_word() -> None:
    columns = [c for each in published_data.resources(load_all()) for c in each.table.columns]
    types = {published_data.name_type(column) for column in columns}
    assert types == set(find_in_section("column_type"))


def test_every_choice_of_the_method_and_every_word_it_may_be_has_a_text() -> None:
    assert {name for name, _ in list_settings(load())} == set(find_in_section("setting"))
    words = {
        *get_args(deadlines.Grain),
        *get_args(deadlines.SupplementRule),
        *get_args(Method.model_fields["satisfaction"].annotation),
    }
    assert words == set(find_in_section("setting_value"))


def test_every_word_of_the_glossary_has_a_meaning_and_one_place_on_the_page() -> None:
    placed = [name for names in glossary.GROUPS.values() for name in names]
    assert len(placed) == len(set(placed))
    assert set(placed) == set(find_in_section("term")) == set(find_in_section("word"))


def test_no_word_of_the_glossary_has_the_name_of_another() -> None:
    for place in (0, 1):
        called = [forms[place] for forms in find_in_section("term").values()]
        assert len(called) == len(set(called))


@pytest.mark.parametrize(
    ("value", "decimals", "vietnamese", "english"),
    [
        (1234567.891, 2, "1.234.567,89", "1,234,567.89"),
        (-0.5, 1, "−0,5", "−0.5"),
        (-0.04, 1, "0,0", "0.0"),
        (999.0, 0, "999", "999"),
        (1000.0, 0, "1.000", "1,000"),
    ],
)
def test_numbers_have_the_marks_of_the_language(
    value: float, decimals: int, vietnamese: str, english: str
) -> None:
    assert VI.number(value, decimals) == vietnamese
    assert EN.number(value, decimals) == english


@given(
    value=st.decimals(-(10**9), 10**9, places=3).map(float),
    decimals=st.integers(min_value=0, max_value=3),
)
def test_numbers_are_written_as_the_cldr_has_it_but_for_halves_and_the_sign(
    value: float, decimals: int
) -> None:
    # Rounded first, for Babel takes the half of the shortest decimal and Python that of the binary.
    rounded = round(value, decimals) or 0.0
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    for language, locale in ((VI, "vi"), (EN, "en_GB")):
        peer = format_decimal(rounded, format=pattern, locale=locale)
        assert language.number(value, decimals) == peer.replace("-", "\N{MINUS SIGN}")


@pytest.mark.parametrize(
    ("count", "vietnamese", "english"),
    [
        (0, "", ""),
        (1, "A", "A"),
        (2, "A và B", "A and B"),
        (3, "A, B và C", "A, B and C"),
        (4, "A, B, C và D", "A, B, C and D"),
        (5, "A, B, C và 2 đơn vị khác", "A, B, C and 2 others"),
    ],
)
def test_names_are_joined_as_in_a_sentence_and_those_beyond_the_limit_counted(
    count: int, vietnamese: str, english: str
) -> None:
    names = list("ABCDE")[:count]
    assert VI.join_names(names, at_most=4) == vietnamese
    assert EN.join_names(names, at_most=4) == english


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_is_written_out(month: int) -> None:
    assert VI.month(f"2026-{month:02d}") == f"tháng {month} năm 2026"
    assert EN.month(f"2026-{month:02d}") == f"{calendar.month_name[month]} 2026"


def test_shares_are_percentages_indices_have_two_decimals_and_days_one(content: Content) -> None:
    share, points, days = (
        content.method.indicator(name)
        for name in ("due_on_time", "processing_time_index", "median_time_days")
    )
    assert (VI.value(0.9614, share), EN.value(0.9614, share)) == ("96,1%", "96.1%")
    assert (VI.value(85.2, points), EN.value(85.2, points)) == ("85,20", "85.20")
    assert (VI.value(3.46, days), EN.value(None, days)) == ("3,5", "–")
    assert VI.difference(0.0123, share) == "+1,2"
    assert EN.difference(-1.5, points) == "−1.50"


def test_months_are_written_out() -> None:
    assert VI.month("2026-10") == "tháng 10 năm 2026"
    assert EN.month("2026-01") == "January 2026"


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "vietnamese", "english"),
    [
        (None, None, "không ghi ngày", "no day is named"),
        (
            date(2022, 6, 23),
            None,
            "từ 23/6/2022, không ghi ngày hết hiệu lực",
            "from 23 June 2022; no last day is named",
        ),
        (
            None,
            date(2025, 6, 30),
            "đến 30/6/2025, không ghi ngày có hiệu lực",
            "to 30 June 2025; no first day is named",
        ),
        (
            date(2022, 6, 23),
            date(2025, 6, 30),
            "từ 23/6/2022 đến 30/6/2025",
            "from 23 June 2022 to 30 June 2025",
        ),
    ],
)
def test_in_force_names_the_days_that_are_known(
    valid_from: date | None, valid_to: date | None, vietnamese: str, english: str
) -> None:
    method = next(each for each in load_all().scorecards if each.name == "decision-766")
    dated = method.model_copy(update={"valid_from": valid_from, "valid_to": valid_to})
    assert (VI.validity(dated), EN.validity(dated)) == (vietnamese, english)


def test_one_is_not_many_in_english() -> None:
    assert EN.text("league.size", count=1) == "1 unit, nothing to rank it against"
    assert EN.text("league.size", count=2) == "2 units"
    assert VI.text("league.size", count=1) == "1 đơn vị, không có đơn vị khác để so sánh"


def test_one_alone_is_not_all_in_either_language() -> None:
    key = "highlights.deliveries_whole"
    rest = (" no file was refused.", " không tệp nào bị từ chối.")
    assert EN.text(key, count=1) == "The only sender had its data accepted;" + rest[0]
    assert EN.text(key, count=2) == "All 2 senders had their data accepted;" + rest[0]
    only, both = "Đơn vị gửi duy nhất", "Cả 2 đơn vị gửi đều"
    assert VI.text(key, count=1) == only + " có dữ liệu được tiếp nhận;" + rest[1]
    assert VI.text(key, count=2) == both + " có dữ liệu được tiếp nhận;" + rest[1]


@pytest.mark.parametrize(("ranked", "size"), [(0, 1), (2, 2), (1234, 5678)])
def test_how_many_are_ranked_has_the_same_words_for_one_and_many(ranked: int, size: int) -> None:
    english = EN.text("league.ranked_of", ranked=ranked, size=size)
    assert english == f"Units ranked: {ranked:,} of {size:,}."
    vietnamese = VI.text("league.ranked_of", ranked=ranked, size=size)
    assert vietnamese == f"Số đơn vị được xếp hạng: {ranked:,} trên tổng số {size:,}.".replace(
        ",", "."
    )


@pytest.mark.parametrize(
    ("before", "after", "written"),
    [
        ("4.2", "4.3", ("4.2", "4.3")),
        ("4.21", "4.22", ("4.21", "4.22")),  # one decimal would say 4.2 of both
        ("4.2000001", "4.2000002", ("4.2000001", "4.2000002")),
        (None, "4.2", ("–", "4.2")),
        ("4.2", None, ("4.2", "–")),
    ],
)
def test_corrected_values_have_the_decimals_that_tell_them_apart(
    before: str | None, after: str | None, written: tuple[str, str]
) -> None:
    days = load().indicator("median_time_days")
    assert EN.correction(before, after, days) == written


def test_corrected_values_of_an_unknown_indicator_stand_as_published() -> None:
    assert EN.correction("0.51234", None, None) == ("0.51234", "–")
