"""Sizes: a page of a unit with its charts is small, and nothing was left out to make it so."""

import csv
import io
import json
from itertools import pairwise

import pytest
from matplotlib.figure import Figure

from pipeline.bulletin import Changes, Content
from reports import svg_canvas
from reports.site import make_site
from reports.site.compaction import compact
from reports.site.made_pages import MadePage

MOST_KIB = 30


@pytest.fixture(scope="module")
def site(compared: Content, first_edition: Changes) -> tuple[dict[str, bytes], dict[str, MadePage]]:
    made = make_site(compared, 1, first_edition, [])
    return made.files, made.made


def test_a_page_of_a_unit_with_its_charts_is_at_most_30_kib(
    site: tuple[dict[str, bytes], dict[str, MadePage]],
) -> None:
    files, made = site
    pages = {place: page for place, page in made.items() if "units/" in place}
    assert any(len(page.paths) > 1 for page in pages.values())
    for place, page in pages.items():
        assert sum(len(files[path]) for path in page.paths) <= MOST_KIB * 1024, place


def test_a_chart_of_a_unit_is_a_file_of_its_own_of_at_most_4_kib(
    site: tuple[dict[str, bytes], dict[str, MadePage]],
) -> None:
    charts = {path: held for path, held in site[0].items() if path.startswith("charts/unit-")}
    assert charts
    for path, held in charts.items():
        assert held.startswith(b'<svg xmlns="http://www.w3.org/2000/svg"'), path
        assert len(held) <= 4 * 1024, path


def test_only_what_html_implies_is_left_out_of_a_page() -> None:
    page = (
        "<ul>\n<li>one</li>\n<li><b>two</b> <i>three</i></li>\n</ul>\n"
        "<p>a\nb</p>\n<p>c</p>d\n<table>\n<tr>\n"
        '<th scope="row" class="n">x</th>\n<td>1</td>\n</tr>\n</table>\n'
    )
    assert compact(page.encode()).decode() == (
        "<ul><li>one<li><b>two</b> <i>three</i></ul>"
        '<p>a\nb<p>c</p>d<table><tr><th class="n">x<td>1</table>'
    )


def test_the_json_of_a_unit_has_the_digits_of_its_csv(
    site: tuple[dict[str, bytes], dict[str, MadePage]],
) -> None:
    files, _ = site
    for path in [path for path in files if path.startswith("units/") and path.endswith(".csv")]:
        found = json.loads(files[path.replace(".csv", ".json")], parse_float=str, parse_int=str)
        in_json = {
            (method, row[0]): {
                name: value
                for name, value in zip(held["columns"], row, strict=True)
                if value is not None
            }
            for method, held in found["methods"].items()
            for row in held["rows"]
        }
        rows = list(csv.DictReader(io.StringIO(files[path].decode())))
        assert len(rows) == len(in_json), path
        for row in rows:
            assert {row[name] for name in ("unit_code", "month")} == {
                found["unit_code"],
                found["month"],
            }
            shared = ("month", "unit_code", "unit_name", "parent_code", "level", "method")
            own = {name: text for name, text in row.items() if text and name not in shared}
            assert in_json[row["method"], row["indicator"]] == own


def test_the_series_in_the_json_of_a_unit_are_as_long_as_its_months(
    compared: Content, site: tuple[dict[str, bytes], dict[str, MadePage]]
) -> None:
    series = compared.comparisons["series"].filter(basis="restated")
    code = series["unit_code"][0]
    found = json.loads(site[0][f"units/{code}.json"])["series"]
    months = found.pop("months")
    assert all(before < after for before, after in pairwise(months))
    for indicator, held in found.items():
        values = series.filter(unit_code=code, indicator=indicator).sort("series_month")
        assert {len(column) for column in held.values()} == {len(months)}
        known = [value for value in held["value"] if value is not None]
        assert known == pytest.approx(values["value"].drop_nulls().to_list(), abs=5e-7)


def test_a_path_goes_from_place_to_place_in_tenths_of_a_point() -> None:
    figure = Figure(figsize=(1, 1))  # 72 points
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, 72)
    axes.set_ylim(72, 0)
    axes.plot([0, 10, 20, 20.26, 30], [5, 5, 5, 9.04, float("nan")], color="#123456")
    axes.plot([7], [8], "o", color="#ff0000", markersize=3, markeredgewidth=0)
    *_, line, dot = svg_canvas.write_paths(figure)
    assert 'stroke="#123456"' in line
    assert 'd="M0 5h20l.3 4"' in line
    assert dot == '<circle fill="#f00" cx="7" cy="8" r="1.5"/>'


def test_what_leaves_its_axes_is_cut_off_there_and_nothing_else_is() -> None:
    figure = Figure(figsize=(1, 1))
    axes = figure.add_axes((0.25, 0.25, 0.5, 0.5))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.plot([0, 1], [0, 1], color="#111111")
    axes.plot([-1, 2], [-1, 2], color="#222222")
    clip, *_, inside, beyond = svg_canvas.write_paths(figure)
    assert clip == '<clipPath id="c0"><path d="M18 54h36v-36h-36"/></clipPath>'
    assert "clip-path" not in inside
    assert 'clip-path="url(#c0)"' in beyond
