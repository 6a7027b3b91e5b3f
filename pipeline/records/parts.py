"""Parts: the rows that one record of a file becomes, where it has a column for each of them.

Each part is read as if the file had no other: with a profile of its own. Here belongs which parts a
profile names, and which records have a row of each. Not here: what a profile says of them
(profiles.questions, profiles.figure_columns), sums of columns (sums), typing (records).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from pipeline.copies import ANSWER_PLACE
from pipeline.exports import EXPECTED_FIELD_COUNT, FIELD_COUNT, TextRows, name_in_frame
from pipeline.faults import FileFault, write_number_vi
from pipeline.profiles import Profile
from pipeline.profiles.our_columns import sendable_columns
from pipeline.profiles.questions import Question
from pipeline.records import sums
from pipeline.tables import SCALES, SOURCE_COLUMN

ADDED_COLUMNS = {
    "ratings": (SOURCE_COLUMN, ANSWER_PLACE),
    "figures": (SOURCE_COLUMN, sums.BROKEN_SUM),
}
"""The columns that rows of a kind have besides those sent, from select_parts on."""
_MOST_PARTS = 1 << 16
"""A file has fewer columns."""
OF_PARTS = {"ratings": ("answer",)}
"""The columns of ours that each part types for itself, by kind."""


@dataclass(frozen=True)
class Part:
    """A row that each record becomes, and the profile by which it is typed.

    `source` says what it is made of: empty where the record is the row. A record has the row where
    one of `columns` of its file has a value. `place` is its ANSWER_PLACE. `is_reversed`: the lowest
    point is the most satisfied. `added` has, by our column, the columns of the file that add up to
    it.
    """

    profile: Profile
    source: str = ""
    columns: tuple[str, ...] = ()
    place: int = 0
    is_reversed: bool = False
    added: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """Which question or indicator of ours it is."""
        return self.profile.constants["question" if self.profile.kind == "ratings" else "indicator"]

    @property
    def made_of(self) -> tuple[tuple[str, str], ...]:
        """The columns of ours that are its own, each with what it is read from."""
        if self.profile.kind == "ratings":
            return (("answer", self.source),)
        return tuple((ours, " + ".join(theirs)) for ours, theirs in self.added.items())

    def turn(self, answer: pl.Expr) -> pl.Expr:
        """An answer with the highest point of its scale as the most satisfied."""
        turned = sum(SCALES[self.profile.scale]) - answer
        return turned.alias("answer") if self.is_reversed else answer


def list_parts(profile: Profile) -> tuple[Part, ...]:
    """The parts of each record: one where it is a row."""
    return (*_list_questions(profile), *_list_figures(profile)) or (Part(profile),)


def _list_questions(profile: Profile) -> Iterator[Part]:
    places = dict.fromkeys((each.question for each in profile.questions), 0)
    for each in profile.questions:
        own = _with_question(profile, each)
        place = places[each.question]
        yield Part(own, each.column, (each.column,), place=place, is_reversed=each.reversed)
        places[each.question] += 1


def _with_question(profile: Profile, question: Question) -> Profile:
    """The profile of a file that has this question's answers alone, an answer a row."""
    codes = {name: profile.missing_codes_of(name) for name in sendable_columns(profile.kind)}
    if question.missing_codes is not None:
        codes["answer"] = question.missing_codes
    values = {"answer": question.values} if question.values else {}
    return profile.model_copy(
        update={
            "questions": (),
            "columns": profile.columns | {"answer": question.column},
            "constants": profile.constants | {"question": question.question},
            "scale": question.scale or profile.scale,
            "missing_codes": codes,
            "values": profile.values | values,
        }
    )


def _list_figures(profile: Profile) -> Iterator[Part]:
    for each in profile.figures:
        constants = profile.constants | {"indicator": each.indicator}
        own = profile.model_copy(update={"figures": (), "constants": constants})
        columns = tuple(dict.fromkeys(name for added in each.added.values() for name in added))
        yield Part(own, each.source, columns, added=each.added)


def select_parts(rows: TextRows, profile: Profile) -> Iterator[tuple[Part, pl.DataFrame]]:
    """Each part with the records that have a row of it.

    Of ratings with SOURCE_COLUMN and ANSWER_PLACE, of figures with SOURCE_COLUMN and BROKEN_SUM. A
    record that is one row has it. Of others empty fields are no row, unless the missing codes of
    answers say what they mean. A record with more or fewer fields than the header is one row
    without a source, for none of its fields can be trusted. Raises FileFault: empty where no record
    has a row, too_large where they have more than a file may have.
    """
    parts = list_parts(profile)
    if not parts[0].source:
        yield parts[0], _with_own_columns(rows, rows.frame, parts[0])
        return
    is_whole = pl.col(FIELD_COUNT) == pl.col(EXPECTED_FIELD_COUNT)
    ragged = rows.frame.filter(~is_whole)
    found = [(replace(parts[0], source=""), ragged)] if ragged.height else []
    for part in parts:
        names = [name_in_frame(name) for name in part.columns if name in rows.header]
        if names:
            is_sent = pl.any_horizontal(pl.col(names).is_not_null())
            found.append((part, rows.frame.filter(is_whole & (is_sent | _has_meaning(part)))))
    _check_count(sum(frame.height for _, frame in found), profile)
    yield from ((part, _with_own_columns(rows, frame, part)) for part, frame in found)


def number_rows() -> pl.Expr:
    """A number for each row of one file: the same for all entries of tables.REJECTED of a row.

    It is the record's number with the part that it is, for a pair of columns takes much memory.
    """
    part = pl.col(SOURCE_COLUMN).cast(pl.Categorical).to_physical().cast(pl.Int64)
    return pl.col("row_number") * _MOST_PARTS + part.fill_null(_MOST_PARTS - 1)


def _has_meaning(part: Part) -> bool:
    """Whether an empty field of a part is an answer that was not given."""
    return part.profile.kind == "ratings" and "" in part.profile.missing_codes_of("answer")


def _with_own_columns(rows: TextRows, frame: pl.DataFrame, part: Part) -> pl.DataFrame:
    """The records with the columns that rows of a kind have besides those sent."""
    source = pl.lit(part.source or None, pl.String).alias(SOURCE_COLUMN)
    if part.profile.kind == "ratings":
        return frame.with_columns(source, pl.lit(part.place, pl.Int64).alias(ANSWER_PLACE))
    if part.profile.kind == "figures":
        return frame.with_columns(source, sums.find_broken_sum(part.profile, rows.header))
    return frame


def _check_count(count: int, profile: Profile) -> None:
    if not count:
        raise FileFault(
            "empty",
            "no row has a value in any column of [[questions]] or [[figures]]: export it again, or "
            "name the right columns in the profile",
            "không dòng nào có giá trị ở các cột khai báo trong [[questions]] hoặc [[figures]]: "
            "xuất lại tệp, hoặc khai báo đúng tên cột trong cấu hình ánh xạ",
        )
    if count > profile.limits.lines:
        raise FileFault(
            "too_large",
            f"it has more than {profile.limits.lines:,} answers or figures: send it in several "
            "files, or raise lines under [limits] in the profile",
            f"tệp có hơn {write_number_vi(profile.limits.lines)} câu trả lời hoặc số liệu: chia "
            "thành nhiều tệp, hoặc tăng lines trong mục [limits] của cấu hình ánh xạ",
        )
