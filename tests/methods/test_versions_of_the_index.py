"""Versions of our own index: which one is in force in a month, and what follows from a new one."""

from pathlib import Path

import pytest

from pipeline import methods
from pipeline.methods import MethodError, Methods

BUILT_IN = Path(methods.__file__).parent
FIRST, SECOND = "reform-index.toml", "reform-index.2.toml"
BEGINS = "valid_from = 2027-01-01"
OF_SATISFACTION = {"satisfied_share", "satisfaction_index", "reform_performance_index"}


def put(folder: Path, name: str, *changes: tuple[str, str], source: str = "") -> Path:
    """The folder with a copy of a built-in version under a name, changed."""
    text = (BUILT_IN / (source or name)).read_text("utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    (folder / name).write_text(text, "utf-8")
    return folder


def both(folder: Path, *changes_of_second: tuple[str, str]) -> Methods:
    put(folder, FIRST)
    return methods.load_all(put(folder, SECOND, *changes_of_second))


def fault(folder: Path) -> str:
    with pytest.raises(MethodError) as found:
        methods.load_all(folder)
    return str(found.value)


@pytest.mark.parametrize(
    ("month", "version", "satisfaction"),
    [
        ("2010-01", "1.2.0", "as_answered"),
        ("2026-12", "1.2.0", "as_answered"),
        ("2027-01", "2.0.0", "adjusted"),
        ("2031-05", "2.0.0", "adjusted"),
    ],
)
def test_from_january_2027_on_satisfaction_is_that_of_all_who_were_served(
    month: str, version: str, satisfaction: str
) -> None:
    index = methods.load_all().at(month).index
    assert (index.version, index.satisfaction) == (version, satisfaction)


def test_the_two_built_in_versions_differ_in_satisfaction_alone() -> None:
    first, second = methods.load_all().versions
    naming = set(methods.NAMING)
    assert second.model_dump(exclude=naming) == first.model_dump(exclude=naming) | {
        "satisfaction": "adjusted"
    }
    differing = {
        one.name for one, other in zip(first.indicators, second.indicators, strict=True)
        if one != other
    }  # fmt: skip
    assert differing == {"satisfied_share", "mean_rating"}


@pytest.mark.parametrize(
    ("begins", "version"),
    [("2027-01-31", "2.0.0"), ("2027-02-01", "1.2.0")],
)
def test_the_last_day_of_a_month_says_which_version_is_in_force(
    tmp_path: Path, begins: str, version: str
) -> None:
    found = both(tmp_path, (BEGINS, f"valid_from = {begins}"))
    assert found.at("2027-01").index.version == version


def test_a_month_has_one_version_and_several_months_have_those_of_any_of_them() -> None:
    found = methods.load_all()
    assert [each.version for each in found.at("2027-01").versions] == ["2.0.0"]
    some = found.in_any_of(["2026-11", "2026-12"])
    assert [each.version for each in some.versions] == ["1.2.0"]
    over = found.in_any_of(["2026-12", "2027-01"])
    assert [each.version for each in over.versions] == ["1.2.0", "2.0.0"]
    with pytest.raises(ValueError, match="too many values"):
        _ = over.index


def test_a_version_to_come_changes_nothing_in_the_digest_of_earlier_months(
    tmp_path: Path,
) -> None:
    alone = methods.load_all(put(tmp_path, FIRST))
    with_second = both(tmp_path)
    earlier = ["2026-11", "2026-12"]
    assert with_second.in_any_of(earlier).digest == alone.in_any_of(earlier).digest
    assert with_second.at("2026-12").index.digest == alone.index.digest
    later = [*earlier, "2027-01"]
    assert with_second.in_any_of(later).digest != alone.in_any_of(later).digest


def test_an_own_file_stays_in_force_whatever_versions_are_built_in(tmp_path: Path) -> None:
    own = methods.load_all(put(tmp_path, FIRST, ("minimum_due = 30", "minimum_due = 50")))
    for month in ("2026-12", "2027-01", "2040-01"):
        assert own.at(month).index.minimum_due == 50


def test_two_versions_that_begin_on_one_day_are_said_with_both_files(tmp_path: Path) -> None:
    put(tmp_path, FIRST, ("\ndeadline_grain", f"\n{BEGINS}\ndeadline_grain"))
    put(tmp_path, SECOND)
    said = fault(tmp_path)
    assert str(tmp_path / FIRST) in said
    assert str(tmp_path / SECOND) in said
    assert "in force on 2027-01-01" in said
    assert "let the first end before the second begins (valid_to, valid_from)" in said


def test_two_versions_without_a_first_day_are_said_without_naming_a_day(tmp_path: Path) -> None:
    put(tmp_path, FIRST)
    put(tmp_path, SECOND, (BEGINS, ""))
    said = fault(tmp_path)
    assert "from the beginning on: give the second the day from which it holds" in said
    assert "0001" not in said


@pytest.mark.parametrize(
    ("first_days", "described"),
    [
        (f"{BEGINS}\n", "from 2027-01-01"),
        ("valid_to = 2026-11-30\n", "to 2026-11-30"),
        (f"{BEGINS}\nvalid_to = 2027-02-28\n", "from 2027-01-01 to 2027-02-28"),
    ],
)
def test_the_days_of_a_version_are_named_where_it_has_them(
    tmp_path: Path, first_days: str, described: str
) -> None:
    put(tmp_path, FIRST, ("\ndeadline_grain", f"\n{first_days}deadline_grain"))
    with pytest.raises(MethodError) as found:
        methods.load_all(tmp_path).at("2026-12")
    assert f"({described})" in str(found.value)


@pytest.mark.parametrize(("ends", "is_overlap"), [("2026-12-31", False), ("2027-01-01", True)])
def test_a_version_may_end_on_the_day_before_the_next_and_no_later(
    tmp_path: Path, ends: str, is_overlap: bool
) -> None:
    put(tmp_path, FIRST, ("\ndeadline_grain", f"\nvalid_to = {ends}\ndeadline_grain"))
    put(tmp_path, SECOND)
    if is_overlap:
        assert "in force on 2027-01-01" in fault(tmp_path)
    else:
        assert methods.load_all(tmp_path).at("2026-12").index.version == "1.2.0"


def test_a_gap_between_two_versions_is_said_with_its_cure(tmp_path: Path) -> None:
    put(tmp_path, FIRST, ("\ndeadline_grain", "\nvalid_to = 2026-12-30\ndeadline_grain"))
    put(tmp_path, SECOND)
    assert "take valid_to out of the first" in fault(tmp_path)


def test_two_versions_of_one_name_are_said(tmp_path: Path) -> None:
    put(tmp_path, FIRST)
    put(tmp_path, SECOND, ('"2.0.0"', '"1.2.0"'))
    assert "both have the version 1.2.0: give the second another one" in fault(tmp_path)


def test_a_month_without_any_version_is_said_with_the_versions_that_there_are(
    tmp_path: Path,
) -> None:
    found = methods.load_all(put(tmp_path, SECOND))
    assert found.at("2027-01").index.version == "2.0.0"
    with pytest.raises(MethodError, match="no version of reform-index is in force at the end of"):
        found.at("2026-12")


@pytest.mark.parametrize(
    ("month", "version"),
    [("2026-11", "1.2.0"), ("2026-12", "1.2.0"), ("2027-01", "2.0.0"), ("2030-02", "2.0.0")],
)
def test_a_month_that_others_read_is_read_by_the_nearest_version(
    tmp_path: Path, month: str, version: str
) -> None:
    """The first is in force in December 2026 alone, the second in January 2027 alone."""
    december = "\nvalid_from = 2026-12-01\nvalid_to = 2026-12-31\ndeadline_grain"
    put(tmp_path, FIRST, ("\ndeadline_grain", december))
    put(tmp_path, SECOND, (BEGINS, f"{BEGINS}\nvalid_to = 2027-01-31"))
    assert methods.load_all(tmp_path).nearest(month).version == version


def test_a_version_that_ends_before_it_begins_is_said(tmp_path: Path) -> None:
    put(tmp_path, SECOND, (BEGINS, f"{BEGINS}\nvalid_to = 2026-12-31"))
    assert "valid_to 2026-12-31 is before valid_from 2027-01-01" in fault(tmp_path)


def test_a_version_without_an_end_ends_where_the_next_one_begins() -> None:
    found = methods.load_all()
    first, second = found.versions
    assert str(found.last_day_of(first)) == "2026-12-31"
    assert found.last_day_of(second) is None


def test_only_what_rests_on_satisfaction_is_not_compared_over_the_new_version() -> None:
    found = methods.load_all()
    assert found.list_renewed("2027-01") == OF_SATISFACTION
    assert found.list_renewed("2026-12") == found.list_renewed("2027-02") == frozenset()


def test_weights_renew_what_they_make_and_the_clock_rule_renews_all(tmp_path: Path) -> None:
    weights = ("on_time = 0.7\ntime_saved = 0.3", "on_time = 0.6\ntime_saved = 0.4")
    crude = ('satisfaction = "adjusted"', 'satisfaction = "as_answered"')
    assert both(tmp_path, weights, crude).list_renewed("2027-01") == {
        "processing_time_index", "reform_performance_index",
    }  # fmt: skip
    rule = ('clock_rule = "as_sent"', 'clock_rule = "restart"')
    found = both(tmp_path, rule, crude)
    assert found.list_renewed("2027-01") == set(found.versions[0].names)


def test_a_month_counts_as_its_own_version_says_whatever_another_says(tmp_path: Path) -> None:
    found = both(tmp_path, ('deadline_grain = "instant"', 'deadline_grain = "day"'))
    assert found.at("2026-12").index.deadline_rule.name == "as_sent/instant"
    assert found.at("2027-01").index.deadline_rule.name == "as_sent/day"
