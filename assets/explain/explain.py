"""Where a published number comes from: formula, counts, files.

Here belongs following a number of the edition in force back to the files that made it. Not
here: how it is printed (command_line.print_explanation).
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property

import polars as pl

from assets.explain import contributions
from assets.explain.composition import FOLLOWS_FROM, PARTS
from assets.explain.contributions import PublishedMonth
from assets.explain.published import NotPublishedError, read_table, select_unit
from assets.month import deliveries, merge
from assets.month.inputs import read_inputs
from assets.month.installation import Installation
from pipeline import planning, suppression, tables
from pipeline.indices import due_months
from pipeline.methods import Indicator, Method, Methods, ScoringMethod
from pipeline.planning import PlannedFile
from pipeline.suggestions import did_you_mean


@dataclass(frozen=True)
class Explanation:
    """A published number and what it is made of.

    `row` is its row of tables.INDICES, `method` the version in force that defines it. `files`:
    one row a file that gives to it, with month, sender_code, kind, file_name, sha256, numerator,
    denominator, accepted, rejected. `adds_up`
    is whether these add up to the published counts; where they do not, files have changed since.
    `parts` explain what a composite is made of, as far as it is published; `follows_from` are the
    published rows that an index with counts of its own can be worked out from.
    """

    row: dict[str, object]
    indicator: Indicator
    method: Method | ScoringMethod
    edition: int
    files: pl.DataFrame
    adds_up: bool
    parts: tuple["Explanation", ...]
    follows_from: tuple[dict[str, object], ...]


def explain_number(
    installation: Installation, unit_code: str, month: str, indicator: str
) -> Explanation:
    """The explanation of a published number.

    NotPublishedError when there is none, with the code or indicator that may have been meant.
    """
    return Explainer(installation, month).explain(unit_code, indicator)


class Explainer:
    """Explains the numbers of one month's edition in force; what it computes once it keeps."""

    def __init__(self, installation: Installation, month: str) -> None:
        self._installation = installation
        self._month = month
        self._inputs = read_inputs(installation, month)
        self._known_counts: dict[tuple[str, str, str], pl.DataFrame] = {}

    def explain(self, unit_code: str, indicator: str) -> Explanation:
        """The explanation of a number. NotPublishedError when it is not published."""
        row = _find_row(self._installation, self._indices, unit_code, self._month, indicator)
        parts = tuple(
            self.explain(unit_code, str(part["indicator"]))
            for part in self._select_rows(unit_code, self._list_parts(indicator))
        )
        files = _FILES.to_frame() if parts else self._count_by_file(unit_code, indicator)
        return Explanation(
            row=row,
            indicator=self._methods.indicator(indicator),
            method=self._methods.method_of(indicator),
            edition=self._installation.editions.in_force(self._month) or 0,
            files=files,
            adds_up=all(part.adds_up for part in parts) if parts else _do_files_add_up(files, row),
            parts=parts,
            follows_from=tuple(self._select_rows(unit_code, FOLLOWS_FROM.get(indicator, ()))),
        )

    @cached_property
    def _methods(self) -> Methods:
        """The methods in force in the month."""
        return self._installation.methods.at(self._month)

    def _list_parts(self, indicator: str) -> tuple[str, ...]:
        """The published numbers that a composite, group or total is made of."""
        method = self._methods.method_of(indicator)
        if isinstance(method, ScoringMethod):
            return method.parts_of(indicator)
        return PARTS.get(indicator, ())

    @cached_property
    def _indices(self) -> pl.DataFrame:
        """The published indices of the month."""
        return read_table(
            self._installation, self._month, tables.INDICES, f"{self._month} is not published"
        )

    def _select_rows(self, unit_code: str, names: tuple[str, ...]) -> list[dict[str, object]]:
        """The published rows of some indicators of a unit; those that it lacks are passed over."""
        of_unit = self._indices.filter(unit_code=unit_code)
        return [row for name in names for row in of_unit.filter(indicator=name).to_dicts()]

    def _count_by_file(self, unit_code: str, indicator: str) -> pl.DataFrame:
        """Each file's part of the counts of a number, in _FILES."""
        store = self._installation.store
        rows = []
        for file in self._list_files(unit_code):
            counts = self._count_file(file).filter(unit_code=unit_code, indicator=indicator)
            given = counts.select(pl.col("numerator", "denominator").fill_null(0)).to_dicts()
            if any(any(each.values()) for each in given):
                came = store.read("records", file.key, "delivered").filter(
                    kind=file.kind, sha256=file.sha256
                )
                summary = came.select("accepted", "rejected").row(0, named=True)
                rows.append(asdict(file) | given[0] | summary)
        files = pl.DataFrame([{name: row[name] for name in _FILES} for row in rows], schema=_FILES)
        return files.sort("month", "kind", "sha256")

    def _list_files(self, unit_code: str) -> Iterator[PlannedFile]:
        """The files that may name the unit or one below it, and may count in the month."""
        senders = _list_senders(self._installation, unit_code, self._month)
        plans = self._inputs.plans
        store = self._installation.store
        counted = set(store.keys("tallies"))
        self._check_counts(
            merge.is_merged(store, month, plan) and counted.issuperset(plan["tallies_key"])
            for month, plan in plans.items()
        )
        is_due_from_before = pl.col("sha256").is_in(self._due_from_before.implode())
        asked = pl.concat(plans.values()).filter(
            pl.col("sender_code").is_in(senders),
            (pl.col("month") == self._month) | is_due_from_before,
        )
        self._check_counts(
            store.has("tallies", key, tables.TALLIES) for key in asked["tallies_key"].unique()
        )
        return planning.readable_files(asked)

    def _check_counts(self, are_there: Iterable[bool]) -> None:
        # All are looked at, so that one run makes all damaged ones good.
        if not all(list(are_there)):
            raise NotPublishedError(
                f"the counts behind {self._month} are not in the store, since a run did not end or "
                f"they were damaged: run {self._month} again"
            )

    def _count_file(self, file: PlannedFile) -> pl.DataFrame:
        """What a file gives: unit_code, indicator, numerator, denominator."""
        place = (file.tallies_key, file.kind, file.sha256)
        if place not in self._known_counts:
            delivery = pl.DataFrame({"tallies_key": [file.tallies_key]})
            cells = deliveries.scan_tallies(self._installation, [delivery])
            moved = due_months.apply_reassignments(cells, self._reassignments)
            alone = contributions.select_file(moved, file)
            self._known_counts[place] = contributions.count_contribution(
                file, alone, self._published_month
            )
        return self._known_counts[place]

    @cached_property
    def _published_month(self) -> PublishedMonth:
        """The month as published, with all its counts."""
        plans = {self._month: self._inputs.plan}
        counts = merge.scan_tallies(self._installation.store, plans)
        return PublishedMonth(
            self._installation, self._month, contributions.collect_once(counts), self._indices
        )

    @cached_property
    def _reassignments(self) -> pl.DataFrame:
        """The due months that count in another, since their senders missed them."""
        return due_months.find_reassignments(
            self._inputs.cells, self._installation.register, self._month
        )

    @cached_property
    def _due_from_before(self) -> pl.Series:
        """The files of earlier months whose dossiers count in this one: their sha256."""
        is_due = (pl.col("month") < self._month) & (pl.col("due_month") == self._month)
        outcomes = due_months.apply_reassignments(self._inputs.cells, self._reassignments).outcomes
        return outcomes.filter(is_due).select("sha256").unique().collect().to_series()


def _find_row(
    installation: Installation, published: pl.DataFrame, unit_code: str, month: str, indicator: str
) -> dict[str, object]:
    known = installation.methods.at(month).names
    if indicator not in known:
        raise NotPublishedError(
            f"no indicator {indicator!r}{did_you_mean(indicator, known)}: "
            f"choose one of {', '.join(known)}"
        )
    file = installation.home.published / month / "data" / "indices.csv"
    of_unit = select_unit(published, unit_code, file, f"{month} has no numbers")
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


def _list_senders(installation: Installation, unit_code: str, month: str) -> list[str]:
    """The agencies whose files may name the unit or one below it: itself, above and below.

    And those that one of these took over from: what they ended early may be due only now.
    """
    parents = dict(installation.register.at(month).select("code", "parent_code").iter_rows())
    found = set(installation.register.below(unit_code, month))
    above: str | None = unit_code
    while above:
        found.add(above)
        above = parents.get(above)
    successors = dict(installation.register.successors(month).iter_rows())
    found.update(code for code, successor in successors.items() if successor in found)
    return sorted(found)


def _do_files_add_up(files: pl.DataFrame, row: dict[str, object]) -> bool:
    """Whether the files' counts are the published ones, to the published digits.

    A count that is withheld is not compared.
    """
    return all(
        abs(float(files[name].sum()) - float(str(row[name] or 0))) < 1e-3 * max(1, files.height)
        for name in ("numerator", "denominator")
        if not suppression.is_count_withheld(row, name)
    )
