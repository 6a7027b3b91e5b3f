"""Where a published number comes from: formula, counts, files.

Here belongs following a number of the edition in force back to the files that made it. Not
here: how it is printed (command_line).
"""

from dataclasses import dataclass
from io import BytesIO

import polars as pl

from assets import stages
from assets.installation import Installation
from pipeline import indices, tables
from pipeline.methods import Indicator
from pipeline.tallies import Tallies

PARTS = {"reform_performance_index": ("processing_time_index", "satisfaction_index")}
"""Composites, and the indicators that they are made of."""


class NotPublishedError(Exception):
    """No such number is published; the message says what is."""


@dataclass(frozen=True)
class Explanation:
    """A published number and what it is made of.

    `row` is its row of tables.INDICES. `files`: one row a file that gives to it, with month,
    sender_code, kind, file_name, sha256, numerator, denominator, accepted, rejected. `adds_up`
    is whether these add up to the published counts; where they do not, files have changed since.
    """

    row: dict[str, object]
    indicator: Indicator
    edition: int
    files: pl.DataFrame
    adds_up: bool
    parts: tuple["Explanation", ...]


def explained(
    installation: Installation, unit_code: str, month: str, indicator: str
) -> Explanation:
    """The explanation of a published number. NotPublishedError when there is none."""
    row = _published(installation, unit_code, month, indicator)
    parts = tuple(
        explained(installation, unit_code, month, part) for part in PARTS.get(indicator, ())
    )
    files = _FILES.to_frame() if parts else _files(installation, unit_code, month, indicator)
    return Explanation(
        row=row,
        indicator=installation.method.indicator(indicator),
        edition=installation.editions.in_force(month) or 0,
        files=files,
        adds_up=all(part.adds_up for part in parts) if parts else _adds_up(files, row),
        parts=parts,
    )


def _published(
    installation: Installation, unit_code: str, month: str, indicator: str
) -> dict[str, object]:
    data = installation.editions.data(month)
    if data is None:
        known = ", ".join(installation.editions.months()) or "none yet"
        raise NotPublishedError(f"{month} is not published: run it first (published: {known})")
    published = pl.read_csv(BytesIO(data["data/indices.csv"]), schema=tables.INDICES.schema)
    if indicator not in installation.method.names:
        raise NotPublishedError(
            f"no indicator {indicator!r}: choose one of {', '.join(installation.method.names)}"
        )
    of_unit = published.filter(unit_code=unit_code)
    if of_unit.is_empty():
        raise NotPublishedError(
            f"{month} has no numbers of a unit {unit_code!r}: look its code up in "
            f"{installation.home.published / month / 'data' / 'indices.csv'}"
        )
    rows = of_unit.filter(indicator=indicator)
    if rows.is_empty():
        raise NotPublishedError(
            f"{unit_code} has no {indicator} in {month}; it has {', '.join(of_unit['indicator'])}"
        )
    return rows.row(0, named=True)


_FILES = pl.Schema(
    {
        "month": pl.String(),
        "sender_code": pl.String(),
        "kind": pl.String(),
        "file_name": pl.String(),
        "sha256": pl.String(),
        "numerator": pl.Float64(),
        "denominator": pl.Float64(),
        "accepted": pl.Int64(),
        "rejected": pl.Int64(),
    }
)


def _files(installation: Installation, unit_code: str, month: str, indicator: str) -> pl.DataFrame:
    """Each file's part of the counts: the number computed from that file alone."""
    plans = stages.plans(installation, month)
    plan = pl.concat(plans.values()) if plans else stages.no_plan()
    senders = _senders(installation, unit_code, month)
    own = plan.filter(pl.col("sender_code").is_in(senders) & pl.col("fault").is_null())
    tallies = stages.tallies_of(
        installation, {each: own.filter(month=each) for each in own["month"].unique()}
    )
    rows = []
    for file in own.select("month", "sender_code", "kind", "file_name", "sha256", "key").iter_rows(
        named=True
    ):
        alone = indices.compute(
            _of_file(tallies, file["month"], file["sha256"]),
            month,
            installation.method,
            installation.register,
        ).filter(unit_code=unit_code, indicator=indicator)
        if alone.height and (alone["denominator"][0] or 0) > 0:
            came = installation.store.read("records", file.pop("key"), "delivered").filter(
                sha256=file["sha256"]
            )
            counts = alone.select("numerator", "denominator").row(0, named=True)
            rows.append(file | counts | came.select("accepted", "rejected").row(0, named=True))
    return pl.DataFrame(rows, schema=_FILES).sort("month", "kind", "sha256")


def _senders(installation: Installation, unit_code: str, month: str) -> list[str]:
    """The agencies whose files may name the unit or one below it: itself, above and below."""
    parents = dict(installation.register.at(month).select("code", "parent_code").iter_rows())
    found = set(installation.register.below(unit_code, month))
    above: str | None = unit_code
    while above:
        found.add(above)
        above = parents.get(above)
    return sorted(found)


def _of_file(tallies: Tallies, month: str, sha256: str) -> Tallies:
    def chosen(frame: pl.LazyFrame) -> pl.LazyFrame:
        return frame.filter((pl.col("sha256") == sha256) & (pl.col("month") == month))

    return Tallies(
        chosen(tallies.outcomes),
        chosen(tallies.ages),
        chosen(tallies.answers),
        chosen(tallies.figures),
    )


def _adds_up(files: pl.DataFrame, row: dict[str, object]) -> bool:
    """Whether the files' counts are the published ones, to the published digits."""
    return all(
        abs(float(files[name].sum()) - float(str(row[name] or 0))) < 1e-3 * max(1, files.height)
        for name in ("numerator", "denominator")
    )
