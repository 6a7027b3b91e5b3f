"""What an edition contains: its tables as published, their description, what changed.

Here belongs the content of an edition as values and bytes. Not here: how a table becomes a
published file (published_data), writing an edition to disk (editions), its pages and charts
(reports).
"""

import json
import platform
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from io import BytesIO

import polars as pl

from pipeline import letters, parquet, published_data
from pipeline.agencies import Register
from pipeline.declarations import AppliedCorrection
from pipeline.delivery_states import DELIVERY_STATES
from pipeline.methods import Method, Methods, ScoringMethod
from pipeline.sender_measures import SET_FINDINGS
from pipeline.suppression import WITHHELD
from pipeline.tables.comparisons import COMPARISONS

DATA_FOLDER = "data"
SUMS = "SHA256SUMS"
"""The file of an edition with the SHA-256 of all the others."""

INPUTS = (
    "month",
    "sender_code",
    "kind",
    "file_name",
    "sha256",
    "profile",
    "profile_digest",
)
"""Columns of the inputs in a manifest: one row is a file that the edition was computed from."""

EARLIER_METHODS = "methods_of_earlier_months"
"""The key of a manifest for versions of methods that are not in force in the edition's month, but
in months before it whose ranks and values it shows. Where there are none a manifest has no such
key."""

DECLARED_DIGEST = "declared_digest"
"""A column of the inputs too, which a manifest has only of files with corrections or aliases."""

_READING_COLUMNS = ("profile", "status", "rows", "accepted", "rejected", "fault")


def no_comparisons() -> dict[str, pl.DataFrame]:
    """The tables of comparisons, each without rows."""
    return {name: table.empty() for name, table in COMPARISONS.items()}


@dataclass(frozen=True)
class Content:
    """The contents of one edition; `method` is our own index in the version of the month.

    The frames follow tables.INDICES, RANKINGS, DELIVERED and REJECTED; `rejected` has every
    rejected row of the month. `holiday_years` are the first and last year whose days off are known
    (None: no year), `exceeds_calendar` says that working time was counted outside of these years;
    `scorecards` are the scorecards in force in the month, whose rows stand beside ours;
    `comparisons` has every table of tables.comparisons by name; `corrections` are those that were
    applied to files of the month and its history; `delivery_states` are those of the last months,
    in DELIVERY_STATES. They rest on when files were received, so no data file has them.
    `set_findings` say which rules about a sender's whole month are broken, in SET_FINDINGS; they
    rest on the months before, and no data file has them either. `renewed` are the indicators that a
    new version of their method defines in another way than in the month before. `earlier_methods`
    are the versions in force in months before, by which their ranks and values are shown.
    """

    month: str
    indices: pl.DataFrame
    rankings: pl.DataFrame
    deliveries: pl.DataFrame
    rejected: pl.DataFrame
    register: Register
    method: Method
    is_simulated: bool
    holiday_years: tuple[int, int] | None = None
    exceeds_calendar: bool = False
    scorecards: tuple[ScoringMethod, ...] = ()
    comparisons: Mapping[str, pl.DataFrame] = field(default_factory=no_comparisons)
    corrections: tuple[AppliedCorrection, ...] = ()
    delivery_states: pl.DataFrame = field(default_factory=DELIVERY_STATES.empty)
    set_findings: pl.DataFrame = field(default_factory=SET_FINDINGS.to_frame)
    renewed: frozenset[str] = frozenset()
    earlier_methods: tuple[Method | ScoringMethod, ...] = ()

    @property
    def methods(self) -> Methods:
        """Our own index and the scorecards beside it."""
        return Methods((self.method,), self.scorecards)

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """Every published table by name."""
        return {
            "indices": self.indices,
            "rankings": self.rankings,
            "deliveries": self.deliveries,
            **self.comparisons,
        }


@dataclass(frozen=True)
class Changes:
    """What an edition changes against the edition that it replaces.

    `deliveries`: sender_code, kind, change (added, replaced, withdrawn, read_again).
    `values`: table (indices), unit_code, indicator, before, after (text as published).
    Both are empty for a first edition, where `replaces` is None. `altered` are the files of the
    edition replaced that are not as they were published; where data are among them, nothing can be
    said of deliveries and values.
    """

    replaces: int | None
    deliveries: pl.DataFrame
    values: pl.DataFrame
    altered: tuple[str, ...] = ()


_DELIVERY_CHANGES = pl.Schema(
    {"sender_code": pl.String(), "kind": pl.String(), "change": pl.String()}
)
_VALUE_CHANGES = pl.Schema(
    {
        "table": pl.String(),
        "unit_code": pl.String(),
        "indicator": pl.String(),
        "before": pl.String(),
        "after": pl.String(),
    }
)


def data_files(content: Content) -> dict[str, bytes]:
    """The edition's published data by path: CSV files, Parquet copies of the large ones, and
    `data/datapackage.json`.

    The same content gives the same bytes: they contain nothing about the run. PublishedDataError
    when a table breaks its own description.
    """
    frames = content.tables
    resources = published_data.resources(content.methods)
    files = {
        each.file_name: published_data.to_csv(each, frames[each.table.name]) for each in resources
    }
    files |= {
        parquet.name_file(each.table.name): published_data.to_parquet(
            each, files[each.file_name], is_simulated=content.is_simulated
        )
        for each in resources
        if frames[each.table.name].height > parquet.ABOVE_ROWS
    }
    files["datapackage.json"] = published_data.description(
        content.month, content.methods, files, is_simulated=content.is_simulated
    )
    return {f"{DATA_FOLDER}/{name}": content_of for name, content_of in files.items()}


def changes(
    before: Mapping[str, bytes] | None,
    after: Mapping[str, bytes],
    replaces: int | None,
    altered: Collection[str] = (),
) -> Changes:
    """What the data files `after` change against those of the edition in force.

    `before` and `replaces` (the number of the edition in force) are None together, for a first
    edition; ValueError otherwise. Where files of that edition were `altered`, `before` is None if
    its data cannot be used. A delivery is a sender's files of one kind: `added` or
    `withdrawn` as a whole, `replaced` when its files differ, `read_again` when the same files
    gave another result. A value counts as changed when its published text differs; where one side
    lacks the row, its text is null. Of a value that is withheld now, neither side is told.
    """
    if (before is None) != (replaces is None) and not altered:
        raise ValueError("the number of the edition in force goes with its data files")
    named = tuple(sorted(altered))
    if before is None:
        nothing = _DELIVERY_CHANGES.to_frame(), _VALUE_CHANGES.to_frame()
        return Changes(replaces, *nothing, named)
    return Changes(
        replaces,
        _delivery_changes(_read_table(before, "deliveries"), _read_table(after, "deliveries")),
        _value_changes(_read_table(before, "indices"), _read_table(after, "indices")),
        named,
    )


def _read_table(files: Mapping[str, bytes], name: str) -> pl.DataFrame:
    """A published table with every column as text."""
    content = files[f"{DATA_FOLDER}/{name}.csv"]
    return published_data.restore_texts(pl.read_csv(BytesIO(content), infer_schema=False))


def _delivery_changes(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    delivery = ["sender_code", "kind"]
    sides = _describe_deliveries(before).join(
        _describe_deliveries(after),
        on=delivery,
        how="full",
        coalesce=True,
        nulls_equal=True,
        suffix="_new",
    )
    change = (
        pl.when(pl.col("files").is_null())
        .then(pl.lit("added"))
        .when(pl.col("files_new").is_null())
        .then(pl.lit("withdrawn"))
        .when(pl.col("files") != pl.col("files_new"))
        .then(pl.lit("replaced"))
        .when(pl.col("reading") != pl.col("reading_new"))
        .then(pl.lit("read_again"))
    )
    return (
        sides.with_columns(change=change)
        .filter(pl.col("change").is_not_null())
        .select(*_DELIVERY_CHANGES)
        .sort(delivery)
    )


def _describe_deliveries(deliveries: pl.DataFrame) -> pl.DataFrame:
    """One row is a sender and kind: its files, and how they were read, each as one text."""
    reading = pl.concat_str(
        [pl.col(name).fill_null("") for name in _READING_COLUMNS], separator="\t"
    )
    return (
        deliveries.filter(pl.col("sha256").is_not_null())
        .group_by("sender_code", "kind")
        .agg(files=pl.col("sha256").str.join("\n"), reading=reading.str.join("\n"))
    )


def _value_changes(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    value = ["unit_code", "indicator"]
    is_withheld = (pl.col("note") == WITHHELD).fill_null(value=False)
    return (
        before.select(*value, before="value")
        .join(after.select(*value, "note", after="value"), on=value, how="full", coalesce=True)
        .filter(pl.col("before").ne_missing(pl.col("after")))
        .with_columns(pl.when(~is_withheld).then("before").alias("before"))
        .select(pl.lit("indices").alias("table"), *value, "before", "after")
        .sort(value)
    )


def _name_files(inputs: pl.DataFrame) -> list[dict[str, str | None]]:
    """The inputs of a manifest in order, with names like `dossiers-1`, counted for each sender."""
    order = ("month", "sender_code", "kind", "sha256")
    number = pl.int_range(1, pl.len() + 1).over("month", "sender_code", "kind")
    name = pl.format("{}-{}", pl.col("kind").fill_null("file"), number)
    rows = inputs.sort(order).with_columns(file_name=name).select(*INPUTS, DECLARED_DIGEST)
    return [
        {key: value for key, value in row.items() if key in INPUTS or value is not None}
        for row in rows.iter_rows(named=True)
    ]


def _name_method(method: Method | ScoringMethod) -> dict[str, str]:
    return {"name": method.name, "version": method.version, "digest": method.digest}


def manifest(  # noqa: PLR0913, PLR0917 -- each is a key of the manifest
    content: Content,
    number: int,
    inputs: pl.DataFrame,
    tallied_months: Sequence[str],
    changed: Changes,
    stale_months: Sequence[str],
    previous_manifest: str | None = None,
) -> bytes:
    """The bytes of `manifest.json`: what the edition was computed from, and what it makes stale.

    `inputs` has the columns INPUTS and DECLARED_DIGEST: one row is a file of any month read. The
    files are named by kind and number, for people make the names of files. `tallied_months` are the
    months whose tallies were read, `stale_months` the later months whose editions were computed
    from what this edition changed. `previous_manifest` is the SHA-256 of the manifest that the
    installation published before this one, of whatever month; None for the first.
    """
    contents = {
        "edition": {
            "month": content.month,
            "number": number,
            "replaces": changed.replaces,
        },
        "is_simulated": content.is_simulated,
        "data_version": published_data.DATA_VERSION,
        "method": _name_method(content.method),
        "methods_beside": [_name_method(each) for each in content.scorecards],
        "register": {"digest": content.register.digest},
        "software": {
            "reform-index": version("reform-index"),
            "polars": pl.__version__,
            "python": platform.python_version(),
        },
        "tallied_months": sorted(tallied_months),
        "inputs": _name_files(inputs),
        "corrections": [each.as_dict() for each in content.corrections],
        "changes": {
            "deliveries": changed.deliveries.to_dicts(),
            "values": changed.values.to_dicts(),
        },
        "stale_later_editions": sorted(stale_months),
        "previous_manifest_sha256": previous_manifest,
        "sums": SUMS,
    }
    if content.earlier_methods:
        contents[EARLIER_METHODS] = [_name_method(each) for each in content.earlier_methods]
    if changed.altered:
        contents["altered_in_edition_replaced"] = list(changed.altered)
    if content.is_simulated:
        contents["simulated"] = published_data.SIMULATED
    text = json.dumps(contents, ensure_ascii=False, indent=2) + "\n"
    return letters.without_steering(text).encode()
