"""The pages of the method, the glossary and the data: complete, and what the definitions say."""

import re
from dataclasses import replace
from html import unescape
from importlib import resources
from pathlib import PurePosixPath
from posixpath import normpath

import pytest

from pipeline import published_data
from pipeline.bulletin import Changes, Content, data_files
from pipeline.faults import FAULTS
from pipeline.methods import NOTES, ProcessingTimeWeights
from reports.language import Language
from reports.site import glossary, pages

FOLDERS = {"vi": "", "en": "en/"}


def read(page: str) -> str:
    """What a reader sees of a page, in one line."""
    return " ".join(unescape(re.sub("<[^>]+>", " ", page)).split())


@pytest.fixture(scope="module")
def edition(small: Content, first_edition: Changes) -> dict[str, str]:
    """The pages in both languages by path."""
    files = pages(small, 1, first_edition, [])
    return {path: text.decode() for path, text in files.items() if path.endswith(".html")}


@pytest.mark.parametrize("code", FOLDERS)
def test_the_method_has_every_indicator_with_formula_least_number_and_source_under_its_name(
    small: Content, edition: dict[str, str], code: str
) -> None:
    language = Language(code)
    page = edition[FOLDERS[code] + "method.html"]
    for indicator in small.method.indicators:
        part = page.split(f'<h3 id="{indicator.name}">')[1].split("<h2")[0].split("<h3")[0]
        shown = read(part)
        assert language.title(indicator) in shown
        assert language.formula(indicator) in shown
        assert language.source(indicator) in shown
        assert language.text(f"method_page.{indicator.better}") in shown
    least = {"vi": "dưới 30 hồ sơ: vẫn ghi, không xếp hạng", "en": "shown, not ranked"}
    of_rate = page.split('<h3 id="due_on_time">')[1].split("<h3")[0]
    assert least[code] in read(of_rate)


def test_the_method_shows_the_choices_that_were_computed_by(
    small: Content, first_edition: Changes
) -> None:
    weights = small.method.weights.model_copy(
        update={"processing_time_index": ProcessingTimeWeights(on_time=0.55, time_saved=0.45)}
    )
    changed = {"weights": weights, "minimum_due": 47, "deadline_grain": "day"}
    other = replace(small, method=small.method.model_copy(update=changed))
    edition = pages(other, 1, first_edition, [])
    vi, en = (edition[f"{folder}method.html"].decode() for folder in FOLDERS.values())
    for shown in ('<td class="n">55%</td>', '<td class="n">45%</td>', '<td class="n">47</td>'):
        assert shown in vi
        assert shown in en
    assert "đến hết ngày" in vi
    assert "to the end of the day" in en
    # Of the indicators made up here, three rates go by it.
    assert en.count("under 47 dossiers: shown, not ranked") == 3


@pytest.mark.parametrize("code", FOLDERS)
def test_pages_lead_to_the_method_of_an_indicator_and_to_the_words_of_the_glossary(
    small: Content, edition: dict[str, str], code: str
) -> None:
    unit = edition[f"{FOLDERS[code]}units/{small.indices['unit_code'][0]}.html"]
    for indicator in small.method.indicators:
        assert f'href="../method.html#{indicator.name}"' in unit
    for page in (unit, edition[f"{FOLDERS[code]}leagues/province.html"]):
        for word in ("rank_set", "limits", "tier"):
            assert f'href="../glossary.html#{word}"' in page
    assert 'href="glossary.html#rank_set"' in edition[f"{FOLDERS[code]}index.html"]


def test_every_word_of_the_glossary_is_linked_from_where_it_is_used() -> None:
    templates = sorted((resources.files("reports") / "templates").iterdir(), key=str)
    lists = [
        names
        for template in templates
        for names in re.findall(r"macros\.words\(\[(.*?)\]\)", template.read_text("utf-8"))
    ]
    linked = {name for names in lists for name in re.findall(r'"(\w+)"', names)}
    assert linked == {name for names in glossary.GROUPS.values() for name in names}


@pytest.mark.parametrize("code", FOLDERS)
def test_the_glossary_gives_each_word_its_meaning_and_the_word_of_the_other_language(
    edition: dict[str, str], code: str
) -> None:
    other = "en" if code == "vi" else "vi"
    page = edition[FOLDERS[code] + "glossary.html"]
    term = Language(code).text("term.rank_set"), Language(other).text("term.rank_set")
    named = f'<dt id="rank_set">{term[0]} <span class="of" lang="{other}">({term[1]})</span></dt>'
    assert named in page
    level = {"vi": "với độ tin cậy 95%", "en": "at 95% confidence"}
    assert level[code] in page
    assert "{" not in page


@pytest.mark.parametrize("code", FOLDERS)
def test_the_page_of_the_data_has_every_file_with_its_size_and_every_column(
    small: Content, edition: dict[str, str], code: str
) -> None:
    page = edition[FOLDERS[code] + "data.html"]
    files = data_files(small)
    links = re.findall(r'<a href="([^"#]+)"', page)
    linked = {normpath(PurePosixPath(FOLDERS[code]) / link) for link in links}
    assert {path for path in files if path.endswith(".csv")} <= linked
    size = f"{len(files['data/indices.csv']) / 1000:,.1f} KB"
    assert (size if code == "en" else size.replace(".", ",")) in page
    for resource in published_data.resources(small.methods):
        part = page.split(f'<h2 id="{resource.table.name}">')[1]
        names = re.findall(r'<th scope="row"><code>(\w+)</code>', part.split("<h2")[0])
        assert names == resource.table.names


def test_a_parquet_copy_is_on_the_page_of_the_data(small: Content, first_edition: Changes) -> None:
    data = data_files(small) | {"data/series.parquet": b"x" * 2_340_000}
    page = pages(small, 1, first_edition, [], data)["en/data.html"].decode()
    assert '<a href="../data/series.parquet">data/series.parquet</a>' in page
    assert '<td class="n">2.3 MB</td>' in page
    without = pages(small, 1, first_edition, [], data_files(small))["en/data.html"].decode()
    assert "series.parquet" not in without


@pytest.mark.parametrize("code", FOLDERS)
def test_every_note_and_every_fault_in_the_data_is_explained(
    edition: dict[str, str], code: str
) -> None:
    page, language = edition[FOLDERS[code] + "data.html"], Language(code)
    meanings = {name: language.note(name) for name in NOTES}
    meanings |= {name: language.text(f"fault.{name}") for name in FAULTS}
    for name, meaning in meanings.items():
        row = page.split(f'<th scope="row"><code>{name}</code></th>')[1].split("</tr>")[0]
        assert read(row) == meaning
