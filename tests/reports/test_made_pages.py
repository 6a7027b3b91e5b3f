"""Pages of units that are not made again: only where nothing that they show has changed."""

from dataclasses import replace

import polars as pl
import pytest

from pipeline.bulletin import Changes, Content
from reports import site
from reports.site import MadeSite, make_site, pages, unit_pages
from reports.site.made_pages import EditionBefore


def remember(before: MadeSite) -> EditionBefore:
    return EditionBefore(before.made, before.files.__getitem__)


def test_a_page_is_made_again_only_where_a_value_on_it_changed(
    small: Content, first_edition: Changes
) -> None:
    before = make_site(small, 1, first_edition, [])
    code = small.indices["unit_code"].min()
    # One more case is left out of one unit's count: it changes no other unit's value or rank.
    is_changed = (pl.col("unit_code") == code) & (pl.col("indicator") == "due_on_time")
    corrected = replace(
        small,
        indices=small.indices.with_columns(
            left_out=pl.when(is_changed).then(pl.col("left_out") + 1).otherwise("left_out")
        ),
    )
    after = make_site(corrected, 2, first_edition, [], remember(before))
    shown_on = (f"units/{code}.html", "leagues/province.html", "leagues/province-units.pdf")
    whole = pages(corrected, 2, first_edition, [])
    assert before.made.keys() == after.made.keys()
    made_again = {
        page for page, made in after.made.items() if not after.kept.issuperset(made.paths)
    }
    assert made_again == {
        *(f"{up}{page}" for page in shown_on for up in ("", "en/")),
        f"units/{code}.csv",
    }
    assert after.files.keys() | after.kept == whole.keys()
    assert after.files | {path: before.files[path] for path in after.kept} == whole


@pytest.mark.parametrize(
    "change",
    [
        {"month": "2026-09"},
        {"is_simulated": True},
    ],
)
def test_no_page_is_found_where_what_all_have_in_common_changed(
    small: Content, first_edition: Changes, change: dict[str, object]
) -> None:
    before = make_site(small, 1, first_edition, [])
    after = make_site(replace(small, **change), 2, first_edition, [], remember(before))
    assert not after.kept


def test_several_processes_make_the_same_bytes_as_one(
    small: Content, first_edition: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = pages(small, 1, first_edition, [])
    for module in (site, unit_pages):
        monkeypatch.setattr(module, "FEW", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    assert pages(small, 1, first_edition, []) == alone
