"""Patterns that several exports show together, planted in the exports of a simulated home.

Here belongs changing the files that the simulator wrote, in some units and at a known rate: what
the ledger, the peers of a unit, its figures or a merger must show. Not here: patterns that the rows
of one export show (pipeline.simulator.planting), what is found of them (findings_held).
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import polars_hash

from pipeline import months
from pipeline.columns import MOMENT
from pipeline.home import Home

OF_A_UNIT = (
    "allowed_far_above_peers",
    "code_of_several",
    "due_moved_more_than_once",
    "ended_before_shown",
    "figures_differ",
    "first_shown_after_due",
    "reopened",
)
"""Planted in a unit of each sender, in every month."""
AT_MERGER = "jumped_at_merger"
"""Planted in MERGED_PLANTED of the units that absorb another, in the month of the merger."""
PLANTED_OVER_MONTHS = (*OF_A_UNIT, AT_MERGER)
UNITS, ABSORBED = 24, 8
"""Communes of a sender, and how many of the last of these the first ones absorb, one each."""
MERGED_PLANTED = 4
UNIT_FACTORS = (0.9, 1.0, 1.1)
"""What the allowed times of a unit are multiplied by: one of these for all its dossiers."""
SPREAD = 0.15
"""The scale of the logarithm of what each allowed time is multiplied by (logistic)."""

_SCALE = 10_000
_STAMP = "%Y%m%d%H%M%S"
_CODE, _UNIT = pl.col("MaHoSo"), pl.col("DonViXuLy")
_RECEIVED, _ENDED = pl.col("NgayTiepNhan"), pl.col("NgayKetThucXuLy")
_FIRST_DUE, _DUE = pl.col("NgayHenTraDau"), pl.col("NgayHenTra")
_STATUS = pl.col("TrangThaiHoSo")
_MOMENTS = ("NgayTiepNhan", "NgayHenTra", "NgayHenTraDau", "NgayKetThucXuLy", "NgayTra")
_DUE_DATES = ("NgayHenTra", "NgayHenTraDau")
_FINISHED = ("9", "10")
_OPEN_AGAIN = "4"

Units = Mapping[str, Sequence[str]]
"""The units that each finding is planted in."""


def plant(home: Home, span: Sequence[str], merger: str, rate: float, seed: int) -> pl.DataFrame:
    """Plants the patterns in the home: unit_code and planted, a row for each unit with one.

    The home has simulated exports of dossiers of UNITS communes a sender, and nothing else, for the
    months of `span`. From the month `merger` on the last ABSORBED communes of a sender are absorbed
    by its first. One of these that has nothing planted absorbs a commune that sends nothing in the
    month before. `rate` is the share of the rows that could show a finding and do.
    """
    _merge_register(home, merger)
    planted = []
    for folder in sorted(path for path in home.inbox.iterdir() if path.is_dir()):
        sender = folder.name
        units = [f"{sender}.{number:02d}" for number in range(1, UNITS + 1)]
        chosen = _choose_units(units, np.random.default_rng([seed, *sender.encode()]))
        sent = {month: _vary(_read(folder / month / "dossiers.csv")) for month in span}
        silent = _find_silent(units, chosen[AT_MERGER])
        before = None
        for month in span:
            rows = _plant_month(sent[month], before, month, chosen, rate)
            if month == months.shifted(merger, -1):
                rows = rows.filter(_UNIT.ne_missing(silent))
            if month >= merger:
                rows = _merge(rows, units, chosen[AT_MERGER], rate if month == merger else 0.0)
            _write(rows, folder / month / "dossiers.csv")
            _figures(rows, month, chosen["figures_differ"], rate).write_csv(
                folder / month / "figures.csv"
            )
            before = sent[month]
        planted += [(unit, finding) for finding, named in chosen.items() for unit in named]
    return pl.DataFrame(planted, schema=["unit_code", "planted"], orient="row")


def _choose_units(units: Sequence[str], rng: np.random.Generator) -> dict[str, list[str]]:
    absorbing = rng.permutation(units[:ABSORBED])[:MERGED_PLANTED].tolist()
    others = rng.permutation(units[ABSORBED : UNITS - ABSORBED])
    return {AT_MERGER: absorbing} | {
        finding: [str(unit)] for finding, unit in zip(OF_A_UNIT, others, strict=False)
    }


def _find_silent(units: Sequence[str], planted: Sequence[str]) -> str:
    """The unit that sends nothing before it is absorbed by an honest one."""
    heirs = zip(units[:ABSORBED], units[UNITS - ABSORBED :], strict=True)
    return next(absorbed for heir, absorbed in heirs if heir not in planted)


def _vary(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with allowed times that differ by unit and by dossier, as those of real units do."""
    of_unit = polars_hash.col("DonViXuLy").nchash.xxh3_64() % len(UNIT_FACTORS)
    drawn = polars_hash.col("MaHoSo").nchash.xxh3_64() % _SCALE
    part = (drawn + 0.5) / _SCALE
    factor = (part / (1 - part)) ** SPREAD * of_unit.replace_strict(
        dict(enumerate(UNIT_FACTORS)), return_dtype=pl.Float64
    )
    hours = {name: (pl.col(name) - _RECEIVED).dt.total_milliseconds() for name in _DUE_DATES}
    return rows.with_columns(
        (_RECEIVED + pl.duration(milliseconds=(time * factor.fill_null(1.0)).cast(pl.Int64))).alias(
            name
        )
        for name, time in hours.items()
    )


def _merge_register(home: Home, merger: str) -> None:
    """Writes the register in which the last communes of each sender are absorbed by the first."""
    rows = pl.read_csv(home.agencies, infer_schema=False)
    first = months.start(merger).date()
    number = pl.col("code").str.tail(2).cast(pl.Int64)
    is_absorbed, absorbs = number > UNITS - ABSORBED, number <= ABSORBED
    last_day = pl.lit(first).dt.offset_by("-1d").cast(pl.String)
    heir = pl.col("code").str.head(-2) + (number - (UNITS - ABSORBED)).cast(pl.String).str.zfill(2)
    dated = rows.with_columns(valid_from=pl.lit(None, pl.String), successor_code=pl.lit(None))
    until = dated.with_columns(
        valid_to=pl.when(is_absorbed | absorbs).then(last_day).otherwise("valid_to"),
        successor_code=pl.when(is_absorbed).then(heir).when(absorbs).then("code"),
    )
    since = dated.filter(absorbs).with_columns(valid_from=pl.lit(str(first)))
    pl.concat([until, since.cast(until.schema)]).write_csv(home.agencies)


def _draw(finding: str, rate: float) -> pl.Expr:
    """Whether a code is among the share `rate` of all codes that is drawn for a finding."""
    named = polars_hash.concat_str(_CODE, pl.lit(finding), separator="/")
    return named.nchash.xxh3_64() % _SCALE < round(rate * _SCALE)


def _read(path: Path) -> pl.DataFrame:
    rows = pl.read_csv(path, infer_schema=False)
    # A moment that is at fault stays as it is: it is text beside the moment.
    return rows.with_columns(
        pl.col(name).str.strptime(MOMENT, _STAMP, strict=False).alias(f"{name}_read")
        for name in _MOMENTS
    ).rename({name: f"{name}_sent" for name in _MOMENTS} | {f"{n}_read": n for n in _MOMENTS})


def _write(rows: pl.DataFrame, path: Path) -> None:
    order = [name.removesuffix("_sent") for name in rows.columns if name not in _MOMENTS]
    is_at_fault = {name: pl.col(name).is_null() & ~_is_stamp(f"{name}_sent") for name in _MOMENTS}
    rows.with_columns(
        pl.when(is_at_fault[name])
        .then(f"{name}_sent")
        .otherwise(pl.col(name).dt.strftime(_STAMP))
        .alias(name)
        for name in _MOMENTS
    ).select(order).write_csv(path)


def _is_stamp(name: str) -> pl.Expr:
    return pl.col(name).is_null() | pl.col(name).str.contains(r"^\d{14}$")


Step = Callable[[pl.DataFrame, pl.Expr], pl.DataFrame]


def _plant_month(
    rows: pl.DataFrame, before: pl.DataFrame | None, month: str, chosen: Units, rate: float
) -> pl.DataFrame:
    planted = rows
    for finding, step in _list_steps(before, month).items():
        is_chosen = _UNIT.is_in(list(chosen[finding])) & _draw(finding, rate)
        planted = step(planted, is_chosen.fill_null(value=False))
    return planted


def _list_steps(before: pl.DataFrame | None, month: str) -> dict[str, Step]:
    """How each finding comes into the rows of a month; `before` are those of the month before."""
    start = months.start(month)
    longer = pl.col("NgayHenTraDau") - _RECEIVED + pl.duration(days=7)
    number = 12 * (start.year - _RECEIVED.dt.year()) + start.month - _RECEIVED.dt.month()
    later = pl.duration(days=15 * number)
    is_ended = _STATUS.is_in(_FINISHED)

    def move(rows: pl.DataFrame, is_chosen: pl.Expr) -> pl.DataFrame:
        is_carried = is_chosen & (number > 0)
        return rows.with_columns(NgayHenTra=pl.when(is_carried).then(_DUE + later).otherwise(_DUE))

    def lengthen(rows: pl.DataFrame, is_chosen: pl.Expr) -> pl.DataFrame:
        return rows.with_columns(
            pl.when(is_chosen).then(pl.col(name) + longer).otherwise(name).alias(name)
            for name in _DUE_DATES
        )

    def copy(rows: pl.DataFrame, is_chosen: pl.Expr) -> pl.DataFrame:
        is_new = is_chosen & (start <= _RECEIVED) & (_RECEIVED.dt.day() > 1)
        others = rows.filter(is_new).with_columns(NgayTiepNhan=_RECEIVED - pl.duration(days=1))
        return pl.concat([rows, others])

    def show_late(rows: pl.DataFrame, is_chosen: pl.Expr) -> pl.DataFrame:
        hidden = rows.filter(~(is_chosen & is_ended & (start <= _RECEIVED)).fill_null(value=False))
        if before is None:
            return hidden
        start_before = months.start(months.shifted(month, -1))
        shown = before.filter(is_chosen & is_ended & (start_before <= _RECEIVED))
        return pl.concat([hidden, shown])

    def hide_due(rows: pl.DataFrame, is_chosen: pl.Expr) -> pl.DataFrame:
        is_hidden = is_chosen & (start <= _FIRST_DUE)
        return rows.with_columns(
            pl.when(~is_hidden.fill_null(value=False)).then(name).alias(name) for name in _DUE_DATES
        )

    def reopen(rows: pl.DataFrame, is_chosen: pl.Expr) -> pl.DataFrame:
        if before is None:
            return rows
        again = before.filter(is_chosen & is_ended).with_columns(
            TrangThaiHoSo=pl.lit(_OPEN_AGAIN),
            NgayKetThucXuLy=pl.lit(None, MOMENT),
            NgayTra=pl.lit(None, MOMENT),
        )
        return pl.concat([rows, again.join(rows, on="MaHoSo", how="anti")])

    return {
        "allowed_far_above_peers": lengthen,
        "code_of_several": copy,
        "due_moved_more_than_once": move,
        "ended_before_shown": show_late,
        "first_shown_after_due": hide_due,
        "reopened": reopen,
    }


def _merge(
    rows: pl.DataFrame, units: Sequence[str], planted: Sequence[str], rate: float
) -> pl.DataFrame:
    """The rows with the units after the merger; a share `rate` of ends on time is late.

    The due date in force of such an end is a minute before it.
    """
    heirs = dict(zip(units[UNITS - ABSORBED :], units[:ABSORBED], strict=True))
    merged = rows.with_columns(_UNIT.replace(heirs))
    is_late = _UNIT.is_in(list(planted)) & _STATUS.is_in(_FINISHED) & _draw(AT_MERGER, rate)
    due = pl.max_horizontal(_RECEIVED, _ENDED - pl.duration(minutes=1))
    is_late &= (_ENDED <= _DUE) & (due < _ENDED)
    return merged.with_columns(
        NgayHenTra=pl.when(is_late.fill_null(value=False)).then(due).otherwise(_DUE)
    )


def _figures(rows: pl.DataFrame, month: str, planted: Sequence[str], rate: float) -> pl.DataFrame:
    """Figures of ends on time of each unit as its rows have them; in the units planted a share
    `rate` of the late ones is told to be on time, and at least one.
    """
    start = months.start(month)
    is_end = _STATUS.is_in(_FINISHED) & (start <= _ENDED) & _DUE.is_not_null()
    late = pl.col("denominator") - pl.col("numerator")
    hidden = pl.when(_UNIT.is_in(list(planted)) & (late > 0)).then(
        (late * rate).ceil().cast(pl.Int64)
    )
    return (
        rows.filter(is_end.fill_null(value=False))
        .group_by("DonViXuLy")
        .agg(numerator=(_ENDED <= _DUE).sum().cast(pl.Int64), denominator=pl.len().cast(pl.Int64))
        .sort("DonViXuLy")
        .select(
            unit_code="DonViXuLy",
            indicator=pl.lit("on_time_of_finished"),
            month=pl.lit(month),
            numerator=pl.col("numerator") + hidden.fill_null(0),
            denominator="denominator",
        )
    )
