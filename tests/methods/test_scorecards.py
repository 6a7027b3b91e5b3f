"""Method files of points: the built-in ones, versions, switches, and what is said about faults."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline import methods
from pipeline.indices.scorecards.formulas import FORMULAS
from pipeline.methods import MethodError, Methods, ScoringMethod
from pipeline.methods import parts as settings

BUILT_IN = Path(methods.__file__).parent
DECISION = (BUILT_IN / "decision-766.toml").read_text(encoding="utf-8")


def change_decision(*changes: tuple[str, str]) -> str:
    text = DECISION
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return text


def load_own(folder: Path, text: str, name: str = "decision-766") -> Path:
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def decision(found: Methods) -> ScoringMethod:
    (method,) = (each for each in found.scorecards if each.name == "decision-766")
    return method


def fault(folder: Path, *changes: tuple[str, str]) -> str:
    with pytest.raises(MethodError) as found:
        methods.load_all(load_own(folder, change_decision(*changes)))
    assert str(folder / "decision-766.toml") in str(found.value)
    return str(found.value)


def test_four_methods_are_built_in() -> None:
    assert [method.name for method in methods.load_all().at("2026-10").all] == [
        "reform-index",
        "circular-01-2018",
        "decision-766",
        "sipas-style",
    ]


def test_decision_766_has_100_points_in_six_groups_of_21_indicators() -> None:
    method = decision(methods.load_all())
    assert [group.points for group in method.groups] == [18, 20, 12, 10, 22, 18]
    assert sum(group.points for group in method.groups) == method.total.points == 100
    assert len(method.parts) == 21


def test_every_built_in_indicator_has_a_source_and_words_in_both_languages() -> None:
    for method in methods.load_all().scorecards:
        for indicator in method.indicators:
            assert indicator.source
            assert indicator.title_vi != indicator.title_en
            assert indicator.formula_vi != indicator.formula_en
            assert "\n" not in indicator.formula_vi + indicator.formula_en


def test_every_formula_that_a_file_may_name_is_there() -> None:
    assert set(settings.FORMULAS) == set(FORMULAS)


def test_decision_766_holds_from_the_month_it_was_signed_in() -> None:
    found = methods.load_all()
    assert "decision_766_total" not in found.at("2022-05").names
    assert "decision_766_total" in found.at("2022-06").names


@pytest.mark.parametrize(("day", "is_open"), [(date(2026, 6, 30), False), (date(2026, 7, 1), True)])
def test_july_2026_is_an_open_boundary_of_decision_766(day: date, is_open: bool) -> None:
    assert decision(methods.load_all()).is_past_open_boundary(day) is is_open


@pytest.mark.parametrize(
    ("points", "band"),
    [
        (100, "excellent"),
        (90, "excellent"),
        (89.99, "good"),
        (80, "good"),
        (79.99, "fair"),
        (70, "fair"),
        (69.99, "average"),
        (50, "average"),
        (49.99, "weak"),
        (0, "weak"),
    ],
)
def test_bands_of_decision_766_on_both_sides_of_each_limit(points: float, band: str) -> None:
    found = methods.load_all().indicator("decision_766_total").band(points)
    assert found is not None
    assert found.name == band


@pytest.mark.parametrize(
    ("points", "band"),
    [
        (18, "excellent"),
        (15, "excellent"),
        (14.9, "good"),
        (12, "good"),
        (11.9, "fair"),
        (9, "fair"),
        (8.9, "average"),
        (6, "average"),
        (5.9, "weak"),
    ],
)
def test_classes_of_circular_01_on_both_sides_of_each_limit(points: float, band: str) -> None:
    found = methods.load_all().indicator("circular_01_2018_total").band(points)
    assert found is not None
    assert found.name == band


def test_our_own_indices_have_no_bands() -> None:
    found = methods.load_all()
    assert not any(indicator.bands for index in found.versions for indicator in index.indicators)
    assert found.indicator("sipas_style_index").band(95) is None


def test_an_own_file_of_the_same_name_replaces_the_built_in_one(tmp_path: Path) -> None:
    own = methods.load_all(
        load_own(tmp_path, change_decision(('version = "2022.1"', 'version = "own"')))
    )
    assert decision(own).version == "own"
    assert own.digest != methods.load_all().digest


def test_switches_change_the_indicators_that_name_them(tmp_path: Path) -> None:
    own = decision(
        methods.load_all(
            load_own(
                tmp_path,
                change_decision(
                    ('chosen = "full"', 'chosen = "shared"'),
                    ('chosen = "linear"', 'chosen = "from_80"'),
                    ('chosen = "three_ratios"', 'chosen = "one_ratio"'),
                ),
            )
        )
    )
    parts = {part.number: part for part in own.parts}
    assert parts["5.2"].zero == parts["5.3"].zero == "shared"
    assert parts["4.2"].full_at == Decimal("0.8")
    assert parts["3.6"].points == 10
    assert "3.5" not in parts
    assert own.total.points == 100


def test_a_switch_that_has_no_such_choice_is_said(tmp_path: Path) -> None:
    said = fault(tmp_path, ('chosen = "linear"', 'chosen = "lineer"'))
    assert "the switch digitisation is 'lineer': choose linear or from_80" in said


def test_an_alternative_of_a_switch_that_does_not_exist_is_said(tmp_path: Path) -> None:
    said = fault(tmp_path, ("alternatives.digitisation.", "alternatives.digitization."))
    assert "there is no switch 'digitization' (did you mean digitisation?)" in said


def test_points_that_are_not_those_of_the_group_are_said(tmp_path: Path) -> None:
    said = fault(tmp_path, ("points = 6\ncounts", "points = 7\ncounts"))
    assert "the indicators of decision_766_transparency have 19 points together" in said
    assert "the group says 18: make them agree" in said


def test_points_that_are_not_those_of_the_total_are_said(tmp_path: Path) -> None:
    said = fault(tmp_path, ("points = 100\n", "points = 99\n"))
    assert "the points of the indicators make 100, and the total says 99" in said


def test_a_misspelt_key_of_an_indicator_is_named_with_the_right_one(tmp_path: Path) -> None:
    said = fault(tmp_path, ("full_at = 0.50", "fullat = 0.50"))
    assert "indicators.7.fullat is not known (did you mean full_at?)" in said


def test_a_formula_that_does_not_exist_is_said_with_those_that_do(tmp_path: Path) -> None:
    said = fault(tmp_path, ("full_at = 0.50", 'formula = "shares"'))
    assert "indicators.7.formula is 'shares' (did you mean share?)" in said


def test_counts_that_do_not_exist_are_said_with_those_that_do(tmp_path: Path) -> None:
    said = fault(tmp_path, ('counts = "dossiers_on_time"', 'counts = "dossier_on_time"'))
    assert "(did you mean dossiers_on_time?)" in said


def test_figures_of_a_name_that_nobody_may_send_are_said(tmp_path: Path) -> None:
    said = fault(tmp_path, ('"decision_766_1_1"', '"decision_766_1_9"'))
    assert "decision_766_1_9 cannot be sent as figures" in said


def test_bands_that_do_not_go_down_to_0_are_said(tmp_path: Path) -> None:
    said = fault(tmp_path, ("from_points = 0\n", "from_points = 5\n"))
    assert "the bands must go from the best down to one from 0 points" in said


def test_two_versions_that_follow_each_other_are_taken_by_month(tmp_path: Path) -> None:
    begins, ends = "valid_from = 2022-06-23", "valid_from = 2022-06-23\nvalid_to = 2026-06-30"
    load_own(tmp_path, change_decision((begins, ends)))
    later = change_decision((begins, "valid_from = 2026-07-01"), ('"2022.1"', '"2026.1"'))
    found = methods.load_all(load_own(tmp_path, later, "decision-766.2026"))
    assert decision(found.at("2026-06")).version == "2022.1"
    assert decision(found.at("2026-07")).version == "2026.1"


def test_two_versions_in_force_on_one_day_are_said_with_both_files(tmp_path: Path) -> None:
    begins, ends = "valid_from = 2022-06-23", "valid_from = 2022-06-23\nvalid_to = 2026-07-01"
    load_own(tmp_path, change_decision((begins, ends)))
    load_own(tmp_path, change_decision((begins, "valid_from = 2026-07-01")), "decision-766.2026")
    with pytest.raises(MethodError) as found:
        methods.load_all(tmp_path)
    assert str(tmp_path / "decision-766.toml") in str(found.value)
    assert str(tmp_path / "decision-766.2026.toml") in str(found.value)
    assert "in force on 2026-07-01" in str(found.value)


def test_a_further_method_needs_names_of_its_own(tmp_path: Path) -> None:
    text = DECISION.replace('name = "decision-766"', 'name = "tỉnh"')
    with pytest.raises(MethodError, match="both have the indicator decision_766_1_1"):
        methods.load_all(load_own(tmp_path, text, "tỉnh"))


def test_a_further_method_may_count_records_under_names_of_its_own(tmp_path: Path) -> None:
    text = """
kind = "points"
name = "own"
version = "1"
title_vi = "Điểm tiến độ"
title_en = "Points of progress"
source = "ours"
decimals = 1
[total]
name = "own_total"
title_vi = "Tổng"
title_en = "Total"
points = 10
formula_vi = "tổng"
formula_en = "sum"
source = "ours"
confidence = "ours"
[[indicators]]
name = "own_on_time"
title_vi = "Đúng hạn"
title_en = "On time"
points = 10
counts = "dossiers_on_time"
formula_vi = "10 x tỷ lệ"
formula_en = "10 x the share"
source = "ours"
confidence = "ours"
"""
    found = methods.load_all(load_own(tmp_path, text, "own"))
    assert found.names[-2:] == ["sipas_style_feedback", "sipas_style_index"]
    assert found.indicator("own_total").title_vi == "Tổng"
    assert found.method_of("own_on_time").name == "own"


def test_a_further_file_without_its_kind_is_said(tmp_path: Path) -> None:
    with pytest.raises(MethodError, match='write kind = "points"'):
        methods.load_all(load_own(tmp_path, DECISION.replace('kind = "points"\n', "", 1)))
