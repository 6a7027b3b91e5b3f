"""Pages of units that are not made again: only where nothing that they show has changed."""

from dataclasses import replace

import polars as pl
import pytest

from pipeline.bulletin import Changes, Content
from reports.site import make_site, pages, unit_pages
from reports.site.made_pages import FindMade, MadePage


def remembered(made: dict[str, MadePage], files: dict[str, bytes], asked: list[str]) -> FindMade:
    """Finds the pages of an edition; `asked` gets the paths of those that are found."""

    def find(path: str, digest: str) -> dict[str, bytes] | None:
        if path not in made or made[path].digest != digest:
            return None
        asked.append(path)
        return {each: files[each] for each in made[path].paths}

    return find


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
    found: list[str] = []
    find_made = remembered(before.made, before.files, found)
    after = make_site(corrected, 2, first_edition, [], find_made)
    shown_on = (f"units/{code}.html", "leagues/province.html")
    assert before.made.keys() - set(found) == {
        f"{up}{page}" for page in shown_on for up in ("", "en/")
    }
    assert after.files == pages(corrected, 2, first_edition, [])


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
    found: list[str] = []
    find_made = remembered(before.made, before.files, found)
    make_site(replace(small, **change), 2, first_edition, [], find_made)
    assert found == []


def test_several_processes_make_the_same_bytes_as_one(
    small: Content, first_edition: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = pages(small, 1, first_edition, [])
    monkeypatch.setattr(unit_pages, "_FEW", 0)
    assert pages(small, 1, first_edition, []) == alone
