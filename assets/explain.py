"""Where a published number comes from: formula, counts, files.

Here belongs following a number of the edition in force back to the files that made it. Not
here: how it is printed (printing).
"""

from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO

import polars as pl

from assets import stages
from assets.composition import FOLLOWS_FROM, PARTS
from assets.installation import Installation
from pipeline import indices, tables
from pipeline.indices import due_months
from pipeline.indices.pooling import Pooling
from pipeline.indices.satisfaction import FIGURES_SCALE
from pipeline.methods import Indicator, Method, Methods, PointsMethod
from pipeline.suggestions import did_you_mean
from pipeline.tallies import Tallies


class NotPublishedError(Exception):
    """No such number is published; the message says what is."""


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
    method: Method | PointsMethod
    edition: int
    files: pl.DataFrame
    adds_up: bool
    parts: tuple["Explanation", ...]
    follows_from: tuple[dict[str, object], ...]


def explained(
    installation: Installation, unit_code: str, month: str, indicator: str
) -> Explanation:
    """The explanation of a published number.

    NotPublishedError when there is none, with the code or indicator that may have been meant.
    """
    return Explainer(installation, month).of(unit_code, indicator)


class Explainer:
    """Explains the numbers of one month's edition in force; what it computes once it keeps."""

    def __init__(self, installation: Installation, month: str) -> None:
        self._installation = installation
        self._month = month
        self._given: dict[tuple[str, str], pl.DataFrame] = {}

    def of(self, unit_code: str, indicator: str) -> Explanation:
        """The explanation of a number. NotPublishedError when it is not published."""
        row = _row(self._installation, self._indices, unit_code, self._month, indicator)
        parts = tuple(
            self.of(unit_code, str(part["indicator"]))
            for part in self._rows(unit_code, self._made_of(indicator))
        )
        files = _FILES.to_frame() if parts else self._files(unit_code, indicator)
        return Explanation(
            row=row,
            indicator=self._methods.indicator(indicator),
            method=self._methods.method_of(indicator),
            edition=self._installation.editions.in_force(self._month) or 0,
            files=files,
            adds_up=all(part.adds_up for part in parts) if parts else _adds_up(files, row),
            parts=parts,
            follows_from=tuple(self._rows(unit_code, FOLLOWS_FROM.get(indicator, ()))),
        )

    @cached_property
    def _methods(self) -> Methods:
        """The methods in force in the month."""
        return self._installation.methods.at(self._month)

    def _made_of(self, indicator: str) -> tuple[str, ...]:
        """The published numbers that a composite, group or total is made of."""
        method = self._methods.method_of(indicator)
        if isinstance(method, PointsMethod):
            return method.parts_of(indicator)
        return PARTS.get(indicator, ())

    @cached_property
    def _indices(self) -> pl.DataFrame:
        """The published indices of the month."""
        return _published(self._installation, self._month)

    def _rows(self, unit_code: str, names: tuple[str, ...]) -> list[dict[str, object]]:
        """The published rows of some indicators of a unit; those that it lacks are passed over."""
        of_unit = self._indices.filter(unit_code=unit_code)
        return [row for name in names for row in of_unit.filter(indicator=name).to_dicts()]

    def _files(self, unit_code: str, indicator: str) -> pl.DataFrame:
        """Each file's part of the counts of a number, in _FILES."""
        store = self._installation.store
        rows = []
        for file in self._plan(unit_code).iter_rows(named=True):
            counts = self._counts(file).filter(unit_code=unit_code, indicator=indicator)
            given = counts.select(pl.col("numerator", "denominator").fill_null(0)).to_dicts()
            if any(any(each.values()) for each in given):
                came = store.read("records", file["key"], "delivered").filter(sha256=file["sha256"])
                rows.append(
                    file | given[0] | came.select("accepted", "rejected").row(0, named=True)
                )
        files = pl.DataFrame([{name: row[name] for name in _FILES} for row in rows], schema=_FILES)
        return files.sort("month", "kind", "sha256")

    def _plan(self, unit_code: str) -> pl.DataFrame:
        """The files that may name the unit or one below it, of the month and those before."""
        senders = _senders(self._installation, unit_code, self._month)
        plan = pl.concat(stages.plans(self._installation, self._month).values())
        own = plan.filter(pl.col("sender_code").is_in(senders) & pl.col("fault").is_null())
        if not all(
            self._installation.store.has("tallies", key) for key in own["tallies_key"].unique()
        ):
            raise NotPublishedError(
                f"the counts behind {self._month} are not in the store, since a run did not end: "
                f"run {self._month} again"
            )
        return own

    def _counts(self, file: dict[str, str]) -> pl.DataFrame:
        """What a file gives: unit_code, indicator, numerator, denominator."""
        place = (file["tallies_key"], file["sha256"])
        if place not in self._given:
            self._given[place] = _counts_given(
                self._installation, file, self._month, self._indices, self._moves
            )
        return self._given[place]

    @cached_property
    def _moves(self) -> pl.DataFrame:
        """The due months that count in another, since their senders missed them."""
        plans = stages.plans(self._installation, self._month)
        counted = stages.tallies_of(self._installation, plans)
        return due_months.moves(counted, self._installation.register, self._month)


def _counts_given(
    installation: Installation,
    file: dict[str, str],
    month: str,
    published: pl.DataFrame,
    moves: pl.DataFrame,
) -> pl.DataFrame:
    """What a file gives to the counts of every number, beside all other files of the month.

    The month is computed with the counts of the file alone; of the others that much is left as
    settles what the file counts for, in a way that adds nothing.
    """
    delivery = pl.DataFrame({"tallies_key": [file["tallies_key"]]})
    of_month = stages.tallies_of(installation, {month: stages.plans(installation, month)[month]})
    of_delivery = stages.tallies_of(installation, {month: delivery})
    alone = _of_file(due_months.moved(of_delivery, moves), file["sha256"])

    def counted(tallies: Tallies, is_given: pl.Expr | None = None) -> pl.DataFrame:
        columns = ("unit_code", "indicator", "numerator", "denominator")
        computed = indices.compute(tallies, month, installation.methods, installation.register)
        return computed.filter(pl.lit(True) if is_given is None else is_given).select(columns)

    nought = _emptied(of_month.outcomes, _OUTCOMES_COUNTED)
    no_petitions = _emptied(of_month.petitions, ("petitions",))
    is_response = pl.col("indicator") == "response_rate"
    is_share = pl.col("indicator").is_in(_SATISFACTION)
    if file["kind"] == "figures":
        # They stand in for records, and a total for its parts, whatever file these are in.
        others = _emptied(of_month.figures, ("numerator", "denominator"))
        figures = pl.concat([alone.figures, others])
        beside = replace(
            alone,
            outcomes=nought,
            answers=of_month.answers,
            figures=figures,
            petitions=no_petitions,
        )
        is_of_answers = pl.col("scale") != FIGURES_SCALE
        is_of_records = is_response & pl.col("left_out").is_not_null()
        return counted(beside, ~(is_of_answers.fill_null(value=False) | is_of_records))
    if file["kind"] == "ratings":
        is_own = pl.col("sha256") == file["sha256"]
        answer = pl.when(is_own).then("answer").alias("answer")
        beside = replace(alone, answers=of_month.answers.with_columns(answer))
        respondents = _respondents(installation, published, alone, month)
        satisfied = counted(beside, is_share).drop("denominator")
        return pl.concat(
            [
                counted(alone, ~is_share & _is_on_published_scale(published)),
                satisfied.join(respondents, on=["unit_code", "indicator"], how="left"),
            ]
        )
    # An earlier file gives only to those whose dossiers of the month are there.
    petitions = pl.concat([alone.petitions, no_petitions])
    beside = replace(alone, outcomes=pl.concat([alone.outcomes, nought]), petitions=petitions)
    # Dossiers are the denominator of a rate whose numerator is in another file.
    response = counted(replace(beside, answers=of_month.answers), is_response)
    return pl.concat(
        [counted(beside, ~is_response), response.with_columns(pl.lit(0.0).alias("numerator"))]
    )


def _is_on_published_scale(published: pl.DataFrame) -> pl.Expr:
    """Whether a row has no scale, or the one that its unit and indicator were published on."""
    place = pl.struct("unit_code", "indicator", "scale")
    return pl.col("scale").is_null() | place.is_in(published.select(place).to_series().implode())


_OUTCOMES_COUNTED = ("dossiers", "saved_thousandths", "saved_squared_millionths")
_SATISFACTION = ("satisfied_share", "satisfaction_index")


def _emptied(cells: pl.LazyFrame, counts: tuple[str, ...]) -> pl.LazyFrame:
    """The cells, counting nothing."""
    return cells.with_columns(pl.lit(0, pl.Int64).alias(name) for name in counts)


def _respondents(
    installation: Installation, published: pl.DataFrame, alone: Tallies, month: str
) -> pl.DataFrame:
    """A file's respondents on the scale and kind of question that a unit's satisfaction is of."""
    is_satisfaction = pl.col("indicator").is_in(_SATISFACTION)
    chosen = published.filter(is_satisfaction).select("unit_code", "indicator", "scale")
    is_asked = (pl.col("month") == month) & pl.col("question").is_in(list(_ASKED.values()))
    cells = alone.answers.filter(is_asked).select("unit_code", "scale", "question", "respondents")
    pooled = (
        Pooling.of(alone, month, installation.register).pooled(cells, "scale", "question").collect()
    )
    kinds = {question: f":{kind}" for kind, question in _ASKED.items()}
    of_file = pooled.select(
        "unit_code",
        pl.col("scale") + pl.col("question").replace_strict(kinds, return_dtype=pl.String),
        pl.col("respondents").cast(pl.Float64).alias("denominator"),
    )
    joined = chosen.join(of_file, on=["unit_code", "scale"])
    return joined.select("unit_code", "indicator", "denominator")


_ASKED = {"factors": tables.ANY_FACTOR, "overall": "overall"}
"""By kind of question, the question whose respondents are counted."""


def _published(installation: Installation, month: str) -> pl.DataFrame:
    data = installation.editions.data(month)
    if data is None:
        known = ", ".join(installation.editions.months()) or "none yet"
        raise NotPublishedError(f"{month} is not published: run it first (published: {known})")
    return pl.read_csv(BytesIO(data["data/indices.csv"]), schema=tables.INDICES.schema)


def _row(
    installation: Installation, published: pl.DataFrame, unit_code: str, month: str, indicator: str
) -> dict[str, object]:
    known = installation.methods.at(month).names
    if indicator not in known:
        raise NotPublishedError(
            f"no indicator {indicator!r}: choose one of {', '.join(known)}"
            + did_you_mean(indicator, known)
        )
    of_unit = published.filter(unit_code=unit_code)
    if of_unit.is_empty():
        raise NotPublishedError(
            f"{month} has no numbers of a unit {unit_code!r}: look its code up in "
            f"{installation.home.published / month / 'data' / 'indices.csv'}"
            + did_you_mean(unit_code, published["unit_code"], at_most=3)
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


def _senders(installation: Installation, unit_code: str, month: str) -> list[str]:
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


def _of_file(tallies: Tallies, sha256: str) -> Tallies:
    of_file = pl.col("sha256") == sha256
    return Tallies(**{name: getattr(tallies, name).filter(of_file) for name in tables.TALLIES})


def _adds_up(files: pl.DataFrame, row: dict[str, object]) -> bool:
    """Whether the files' counts are the published ones, to the published digits."""
    return all(
        abs(float(files[name].sum()) - float(str(row[name] or 0))) < 1e-3 * max(1, files.height)
        for name in ("numerator", "denominator")
    )
