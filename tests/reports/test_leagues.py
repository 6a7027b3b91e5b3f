"""Leagues read from an edition, and the sentences made of them."""

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from pipeline.bulletin import Content
from reports import data_quality, highlights
from reports.language import Language
from reports.leagues import Standing, find_lead, find_tiers, read_leagues

EN = Language("en")
HEADLINE = "reform_performance_index"


def test_leagues_without_a_parent_are_featured_and_the_others_stand_below(content: Content) -> None:
    leagues = read_leagues(content)
    assert [league.kind for league in leagues.featured] == ["province"]
    assert len(leagues.others) == 34
    assert {league.size for league in leagues.others} == {8}


def test_units_of_one_parent_are_featured_where_nothing_above_them_is_compared(
    long_league: Callable[[int], Content],
) -> None:
    leagues = read_leagues(long_league(274))
    assert [league.size for league in leagues.featured] == [274]
    assert leagues.others == ()


def test_units_that_are_ranked_are_featured_before_one_that_sent_alone(content: Content) -> None:
    # Of 34 provinces H26 alone has values; its departments are ranked against each other.
    is_alone = (pl.col("league") == "province") & (pl.col("unit_code") == "H26")
    is_silent = (pl.col("league") == "province") & ~is_alone
    nothing = [
        pl.when(is_silent | is_alone).then(None).otherwise(name).alias(name)
        for name in ("rank", "rank_lower", "rank_upper", "tier")
    ]
    value = pl.when(is_silent).then(None).otherwise("value").alias("value")
    own = pl.col("league").is_in(["province", "department:H26"])
    leagues = read_leagues(
        replace(content, rankings=content.rankings.filter(own).with_columns(*nothing, value))
    )
    assert [league.name for league in leagues.featured] == ["department:H26"]
    assert [league.name for league in leagues.others] == ["province"]
    assert leagues.others[0].standings(HEADLINE)[0].code == "H26"


def test_a_league_of_the_next_level_is_featured_from_two_ranked_units_on(content: Content) -> None:
    def featured(*ranked: str) -> list[str]:
        is_kept = pl.col("unit_code").is_in(ranked) | (pl.col("league") != "province")
        rank = pl.when(is_kept).then("rank").alias("rank")
        leagues = read_leagues(replace(content, rankings=content.rankings.with_columns(rank)))
        return sorted({league.kind for league in leagues.featured})

    assert featured("H01", "H26") == ["province"]
    assert featured("H26") == ["department"]


def test_a_league_without_the_reform_performance_index_is_led_by_another_index(
    content: Content,
) -> None:
    (league,) = read_leagues(content).featured
    assert find_lead(content.method, league).name == HEADLINE
    for gone, next_one in (
        ({HEADLINE}, "processing_time_index"),
        ({HEADLINE, "processing_time_index", "satisfaction_index"}, "due_on_time"),
    ):
        without = {name: s for name, s in league.by_indicator.items() if name not in gone}
        assert find_lead(content.method, replace(league, by_indicator=without)).name == next_one


def test_a_change_is_marked_where_the_rankings_say_so(content: Content) -> None:
    change = pl.when(pl.col("rank") == 1).then(pl.lit("worse"))
    (league,) = read_leagues(_with_headline(content, change=change)).featured
    assert [s.rank for s in league.ranked(HEADLINE) if s.has_changed] == [1]


def test_tiers_are_runs_of_units_with_the_same_tier() -> None:
    tiers = [1, 1, 2, 3, 3]
    standings = [Standing(str(n), "", 1.0, tier=tier) for n, tier in enumerate(tiers)]
    assert find_tiers(standings) == [(0, 2, 1), (2, 3, 2), (3, 5, 3)]
    assert find_tiers([]) == []


def _with_headline(content: Content, **columns: pl.Expr) -> Content:
    is_first = (pl.col("league") == "province") & (pl.col("indicator") == HEADLINE)
    ranked = is_first & pl.col("rank").is_not_null()
    changed = [
        pl.when(ranked).then(value).otherwise(pl.col(name)).alias(name)
        for name, value in columns.items()
    ]
    return replace(content, rankings=content.rankings.with_columns(changed))


def _first_sentence(content: Content) -> str:
    return _sentences(content)[0]


def _sentences(content: Content, language: Language = EN) -> list[str]:
    found = highlights.write_highlights(content, read_leagues(content), language)
    return [sentence for highlight in found for sentence in highlight.sentences]


def _answer(content: Content, question: str) -> tuple[str, ...]:
    found = highlights.write_highlights(content, read_leagues(content), EN)
    return {each.question: each.sentences for each in found}.get(question, ())


def test_a_unit_is_called_first_only_where_no_other_rank_can_be_excluded(content: Content) -> None:
    is_first = pl.col("rank") == 1
    tier = pl.when(is_first).then(1).otherwise(2)
    certain = _with_headline(content, tier=tier, rank_upper=pl.when(is_first).then(1).otherwise(9))
    assert "to be first of the 31 ranked" in _first_sentence(certain)
    doubtful = _with_headline(content, tier=tier, rank_upper=pl.lit(9))
    assert "ranks down to 9 cannot be excluded" in _first_sentence(doubtful)
    assert "to be first" not in _first_sentence(doubtful)


def test_a_tier_of_several_is_named_without_calling_one_of_them_first(content: Content) -> None:
    tier = pl.when(pl.col("rank") <= 3).then(1).otherwise(2)
    sentence = _first_sentence(_with_headline(content, tier=tier, rank_upper=pl.lit(4)))
    assert "3 of the 31 ranked are in tier 1" in sentence
    assert "do not say which of them is first" in sentence


@pytest.mark.parametrize("worst_tier", [2, 1])
def test_of_a_tier_of_several_the_one_whose_rank_set_is_1_alone_is_called_first(
    content: Content, worst_tier: int
) -> None:
    is_first = pl.col("rank") == 1
    shared = _with_headline(
        content,
        tier=pl.when(pl.col("rank") <= 3).then(1).otherwise(worst_tier),
        rank_upper=pl.when(is_first).then(1).otherwise(9),
        simultaneous_upper=pl.when(is_first).then(4).otherwise(12),
    )
    (league,) = read_leagues(shared).featured
    first = league.ranked(HEADLINE)[0].name
    sentence = _first_sentence(shared)
    assert f"Looked at alone, {first} is shown to be first" in sentence
    assert "for all units at once, ranks down to 4 cannot be excluded" in sentence
    assert "do not say which" not in sentence
    assert "none of the 31" not in sentence


def test_of_a_tier_in_which_two_have_the_rank_set_1_none_is_called_first(
    content: Content,
) -> None:
    is_early = pl.col("rank") <= 2
    tied = _with_headline(
        content,
        tier=pl.when(is_early).then(1).otherwise(2),
        rank_upper=pl.when(is_early).then(1).otherwise(9),
    )
    assert "do not say which of them is first" in _first_sentence(tied)


def test_one_tier_of_all_says_that_none_is_shown_to_be_worse(content: Content) -> None:
    none_first = _with_headline(content, tier=pl.lit(1), rank_upper=pl.lit(31))
    sentence = _first_sentence(none_first)
    assert "show none of the 31 ranked to be worse than the best" in sentence


def test_the_highlights_answer_five_questions_in_a_few_sentences(content: Content) -> None:
    for code in ("vi", "en"):
        found = highlights.write_highlights(content, read_leagues(content), Language(code))
        assert len(found) == 5
        assert sum(len(each.sentences) for each in found) <= 13


def test_who_improved_and_who_fell_are_told_apart(content: Content) -> None:
    code = pl.col("unit_code")
    change = pl.when(code == "H26").then(pl.lit("better")).when(code == "H48").then(pl.lit("worse"))
    moved = (
        pl.when(code == "H26")
        .then(pl.col("value") - 5)
        .when(code == "H48")
        .then(pl.col("value") + 4)
    )
    changed = _with_headline(content, change=change, previous_value=moved)
    improved, improved_elsewhere = _answer(changed, "Who improved by more than chance?")
    fell, fell_elsewhere = _answer(changed, "Who fell by more than chance?")
    assert "of 2 units compared, 1 unit is better" in improved
    others = changed.rankings.filter(
        (pl.col("indicator") != HEADLINE) | (pl.col("league") != "province")
    )
    for side, sentence in (("better", improved_elsewhere), ("worse", fell_elsewhere)):
        marked = others.filter(change=side)
        units = marked["unit_code"].n_unique()
        key = "standouts.improved_elsewhere" if side == "better" else "standouts.fell_elsewhere"
        assert sentence == EN.text(key, count=marked.height, units=units)
    assert improved.endswith("Hà Nội (+5.00).")
    assert fell.endswith("Quảng Ngãi (−4.00).")


def test_who_is_missing_is_named_with_what_is_not_ranked(content: Content) -> None:
    counted, missing, refused, unranked = _answer(content, "Who is missing?")
    assert counted.startswith("Of 34 senders")
    assert missing == "Sent nothing: Đắk Lắk."
    assert refused.startswith("Had a file refused: ")
    # No export, a refused export, and too few dossiers due.
    assert "3 units are not ranked" in unranked


@pytest.mark.parametrize(("widths", "said"), [((1, 1, 1, 9), None), ((1, 1, 7, 9), "7")])
def test_at_least_half_of_the_rank_sets_are_as_wide_as_said(
    small: Content, widths: tuple[int, ...], said: str | None
) -> None:
    lower = pl.col("rank") - pl.col("rank") + 1
    upper = pl.col("rank").replace_strict(dict(enumerate(widths, 1)), return_dtype=pl.Int64)
    doubts = _answer(_with_headline(small, rank_lower=lower, rank_upper=upper), "What to doubt?")
    told = [sentence for sentence in doubts if "at least half" in sentence]
    assert bool(told) == bool(said)
    assert all(f"holds {said} ranks or more" in sentence for sentence in told)


def test_missing_and_refused_senders_are_counted(content: Content) -> None:
    sentences = _sentences(content)
    # 34 provinces, one sent nothing and one had its only file refused
    assert "Of 34 senders, 32 had data accepted; 1 sent nothing, 1 had a file refused." in sentences


def test_a_single_sender_is_no_crowd(content: Content) -> None:
    def sentence_on(deliveries: pl.DataFrame) -> str:
        alone = replace(content, deliveries=deliveries)
        return next(sentence for sentence in _sentences(alone) if "sender" in sentence)

    whole = content.deliveries.filter(status="accepted").head(1)
    refused = whole.with_columns(status=pl.lit("refused"), kind=pl.lit("ratings"))
    assert sentence_on(whole) == "The only sender had its data accepted; no file was refused."
    counted = "Of 1 sender, 1 had data accepted; 0 sent nothing, 1 had a file refused."
    assert sentence_on(pl.concat([whole, refused])) == counted


def test_without_a_sign_of_change_no_sentence_says_that_nothing_changed(content: Content) -> None:
    same = _with_headline(content, change=pl.lit(None, pl.String))
    for word in ("better", "worse"):
        shown = f"the data show nobody to be {word} by “reform performance index”"
        assert any(shown in sentence for sentence in _sentences(same))
    # Without a standard error nothing is tested, so no sentence speaks of changes.
    untested = same.indices.with_columns(pl.lit(None, pl.Float64).alias("standard_error"))
    same = replace(same, indices=untested)
    assert not any("against last month" in sentence for sentence in _sentences(same))


def test_a_unit_is_listed_as_not_ranked_with_its_reason(content: Content) -> None:
    featured = data_quality.list_unranked(read_leagues(content).featured)
    assert [one.note for one in featured] == ["no_export", "refused_export", "too_few_due"]
    assert all(one.is_all for one in featured)


def test_a_row_counts_once_at_its_sender_and_under_each_rule_it_breaks(content: Content) -> None:
    first, second = data_quality.summarize_rejected(content)
    # rows 12, 15, 1016 and 1017; row 15 breaks two rules
    assert (first.rows, first.sent) == (4, 1234)
    assert [(one.rule, one.rows, one.examples) for one in first.rules] == [
        ("end_before_receipt", 4, (12, 15, 1016)),
        ("no_due_date", 1, (15,)),
    ]
    assert [(one.rule, one.rows, one.sent) for one in second.rules] == [("no_due_date", 1, 1234)]


@pytest.mark.parametrize(("names", "written"), [
    ([], ""),
    (["A"], "A"),
    (["A", "B"], "A and B"),
    (list("ABCDEF"), "A, B, C, D, E and F"),
    (list("ABCDEFG"), "A, B, C, D, E and 2 others"),
])  # fmt: skip
def test_long_lists_of_names_are_cut_and_the_rest_counted(names: list[str], written: str) -> None:
    assert EN.join_names(names) == written


def _with_undated(content: Content, undated: float) -> Content:
    """Ha Noi finished 90 dossiers with a due date, and so many without one."""
    is_one = (pl.col("unit_code") == "H26") & (pl.col("indicator") == "on_time_of_finished")
    changed = content.indices.with_columns(
        left_out=pl.when(is_one).then(undated).otherwise("left_out"),
        denominator=pl.when(is_one).then(90.0).otherwise("denominator"),
    )
    return replace(content, indices=changed)


def test_many_dossiers_without_a_due_date_are_a_doubt_from_one_in_ten_on(content: Content) -> None:
    # 10 of 90 + 10 dossiers are one in ten, and 9 of 90 + 9 are fewer.
    told = " ".join(_answer(_with_undated(content, 10), "What to doubt?"))
    assert "In 1 unit, 10.0% or more of the finished dossiers have no due date" in told
    assert "10 of 100 dossiers (10.0%)" in told
    assert "no due date" not in " ".join(_answer(_with_undated(content, 9), "What to doubt?"))
