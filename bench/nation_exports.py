"""A home of the nation: the exports of a month as files, and the history before it in the store.

Here belongs what lies in the home before the run that is measured: all of it is simulated. Not
here: the counts of the history (nation), the run (nation_run).

The exports of the month and of the month before are files, and the program itself counts the month
before: so the run finds the ledger of a nation, with every dossier that was open. Months before
that have a file of one row each. In the store lies under its key what a run of a nation would have
left: counts, and the hashes of ended dossiers.
"""

import json
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from assets.month.deliveries import merge_pending, record_pending, tally_pending
from assets.month.inputs import MonthInputs
from assets.month.installation import Installation
from assets.month.receive import receive_exports
from bench import nation
from bench.nation import COMMUNES, HISTORY, MONTH
from bench.nation_cells import draw_cells
from pipeline import months, tables
from pipeline.calendar import vietnam
from pipeline.home import Home
from pipeline.simulator import dossiers as lives
from pipeline.simulator import exports, ratings, units
from pipeline.simulator.dossiers import Dossiers, Span
from pipeline.simulator.office_hours import OfficeHours
from pipeline.simulator.simulation import NOTICE

DOSSIERS, RATINGS = 10_000_000, 3_000_000
_BURN_IN = 4
"""Months before the first export in which dossiers are received that it may show."""
_RECEIVED_SHARE = 0.862
"""Of an export's rows, those received in the month: the others are carried over."""
_RATED_SHARE = 2.5
"""Rows of ratings for each dossier received, where everybody answers who is asked."""
_ENDED_SHARE = 0.8
"""Of an export's rows, those that ended in the month."""
_LARGEST_SHARE = 0.15
_DAYS_AFTER = 150
"""Office hours go on for so long after the last month: further than any due date."""
_HEADER = "MaHoSo,MaTTHC,DonViXuLy,TrangThaiHoSo,KenhThucHien,LoaiDoiTuong,NgayTiepNhan\n"


@dataclass(frozen=True)
class Size:
    """How much there is: rows of the exports of the month, units, and months before it."""

    dossiers: int = DOSSIERS
    ratings: int = RATINGS
    communes: int = COMMUNES
    history: int = HISTORY


def make(home: Home, size: Size) -> dict[str, int]:
    """Makes the home; returns the rows of the month's exports by kind."""
    home.simulation.write_text(json.dumps({"notice": NOTICE}), encoding="utf-8")
    codes = nation.write_register(home, size.communes)
    written = _write_exports(home, size, codes)
    before = months.shifted(MONTH, -1)
    earlier = months.span(months.shifted(MONTH, -size.history), before)[:-1]
    for sender in nation.list_provinces(home):
        for month in earlier:
            folder = home.inbox / sender / month
            folder.mkdir(parents=True)
            row = f"{sender}-{month},,{sender},9,1,1,{month.replace('-', '')}01080000\n"
            (folder / "dossiers.csv").write_text(_HEADER + row, encoding="utf-8")
    _count_month_before(home, before)
    _fill_history(home, size, codes, earlier)
    return written


def _count_month_before(home: Home, before: str) -> None:
    """Counts the export of the month before as a run does, beside the months before that."""
    inputs = record_pending(receive_exports(Installation(home), before)).inputs
    merge_pending(tally_pending(inputs).inputs)


def _fill_history(home: Home, size: Size, codes: list[str], earlier: list[str]) -> None:
    """Puts the counts of a nation into the place of those of the months of one row each."""
    installation = Installation(home)
    inputs = receive_exports(installation, months.shifted(MONTH, -1))
    rng, chance = nation.draw_chances(codes)
    shares = _share_senders(installation)
    for month in earlier:
        plan = inputs.known_plans[month]
        cells = draw_cells(rng, np.array(codes), chance, month)
        for row in plan.iter_rows(named=True):
            own, file = pl.col("sender_code") == row["sender_code"], pl.lit(row["sha256"])
            parts = {
                name: frame.filter(own).with_columns(
                    [file.cast(frame.schema["sha256"]).alias("sha256")]
                    if "sha256" in frame.columns
                    else []
                )
                for name, frame in cells.items()
            }
            ended = round(size.dossiers * _ENDED_SHARE * shares[row["sender_code"]])
            parts["ended"] = _draw_ended(rng, row["sender_code"], ended)
            installation.store.write("tallies", row["tallies_key"], parts)
    _merge_anew(home, inputs)


def _merge_anew(home: Home, inputs: MonthInputs) -> None:
    shutil.rmtree(home.store / "merged")
    merge_pending(inputs)


def _draw_ended(rng: np.random.Generator, sender: str, count: int) -> pl.DataFrame:
    hashes = pl.Series(rng.integers(0, 2**64, count, dtype=np.uint64)).sort()
    return tables.ENDED.conform(pl.DataFrame({"sender_code": sender, "dossier_hash": hashes}))


def _share_senders(installation: Installation) -> dict[str, float]:
    """The share of all dossiers of each sender."""
    order = units.choose_senders(
        installation.register, MONTH, len(nation.list_provinces(installation.home))
    )
    return dict(
        zip(order, map(float, units.sender_shares(len(order), _LARGEST_SHARE)), strict=True)
    )


def _write_exports(home: Home, size: Size, codes: list[str]) -> dict[str, int]:
    """Writes the exports of the month and of the month before; the rows of the month by kind."""
    names = months.span(months.shifted(MONTH, -_BURN_IN - 1), MONTH)
    spans = [
        Span(number, _seconds(months.start(name)), _seconds(months.end(name)))
        for number, name in enumerate(names)
    ]
    hours = OfficeHours.of(
        vietnam(),
        months.start(names[0]).date() - timedelta(days=14),
        (months.end(MONTH) + timedelta(days=_DAYS_AFTER)).date(),
    )
    written = {"dossiers": 0, "ratings": 0}
    for number, (sender, share) in enumerate(_share_senders(Installation(home)).items()):
        rng = np.random.default_rng([number, size.dossiers])
        own = [code for code in codes if code.startswith(f"{sender}.")]
        drawn = _draw(rng, size, share, len(own), spans, hours)
        shown = exports.dossier_codes(drawn.dossiers, own)
        for name, span in list(zip(names, spans, strict=True))[-2:]:
            folder = home.inbox / sender / name
            rows = exports.dossier_rows(drawn.dossiers, shown, own, span)
            exports.write_csv(rows, folder / "dossiers.csv")
        written["dossiers"] += rows.height
        rows = exports.rating_rows(drawn.ratings, drawn.dossiers, shown, own, spans[-1])
        exports.write_csv(rows, folder / "ratings.csv")
        written["ratings"] += rows.height
    return written


@dataclass(frozen=True)
class _Drawn:
    """What happened at a sender's units."""

    dossiers: Dossiers
    ratings: ratings.Ratings


def _draw(  # noqa: PLR0913, PLR0917 -- each is of the sender or the same for all
    rng: np.random.Generator,
    size: Size,
    share: float,
    units_count: int,
    spans: list[Span],
    hours: OfficeHours,
) -> _Drawn:
    received = round(size.dossiers * _RECEIVED_SHARE * share)
    answering = size.ratings / (size.dossiers * _RATED_SHARE)
    traits = units.draw_traits(rng, 0, units_count, len(spans))
    traits = replace(traits, response_share=traits.response_share * answering)
    first = spans[_BURN_IN].start
    parts = []
    for span in spans:
        part = lives.draw_dossiers(rng, traits, hours, span, received)
        parts.append(part.select(part.ended >= first))
    drawn = lives.concat_dossiers(parts)
    return _Drawn(drawn, ratings.draw_ratings(rng, traits, drawn, spans[-1].start - 10 * 86_400))


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())
