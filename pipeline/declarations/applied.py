"""Applied corrections: what an edition tells of the corrections that were declared for its files.

Here belongs what is published of a correction, and what is not: no key, for a record's code names a
person, and of values only those that are nobody's. Not here: reading corrections (corrections),
changing rows (correcting).
"""

from collections import Counter
from dataclasses import asdict, dataclass

from pipeline import masking
from pipeline.declarations.corrections import Correction
from pipeline.profiles.identity import CODE_OF


@dataclass(frozen=True)
class CorrectedColumn:
    """Rows in which the same value of a column of ours was corrected in the same way.

    The values are those of the file, masked unless they look like their column's; empty where the
    field is. They are None of codes of records, and of ratings, for an answer is somebody's.
    """

    column: str
    sent: str | None
    right: str | None
    rows: int


@dataclass(frozen=True)
class AppliedCorrection:
    """A correction of one file that an edition was computed with.

    `file` is the name of the declaration, `sha256` of the file that was sent; `rows` counts the
    rows that were corrected.
    """

    file: str
    sender_code: str
    month: str
    kind: str
    sha256: str
    reported_by: str
    reported_on: str
    why: str
    rows: int
    columns: tuple[CorrectedColumn, ...]

    def as_dict(self) -> dict[str, object]:
        """The correction as a manifest lists it."""
        columns = [
            {"column": each.column, "from": each.sent, "to": each.right, "rows": each.rows}
            for each in self.columns
        ]
        return asdict(self) | {"columns": columns}


def describe_applied(correction: Correction, kind: str, sha256: str) -> AppliedCorrection:
    """What is told of a correction that was applied to a file of a kind."""
    columns = Counter(
        (
            each.column,
            _show(each.sent, kind, each.column),
            _show(each.right, kind, each.column),
        )
        for each in correction.rows
    )
    return AppliedCorrection(
        file=correction.file,
        sender_code=correction.sender,
        month=correction.month,
        kind=kind,
        sha256=sha256,
        reported_by=correction.reported_by,
        reported_on=correction.reported_on.isoformat(),
        why=correction.why,
        rows=len({each.key for each in correction.rows}),
        columns=tuple(CorrectedColumn(*each, count) for each, count in columns.items()),
    )


def _show(text: str, kind: str, column: str) -> str | None:
    if kind == "ratings" or column in CODE_OF.values():
        return None
    return masking.show_value(text, kind, column) if text else ""
