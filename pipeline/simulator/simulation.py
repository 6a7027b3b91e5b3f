"""Filling a home: which files, in which order, and what must not be overwritten.

Here belong the refusal of homes that hold real exports, and the loop over senders. Not here: the
parameters (parameters), what is drawn (units, dossiers, ratings, petitions) and how it is written
(exports).
"""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from pipeline import agencies, months
from pipeline.calendar import vietnam
from pipeline.errors import WrongUseError
from pipeline.home import Home
from pipeline.simulator import dossiers as lives
from pipeline.simulator import (
    exports,
    petitions,
    planting,
    ratings,
    row_errors,
    truth,
    units,
)
from pipeline.simulator.dossiers import Dossiers, Span
from pipeline.simulator.office_hours import OfficeHours
from pipeline.simulator.parameters import Parameters

Progress = Callable[[str, int, int], None]
"""Called after each sender with its code, the number of senders done, and of all senders."""

NOTICE = (
    "All exports in this home are simulated: no agency sent them, "
    "and nothing in them says anything about a real one."
)
_DAYS_AFTER = 150
"""Office hours go on for so long after the last month: further than any due date."""
_LAST_WRITTEN = "faults.csv"


class SimulationError(WrongUseError):
    """A home cannot be filled; the message names the obstacle and the cure."""


@dataclass(frozen=True)
class Summary:
    """How many rows were written, with faults and copies, and how many files."""

    dossier_rows: int
    rating_rows: int
    petition_rows: int
    rows_at_fault: int
    files: int


@dataclass(frozen=True, eq=False)
class _World:
    """What is the same for all senders."""

    parameters: Parameters
    office_hours: OfficeHours
    spans: tuple[Span, ...]
    """Burn-in months, then the exported ones."""
    open_seconds: tuple[int, ...]
    """Open seconds of each month; dossiers are received in proportion to them."""

    @property
    def exported(self) -> tuple[Span, ...]:
        return self.spans[self.parameters.burn_in_months :]


@dataclass(frozen=True, eq=False)
class _SenderResult:
    """What was simulated for one sender."""

    written: Counter[str]
    """Rows by kind, and files."""
    truth: pl.DataFrame
    faults: list[tuple[str, str, str, str, int]]
    planted: dict[str, list[str]]


def simulate(home: Home, parameters: Parameters, progress: Progress | None = None) -> Summary:
    """Fill a home with simulated exports; an earlier simulation in it is replaced.

    Raises:
        SimulationError: the home has exports, a register or an archive that no simulation made.
            Then the home is not changed.
        ValueError: more senders than provinces in force in the first month.
    """
    register = agencies.load(None)
    first = parameters.months[0]
    senders = units.choose_senders(register, first, parameters.senders)
    _clear(home)
    _write_announcement(home, parameters, senders)
    units.register_rows(
        register, first, sorted(senders), parameters.departments, parameters.communes
    ).write_csv(home.agencies)
    world = _build_world(parameters)
    shares = units.sender_shares(len(senders), parameters.largest_share)
    totals = _apportion(parameters.dossiers_total, shares)
    parts = []
    for done, (sender, total) in enumerate(zip(senders, totals, strict=True), start=1):
        parts.append(_simulate_sender(home, world, sender, total))
        if progress:
            progress(sender, done, len(senders))
    return _write_truth(home, parts)


def read_parameters(home: Home) -> Parameters | None:
    """The parameters of the simulation that filled a home; None where no simulation ended."""
    if not home.simulation.exists() or not (home.truth / _LAST_WRITTEN).exists():
        return None
    parameters = json.loads(home.simulation.read_text(encoding="utf-8"))["parameters"]
    return Parameters(**parameters | {"months": tuple(parameters["months"])})


def _build_world(parameters: Parameters) -> _World:
    first = months.shifted(parameters.months[0], -parameters.burn_in_months)
    names = months.span(first, parameters.months[-1])
    last_day = (months.end(names[-1]) + timedelta(days=_DAYS_AFTER)).date()
    office_hours = OfficeHours.of(
        vietnam(), months.start(first).date() - timedelta(days=14), last_day
    )
    spans = tuple(
        Span(number, _seconds(months.start(name)), _seconds(months.end(name)))
        for number, name in enumerate(names)
    )
    opens = [office_hours.open_time(np.array([span.start, span.end])) for span in spans]
    return _World(parameters, office_hours, spans, tuple(int(end - start) for start, end in opens))


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())


def _apportion(total: int, shares: units.Numbers) -> list[int]:
    """Whole numbers in proportion to the shares, which add up to the total."""
    ends = np.rint(np.cumsum(shares) / shares.sum() * total).astype(int)
    return [int(count) for count in np.diff(ends, prepend=0)]


def _simulate_sender(home: Home, world: _World, sender: str, total: int) -> _SenderResult:
    """Draw one sender's dossiers and write its exports."""
    parameters = world.parameters
    rng = np.random.default_rng(np.random.SeedSequence([parameters.seed, *sender.encode()]))
    traits = units.draw_traits(rng, parameters.departments, parameters.communes, len(world.spans))
    dossiers = _draw_lives(rng, world, traits, total)
    codes_of_units = units.unit_codes(sender, parameters.departments + parameters.communes)
    codes = exports.dossier_codes(dossiers, codes_of_units)
    planted = {}
    if parameters.planted_rate:
        seed = np.random.SeedSequence([parameters.seed, *sender.encode()], spawn_key=(2,))
        planted = planting.choose_units(np.random.default_rng(seed), codes_of_units)
        dossiers = planting.wait_before_due(
            dossiers, codes, codes_of_units, planted, parameters.planted_rate
        )
    rated = None
    if parameters.has_ratings:
        rated = ratings.draw_ratings(rng, traits, dossiers, world.exported[0].start)
    petitioned = _SenderPetitions.of(world, sender, total, traits, dossiers)
    written, at_fault, truths = Counter[str](), [], []
    for name, month in zip(parameters.months, world.exported, strict=True):
        sent = {"dossiers": exports.dossier_rows(dossiers, codes, codes_of_units, month)}
        if rated is not None:
            sent["ratings"] = exports.rating_rows(rated, dossiers, codes, codes_of_units, month)
        if parameters.has_petitions:
            sent["petitions"] = exports.petition_rows(
                petitioned.lives, codes, codes_of_units, month
            )
        if planted:
            sent = {
                kind: planting.plant(rows, kind, month, planted, parameters.planted_rate)
                for kind, rows in sent.items()
            }
        for kind, correct in sent.items():
            own_rng = petitioned.rng if kind == "petitions" else rng
            rows, found = row_errors.add_faults(own_rng, kind, correct, parameters.faults_share)
            exports.write_csv(rows, home.inbox / sender / name / f"{kind}{parameters.suffix}")
            written.update({kind: rows.height, "files": 1})
            at_fault += [(name, sender, kind, fault, count) for fault, count in found.items()]
        place = pl.DataFrame({"month": name, "sender_code": sender, "unit_code": codes_of_units})
        true = truth.true_values(traits, dossiers, rated, month, place)
        if parameters.has_petitions:
            true = truth.with_petition_truths(true, petitioned.traits)
        truths.append(true)
    return _SenderResult(written, pl.concat(truths), at_fault, planted)


def _draw_lives(
    rng: np.random.Generator, world: _World, traits: units.Traits, total: int
) -> Dossiers:
    """All dossiers that an export shows, or that are due in an exported month."""
    burn_in, start = world.parameters.burn_in_months, world.exported[0].start
    opens = np.array(world.open_seconds, dtype=np.float64)
    received = rng.multinomial(total, opens[burn_in:] / opens[burn_in:].sum())
    before = np.rint(total * opens[:burn_in] / opens[burn_in:].sum()).astype(int)
    parts = []
    for span, count in zip(world.spans, [*before, *received], strict=True):
        part = lives.draw_dossiers(rng, traits, world.office_hours, span, int(count))
        if span.number < burn_in:
            is_due = (part.first_due >= start) & (part.first_due < lives.NEVER)
            part = part.select((part.ended >= start) | is_due)
        parts.append(part)
    return lives.concat_dossiers(parts)


@dataclass(frozen=True, eq=False)
class _SenderPetitions:
    """A sender's petitions, drawn from their own seed: dossiers and ratings do not depend on it."""

    rng: np.random.Generator
    traits: petitions.PetitionTraits
    lives: petitions.Petitions

    @staticmethod
    def of(
        world: _World, sender: str, total: int, traits: units.Traits, dossiers: Dossiers
    ) -> "_SenderPetitions":
        """The petitions of a sender that receives `total` dossiers in the exported months."""
        parameters = world.parameters
        seed = np.random.SeedSequence([parameters.seed, *sender.encode()], spawn_key=(1,))
        rng = np.random.default_rng(seed)
        of_petitions = petitions.draw_traits(rng, traits)
        each = petitions.PER_DOSSIER * total / sum(world.open_seconds[parameters.burn_in_months :])
        expected = {
            month: each * opens
            for month, opens in zip(world.spans, world.open_seconds, strict=True)
        }
        return _SenderPetitions(
            rng,
            of_petitions,
            petitions.draw_petitions(rng, of_petitions, world.office_hours, expected, dossiers),
        )


def _clear(home: Home) -> None:
    """Remove an earlier simulation; SimulationError where the home has anything else."""
    simulated: set[Path] = set()
    if home.is_simulated:
        earlier = json.loads(home.simulation.read_text(encoding="utf-8"))
        simulated = {home.root / name for name in earlier["files"]}
    else:
        for path in (home.agencies, home.archive):
            if path.is_file() or (path.is_dir() and any(path.iterdir())):
                raise SimulationError(
                    f"{path} is there and no simulation made it: simulate into an empty home "
                    "(another --home), so that simulated and real data never meet"
                )
    present = [path for path in sorted(home.inbox.rglob("*")) if path.is_file()]
    foreign = [path for path in present if path not in simulated]
    if foreign:
        raise SimulationError(
            f"{foreign[0]} ({len(foreign)} such files) was not simulated: simulate into an "
            "empty home (another --home), so that simulated and real data never meet"
        )
    # The truth is written last and removed first: where it exists, a simulation is complete.
    shutil.rmtree(home.truth, ignore_errors=True)
    for path in present:
        path.unlink()
    folders = {path.parent for path in present} | {path.parents[1] for path in present}
    for folder in sorted(folders, reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def _write_announcement(home: Home, parameters: Parameters, senders: list[str]) -> None:
    """Write simulation.json, whole or not at all."""
    optional = {"ratings": parameters.has_ratings, "petitions": parameters.has_petitions}
    kinds = ("dossiers", *(kind for kind, is_sent in optional.items() if is_sent))
    files = [
        f"inbox/{sender}/{month}/{kind}{parameters.suffix}"
        for sender in sorted(senders)
        for month in parameters.months
        for kind in kinds
    ]
    told = asdict(parameters)
    if not parameters.planted_rate:
        # Nothing is said of what is not there: the bytes are those of a simulation without it.
        del told["planted_rate"]
    content = {"notice": NOTICE, "parameters": told, "files": files}
    unfinished = home.simulation.with_suffix(".part")
    unfinished.write_text(
        json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    unfinished.replace(home.simulation)


def _write_truth(home: Home, parts: list[_SenderResult]) -> Summary:
    """Write the truth, and return what was written in all."""
    folder = home.truth
    folder.mkdir(exist_ok=True)
    truths = pl.concat([part.truth for part in parts]).sort("month", "unit_code")
    truths.write_csv(folder / "units.csv")
    planted = sorted(
        (unit, finding)
        for part in parts
        for finding, chosen in part.planted.items()
        for unit in chosen
    )
    if planted:
        pl.DataFrame(planted, schema=["unit_code", "finding"], orient="row").write_csv(
            folder / "planted.csv"
        )
    columns = ["month", "sender_code", "kind", "fault", "rows"]
    found = sorted(row for part in parts for row in part.faults)
    schema = {name: pl.Int64 if name == "rows" else pl.String for name in columns}
    pl.DataFrame(found, schema=schema, orient="row").write_csv(folder / _LAST_WRITTEN)
    written = sum((part.written for part in parts), Counter[str]())
    return Summary(
        dossier_rows=written["dossiers"],
        rating_rows=written["ratings"],
        petition_rows=written["petitions"],
        rows_at_fault=sum(row[-1] for row in found),
        files=written["files"],
    )
