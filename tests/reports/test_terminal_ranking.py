"""The ranking that a run ends with in the terminal."""

from dataclasses import replace
from io import StringIO

import polars as pl
from rich.console import Console

from pipeline.bulletin import Content
from reports import terminal


def _printed(content: Content, limit: int) -> str:
    console = Console(file=StringIO(), width=100)
    console.print(terminal.make_ranking(content, limit))
    return console.file.getvalue()


def test_the_terminal_shows_the_best_units_with_rank_set_and_value(content: Content) -> None:
    league = content.rankings.filter(league="province", indicator="reform_performance_index")
    printed = _printed(content, 3)
    for row in league.sort("rank", nulls_last=True).head(3).iter_rows(named=True):
        line = next(line for line in printed.splitlines() if row["unit_name"] in line)
        assert f"{row['value']:.2f}".replace(".", ",") in line
        assert f"{row['rank_lower']}" in line
    assert "3 trong 34 đơn vị" in printed


def test_the_terminal_marks_simulated_data_and_only_these(
    content: Content, simulated: Content
) -> None:
    assert "SIMULATED" in _printed(simulated, 1)
    assert "SIMULATED" not in _printed(content, 1)


def test_a_name_in_square_brackets_is_printed_as_it_is(content: Content) -> None:
    named = content.rankings.with_columns(pl.lit("[red]Tên").alias("unit_name"))
    assert "[red]Tên" in _printed(replace(content, rankings=named), 1)


def test_the_terminal_counts_those_without_a_value_and_shows_the_others(content: Content) -> None:
    codes = content.rankings.filter(league="province")["unit_code"].unique().sort()
    is_silent = (pl.col("league") == "province") & (pl.col("unit_code") != codes[-1])
    silent = [
        pl.when(is_silent).then(None).otherwise(name).alias(name) for name in ("value", "rank")
    ]
    one_league = content.rankings.filter(league="province").with_columns(*silent)
    names = dict(one_league.select("unit_code", "unit_name").iter_rows())
    printed = _printed(replace(content, rankings=one_league), 10)
    assert names[codes[-1]] in printed
    assert names[codes[0]] not in printed
    assert "1 trong 34 đơn vị; số đơn vị được xếp hạng: 1" in printed


def test_the_terminal_says_when_nobody_has_a_value(content: Content) -> None:
    nothing = content.rankings.with_columns(pl.lit(None, pl.Float64).alias("value"))
    printed = _printed(replace(content, rankings=nothing), 10)
    assert printed.strip() == "Tháng này không có dữ liệu để xếp hạng đơn vị nào."
