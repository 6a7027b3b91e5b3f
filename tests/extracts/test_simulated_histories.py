"""A simulated history, of which only the last state is left, against the exports that were sent.

What differs is what the last state cannot tell, and nothing else.
"""

from pathlib import Path

import polars as pl
import pytest

from pipeline import extracts, months, records, simulator
from pipeline.exports import name_in_frame, read_file
from pipeline.home import Home
from pipeline.profiles.choice import built_in
from pipeline.simulator import Parameters

MONTHS = months.span("2026-01", "2026-06")


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home.at(tmp_path_factory.mktemp("simulated"))
    parameters = Parameters(tuple(MONTHS), 20_000, 766, 1, faults_share=0)
    simulator.simulate(home, parameters)
    (sender,) = home.inbox.iterdir()
    return sender


def compare(inbox: Path, kind: str, code: str) -> dict[str, pl.DataFrame]:
    """Of each month, as sent and as cut: a row a value that differs."""
    sent = {}
    for month in MONTHS:
        (file,) = (inbox / month).glob(f"{kind}*")
        sent[month] = pl.read_csv(file, infer_schema=False)
    extract_text = (
        pl.concat([each.with_columns(month=pl.lit(month)) for month, each in sent.items()])
        .unique([code, "CauHoi"] if kind == "ratings" else code, keep="last", maintain_order=True)
        .drop("month")
    )
    (profile,) = (each for each in built_in() if each.kind == kind)
    rows, own = read_file(extract_text.write_csv().encode(), "extract.csv", profile)
    no_units = pl.DataFrame(schema={"unit_code": pl.String, records.UNIT_STANDING: pl.String})
    placed = extracts.place_rows(rows, records.type_rows(rows, own, no_units), own)
    extract = extracts.within(placed, MONTHS[0], MONTHS[-1])
    words = extracts.find_words(own)
    keys = [code, "CauHoi"] if kind == "ratings" else [code]
    found = {}
    for month in MONTHS:
        cut = extracts.cut_month(extract, month, words)
        assert cut.columns == list(map(name_in_frame, extract.columns))
        theirs = sent[month].select(cut.columns)
        assert cut.select(keys).sort(keys).equals(theirs.select(keys).sort(keys))
        others = [name for name in cut.columns if name not in keys]
        found[month] = (
            cut.unpivot(others, index=keys, variable_name="column", value_name="cut")
            .join(
                theirs.unpivot(others, index=keys, variable_name="column", value_name="sent"),
                on=[*keys, "column"],
            )
            .filter(pl.col("cut").ne_missing(pl.col("sent")))
        )
    return found


def test_of_dossiers_only_due_dates_that_moved_and_statuses_between_differ(inbox: Path) -> None:
    found = compare(inbox, "dossiers", "MaHoSo")
    every = pl.concat(found.values())
    assert dict(every.group_by("column").len().iter_rows()) == {
        "NgayHenTra": 141,
        "NgayHenTraDau": 36,
        "TrangThaiHoSo": 1_366,
    }
    # Shown open with the word for in progress: they were new, received or waited for something.
    assert set(every.filter(column="TrangThaiHoSo")["cut"]) == {"4"}
    assert not set(every.filter(column="TrangThaiHoSo")["sent"]) & {"3", "7", "8", "9", "10"}
    # A new online dossier had no due date yet.
    is_new = every.filter(column="TrangThaiHoSo", sent="1")["MaHoSo"]
    first_due = every.filter(column="NgayHenTraDau")
    assert set(first_due["MaHoSo"]) <= set(is_new)
    assert first_due["sent"].null_count() == first_due.height
    # The last month is the extract itself.
    assert found[MONTHS[-1]].is_empty()


def test_of_petitions_only_statuses_between_differ(inbox: Path) -> None:
    every = pl.concat(compare(inbox, "petitions", "MaPAKN").values())
    assert set(every["column"]) <= {"TrangThai"}
    assert set(every["cut"]) <= {"2"}
    assert set(every["sent"]) <= {"1"}


def test_of_ratings_nothing_differs(inbox: Path) -> None:
    assert pl.concat(compare(inbox, "ratings", "MaPhieu").values()).is_empty()
