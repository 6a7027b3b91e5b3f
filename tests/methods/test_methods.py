"""Method files: the built-in one, own ones, and what is said about faults."""

import hashlib
from pathlib import Path

import pytest

from pipeline import methods
from pipeline.methods import MethodError

BUILT_IN = Path(methods.__file__).parent / "reform-index.toml"


def write_method(folder: Path, *changes: tuple[str, str], name: str = "reform-index") -> Path:
    """A folder with the built-in method, changed."""
    text = BUILT_IN.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def fault(folder: Path, *changes: tuple[str, str]) -> str:
    with pytest.raises(MethodError) as found:
        methods.load("reform-index", write_method(folder, *changes))
    assert str(folder / "reform-index.toml") in str(found.value)
    return str(found.value)


def test_the_built_in_method_has_every_indicator_in_the_published_order() -> None:
    assert methods.load().names == list(methods.COMPUTED)


def test_every_indicator_is_named_in_both_languages_on_one_line() -> None:
    for indicator in methods.load().indicators:
        for text in (
            indicator.title_vi,
            indicator.title_en,
            indicator.formula_vi,
            indicator.formula_en,
        ):
            assert text.strip()
            assert "\n" not in text
        assert indicator.title_vi != indicator.title_en


def test_every_note_has_a_text_in_both_languages() -> None:
    for note in methods.NOTES.values():
        assert note.text_vi
        assert note.text_en


def test_times_are_better_low_and_the_rest_better_high() -> None:
    for indicator in methods.load().indicators:
        assert indicator.better == ("lower" if indicator.unit == "days" else "higher")


def test_the_digest_is_that_of_the_file() -> None:
    assert methods.load().digest == hashlib.sha256(BUILT_IN.read_bytes()).hexdigest()


def test_an_own_method_of_the_same_name_is_used_instead(tmp_path: Path) -> None:
    own = methods.load(
        "reform-index", write_method(tmp_path, ("minimum_due = 30", "minimum_due = 50"))
    )
    assert own.minimum_due == 50
    assert own.digest != methods.load().digest


def test_without_an_own_file_the_built_in_one_is_used(tmp_path: Path) -> None:
    assert methods.load("reform-index", tmp_path) == methods.load()


def test_an_unknown_method_is_said_with_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(MethodError, match=r"did you mean reform-index\?"):
        methods.load("reform-indx", tmp_path)


def test_a_misspelt_key_is_named_with_the_right_one(tmp_path: Path) -> None:
    said = fault(tmp_path, ("minimum_due = 30", "minimun_due = 30"))
    assert "the key minimun_due is not known (did you mean minimum_due?)" in said


def test_a_text_with_a_control_character_is_said_with_its_key(tmp_path: Path) -> None:
    said = fault(tmp_path, ('title_en = "', 'title_en = "\\u001B[31m'))
    assert "title_en has the control character <U+001B>: write the text without it" in said
    said = fault(tmp_path, ('formula_vi = "', 'formula_vi = "\\u0000'))
    assert "the key indicators.formula_vi has the control character <U+0000>" in said


def test_a_misspelt_weight_is_named_with_the_right_one(tmp_path: Path) -> None:
    said = fault(tmp_path, ("time_saved = 0.3", "time_savd = 0.3"))
    assert "weights.processing_time_index.time_savd" in said
    assert "did you mean time_saved?" in said


def test_a_misspelt_key_of_an_indicator_is_named_with_the_right_one(tmp_path: Path) -> None:
    said = fault(tmp_path, ('title_vi = "Tỷ lệ hài lòng"', 'titel_vi = "Tỷ lệ hài lòng"'))
    assert "indicators.9.titel_vi" in said
    assert "did you mean title_vi?" in said


def test_a_key_like_no_other_is_said_with_the_known_ones(tmp_path: Path) -> None:
    said = fault(tmp_path, ("minimum_due = 30", "xyzzy = 30"))
    assert "take it out (known keys: name, version," in said


def test_an_indicator_that_cannot_be_computed_is_said(tmp_path: Path) -> None:
    said = fault(tmp_path, ('name = "due_on_time"', 'name = "due_on_tme"'))
    assert "'due_on_tme' cannot be computed (did you mean due_on_time?)" in said


def test_an_indicator_in_another_unit_is_said(tmp_path: Path) -> None:
    said = fault(tmp_path, ('unit = "share"', 'unit = "points"'))
    assert "the unit of on_time_of_finished is 'points': write 'share'" in said


def test_an_indicator_twice_is_said(tmp_path: Path) -> None:
    said = fault(tmp_path, ('name = "due_on_time"', 'name = "on_time_766"'))
    assert "the indicator on_time_766 stands twice" in said


@pytest.mark.parametrize("weight", ["0.69", "0.71"])
def test_weights_that_do_not_add_up_to_1_are_said(tmp_path: Path, weight: str) -> None:
    said = fault(tmp_path, ("on_time = 0.7", f"on_time = {weight}"))
    assert f"the weights on_time {weight} + time_saved 0.3 add up to" in said
    assert "make them add up to 1" in said


def test_weights_of_tenths_add_up_to_1_in_spite_of_binary_floats(tmp_path: Path) -> None:
    # Both are no binary fractions: 0.35 and 0.65 are each a little off.
    changes = (("on_time = 0.7", "on_time = 0.35"), ("time_saved = 0.3", "time_saved = 0.65"))
    weights = methods.load("reform-index", write_method(tmp_path, *changes)).weights
    assert weights.processing_time_index.on_time == 0.35


def test_a_method_names_the_deadlines_it_reads(tmp_path: Path) -> None:
    assert methods.load().deadline_rule.name == "as_sent/instant"
    by_day = ('deadline_grain = "instant"', 'deadline_grain = "day"')
    restarting = ('clock_rule = "as_sent"', 'clock_rule = "restart"')
    own = methods.load("reform-index", write_method(tmp_path, by_day, restarting))
    assert own.deadline_rule.name == "restart/day"


def test_a_method_without_a_clock_rule_takes_due_dates_as_sent(tmp_path: Path) -> None:
    text = BUILT_IN.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("clock_rule"))
    own = methods.load("reform-index", write_method(tmp_path, (f"{line}\n", "")))
    assert own.deadline_rule.supplement == "as_sent"


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("deadline_grain", "'instant' or 'day'"),
        ("clock_rule", "'as_sent', 'restart' or 'subtract'"),
    ],
)
def test_deadlines_that_no_rule_makes_are_said_with_those_there_are(
    tmp_path: Path, key: str, known: str
) -> None:
    value = "as_sent" if key == "clock_rule" else "instant"
    said = fault(tmp_path, (f'{key} = "{value}"', f'{key} = "hour"'))
    assert f"the key {key} is 'hour': write one of {known}" in said


def test_a_missing_key_is_said(tmp_path: Path) -> None:
    said = fault(tmp_path, ('version = "1.2.0"\n', ""))
    assert "the key version is missing: add it" in said


def test_a_file_under_another_name_than_the_method_is_said(tmp_path: Path) -> None:
    with pytest.raises(MethodError, match="write 'other', as the file"):
        methods.load("other", write_method(tmp_path, name="other"))


def test_a_history_shorter_than_the_required_one_is_said(tmp_path: Path) -> None:
    said = fault(tmp_path, ("history_months = 36", "history_months = 2"))
    assert "history_months 2 is less than required_history_months 3" in said


def test_a_file_that_is_no_toml_is_said(tmp_path: Path) -> None:
    said = fault(tmp_path, ("minimum_due = 30", "minimum_due == 30"))
    assert "cannot be read as TOML" in said
