"""The script of the site, in a real browser: sorting, filtering, other weights to try."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import polars as pl
import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from pipeline.bulletin import Changes, Content
from reports.leagues import HEADLINE
from reports.site import pages

PARTS = ("processing_time_index", "satisfaction_index")


def rank(values: Iterable[Decimal]) -> list[int]:
    found = list(values)
    return [1 + sum(other > value for other in found) for value in found]


def weigh(time: float, satisfaction: float, weight: int) -> Decimal:
    """The composite in points, halves up to hundredths."""
    parts = Decimal(str(time)) * weight + Decimal(str(satisfaction)) * (100 - weight)
    return (parts / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.fixture(scope="module")
def consistent(content: Content) -> Content:
    """Provinces whose leading index is half of each part, as the method says, with two ties."""
    league = pl.col("league") == "province"
    parts = {
        name: dict(
            content.rankings.filter(league, indicator=name).select("unit_code", "value").rows()
        )
        for name in PARTS
    }
    codes = [code for code, value in parts[PARTS[0]].items() if value is not None]
    rounded = {
        name: {code: round(value, 2) for code, value in found.items() if value is not None}
        for name, found in parts.items()
    }
    for name in PARTS:  # two pairs of units are equal in both parts
        rounded[name][codes[1]] = rounded[name][codes[0]]
        rounded[name][codes[5]] = rounded[name][codes[4]]
    composite = {c: weigh(rounded[PARTS[0]][c], rounded[PARTS[1]][c], 50) for c in codes}
    values = {**rounded, HEADLINE: {code: float(value) for code, value in composite.items()}}
    ranks = dict(zip(composite, rank(composite.values()), strict=True))
    rankings = content.rankings.filter(league)
    indices = content.indices.join(rankings, on="unit_code", how="semi")
    for name, found in values.items():
        is_it = (pl.col("indicator") == name) & pl.col("unit_code").is_in(codes)
        value = pl.col("unit_code").replace_strict(found, default=None, return_dtype=pl.Float64)
        indices = indices.with_columns(pl.when(is_it).then(value).otherwise("value").alias("value"))
        rankings = rankings.with_columns(
            pl.when(is_it & league).then(value).otherwise("value").alias("value")
        )
    is_lead = (pl.col("indicator") == HEADLINE) & league & pl.col("unit_code").is_in(codes)
    place = pl.col("unit_code").replace_strict(ranks, default=None, return_dtype=pl.Int64)
    rankings = rankings.with_columns(pl.when(is_lead).then(place).otherwise("rank").alias("rank"))
    return replace(content, indices=indices, rankings=rankings)


@pytest.fixture(scope="module")
def edition(
    consistent: Content,
    first_edition: Changes,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    root = tmp_path_factory.mktemp("script")
    for path, content_of in pages(consistent, 1, first_edition, []).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content_of)
    return root


@pytest.fixture(params=["", "en"])
def league_page(request: pytest.FixtureRequest, edition: Path) -> Path:
    return edition / request.param / "leagues" / "province.html"


def column(browser: WebDriver, table: str, place: int) -> list[str]:
    return browser.execute_script(
        "return [...document.querySelectorAll(arguments[0] + ' tbody tr')]"
        ".filter(row => row.checkVisibility())"
        ".map(row => row.cells[arguments[1]].textContent.trim())",
        table,
        place,
    )


def number(text: str, *, is_vietnamese: bool) -> Decimal:
    plain = text.replace("−", "-").split()[0]
    return Decimal(plain.replace(".", "").replace(",", ".") if is_vietnamese else plain)


def click_head(browser: WebDriver, place: int) -> str | None:
    head = browser.find_elements("css selector", "#league thead th")[place]
    browser.execute_script("arguments[0].querySelector('button').click()", head)
    return head.get_attribute("aria-sort")


@pytest.mark.parametrize("place", [0, 2, 5, 6, 7, 8])
def test_a_click_on_a_head_sorts_by_its_numbers_and_another_click_turns_the_order(
    browser: WebDriver, league_page: Path, place: int
) -> None:
    browser.get(league_page.as_uri())
    is_vietnamese = "/en/" not in league_page.as_uri()
    for order, is_descending in (("ascending", False), ("descending", True)):
        assert click_head(browser, place) == order
        texts = column(browser, "#league", place)
        known = [text for text in texts if text != "–"]
        first = [text.split("–")[0] for text in known]
        numbers = [number(text, is_vietnamese=is_vietnamese) for text in first]
        assert numbers == sorted(numbers, reverse=is_descending)
        assert texts[len(known) :] == ["–"] * (len(texts) - len(known))  # without a value: last
    assert len(browser.find_elements("css selector", "#league th[aria-sort]")) == 1


def test_names_are_sorted_as_vietnamese_sorts_them(browser: WebDriver, league_page: Path) -> None:
    browser.get(league_page.as_uri())
    click_head(browser, 1)
    names = [name.rsplit(" ", 1)[0] for name in column(browser, "#league", 1)]
    if "/en/" in league_page.as_uri():
        assert names == sorted(names)
    else:
        # Ă and Â come after A, Đ after D.
        assert names[0] == "An Giang"
        assert names.index("Cao Bằng") < names.index("Đà Nẵng") < names.index("Gia Lai")


@pytest.mark.parametrize(
    ("typed", "found"),
    [("da nang", ["H17"]), ("ĐÀ NẴNG", ["H17"]), ("h26", ["H26"]), ("quang n", ["H48", "H49"]),
     ("nowhere", [])],
)  # fmt: skip
def test_the_filter_finds_names_with_and_without_accents_and_codes(
    browser: WebDriver, league_page: Path, typed: str, found: list[str]
) -> None:
    browser.get(league_page.as_uri())
    field = browser.find_element("id", "league-filter")
    field.send_keys(typed)
    assert sorted(name.rsplit(" ", 1)[1] for name in column(browser, "#league", 1)) == found
    said = browser.find_element("css selector", "[data-filters] [role=status]").text
    assert f"{len(found)} " in said
    assert "34" in said
    field.clear()
    field.send_keys(" ")
    assert len(column(browser, "#league", 1)) == 34


def set_weight(browser: WebDriver, weight: int) -> None:
    browser.execute_script(
        "const range = document.getElementById('weight'); range.value = arguments[0];"
        "range.dispatchEvent(new Event('input'))",
        weight,
    )


def test_at_the_published_weights_the_ranking_tried_is_the_published_one(
    browser: WebDriver, league_page: Path, consistent: Content
) -> None:
    browser.get(league_page.as_uri())
    assert browser.find_element("id", "weight").get_attribute("value") == "50"
    table = "#what-if"
    assert column(browser, table, 0) == column(browser, table, 3)
    published = consistent.rankings.filter(league="province", indicator=HEADLINE).drop_nulls("rank")
    assert column(browser, table, 0) == [str(n) for n in published["rank"].sort()]
    assert set(column(browser, table, 4)) == {"–"}


@pytest.mark.parametrize("weight", [0, 17, 50, 83, 100])
def test_other_weights_give_the_ranks_that_the_formula_gives(
    browser: WebDriver, league_page: Path, consistent: Content, weight: int
) -> None:
    browser.get(league_page.as_uri())
    set_weight(browser, weight)
    of = {
        name: dict(
            consistent.rankings.filter(league="province", indicator=name)
            .drop_nulls("value")
            .select("unit_code", "value")
            .rows()
        )
        for name in PARTS
    }
    values = {code: weigh(of[PARTS[0]][code], of[PARTS[1]][code], weight) for code in of[PARTS[0]]}
    ranks = dict(zip(values, rank(values.values()), strict=True))
    is_vietnamese = "/en/" not in league_page.as_uri()
    shown = zip(*(column(browser, "#what-if", place) for place in (0, 1, 2)), strict=True)
    for tried, name, value in shown:
        code = name.rsplit(" ", 1)[1]
        assert (code, int(tried)) == (code, ranks[code])
        assert (code, number(value, is_vietnamese=is_vietnamese)) == (code, values[code])
    places = column(browser, "#what-if", 4)
    said = browser.find_element("css selector", "#what-if [role=status]").text
    assert said.startswith(f"{sum(place != '–' for place in places)} ")


def test_the_way_back_to_the_published_weights_is_one_button(
    browser: WebDriver, league_page: Path
) -> None:
    browser.get(league_page.as_uri())
    set_weight(browser, 90)
    assert column(browser, "#what-if", 0) != column(browser, "#what-if", 3)
    browser.find_element("css selector", "#what-if button").click()
    assert column(browser, "#what-if", 0) == column(browser, "#what-if", 3)


def test_what_if_says_that_it_is_no_ranking_of_ours(browser: WebDriver, league_page: Path) -> None:
    browser.get(league_page.as_uri())
    warning = browser.find_element("css selector", "#what-if .warning").text
    assert "no ranking of ours" in warning or "không phải là xếp hạng của bản tin" in warning
