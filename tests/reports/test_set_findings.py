"""What the front page says of senders whose whole month needs a look."""

import re
from dataclasses import replace

import polars as pl
import pytest

from pipeline.bulletin import Changes, Content
from pipeline.sender_measures import SET_FINDINGS
from reports.site import pages


def with_findings(content: Content, count: int) -> Content:
    rows = [
        (f"S{n:03}", "dossiers", "rule", "9 of 10", "9 trong 10", "Far fewer rows.", "Ít hơn hẳn.")
        for n in range(count)
    ]
    return replace(content, set_findings=pl.DataFrame(rows, schema=SET_FINDINGS, orient="row"))


def find_list(page: bytes) -> str:
    (found,) = re.findall(
        r"<details[^>]*>\s*<summary>(?:Whole|Dữ liệu cả).*?</details>", page.decode(), re.S
    )
    return str(found)


def test_it_is_one_sentence_for_each_in_both_languages(
    small: Content, first_edition: Changes
) -> None:
    made = pages(with_findings(small, 1), 1, first_edition, [])
    vietnamese, english = find_list(made["index.html"]), find_list(made["en/index.html"])
    assert "Ít hơn hẳn." in vietnamese
    assert "hồ sơ" in vietnamese
    assert "Far fewer rows." in english
    assert "9 of 10" not in english
    assert "S000" in english


def test_without_any_nothing_is_said(small: Content, first_edition: Changes) -> None:
    made = pages(small, 1, first_edition, [])
    assert "Whole months" not in made["en/index.html"].decode()


@pytest.mark.parametrize(("count", "is_open"), [(10, True), (11, False)])
def test_a_long_list_is_folded(
    small: Content, first_edition: Changes, count: int, is_open: bool
) -> None:
    made = pages(with_findings(small, count), 1, first_edition, [])
    found = find_list(made["en/index.html"])
    assert found.startswith("<details open>") == is_open
    assert f"need a look: {count} cases" in found
