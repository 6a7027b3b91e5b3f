"""Splitting an extract into month-end exports in the inbox.

Here belong what is asked for, the months, the names of the files, and that nothing in the inbox is
overwritten. Not here: how an extract is cut (pipeline.extracts), how the outcome is printed
(print_split).
"""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import polars as pl

from assets.command_line.profile_preview import Sending, find_profile, type_file, with_place
from assets.command_line.senders import check_sender
from assets.month.environment import check_finished, configured_first_month, last_finished_month
from pipeline import calendar, exports, extracts, masking, months
from pipeline.errors import WrongUseError
from pipeline.exports import TextRows
from pipeline.exports.writing import NotReadBackError, write_rows
from pipeline.extracts import Extract, MonthCounts, StatusWords
from pipeline.faults import FileFault
from pipeline.flushing import flush_file
from pipeline.home import Home
from pipeline.profiles import Profile, ProfileError, load_all
from pipeline.profiles.our_columns import moment_columns
from pipeline.records.times import read_moment

Listener = Callable[[str, int, int], None]
"""Hears what is done, how far it is, and how far it goes."""
_LIST_HEADER = b"row_number,reason,explanation\n"


class SplitError(WrongUseError):
    """An extract cannot be split as it was asked for; the message names the cure."""


@dataclass(frozen=True)
class SplitRequest:
    """What is to be split, and how.

    `first` and `last` are months, empty where the extract itself says them; `open_status` is the
    sender's word for an open record, empty where the profile says it. `is_trial`: nothing is
    written.
    """

    file: Path
    profile_name: str
    sender: str
    home: Home
    first: str = ""
    last: str = ""
    open_status: str = ""
    not_split: Path = Path("not-split.csv")
    is_trial: bool = False
    is_replacing: bool = False


@dataclass(frozen=True)
class Piece:
    """The export of a month: its place in the inbox, its counts, and whether it lay there before,
    with the same bytes.
    """

    path: Path
    counts: MonthCounts
    is_unchanged: bool


@dataclass(frozen=True)
class Split:
    """What came of an extract of a sender, as it is shown, like `H38 = Lào Cai`.

    Rows = rows placed + rows not placed. `not_placed` has reason, rows, and the first row by
    reason; `gaps` are those of extracts.count_gaps; `open_word` is the word that records are shown
    open with, None where none is needed.
    """

    sender: str
    profile: Profile
    rows: int
    placed_rows: int
    not_placed: tuple[tuple[str, int, int], ...]
    pieces: tuple[Piece, ...]
    gaps: dict[str, int]
    open_word: str | None


def split_extract(request: SplitRequest, listener: Listener) -> Split:
    """Cuts the extract, and writes the export of each month into the inbox, oldest first.

    Nothing is written where one of them would take the place of another file. Raises ProfileError,
    RegisterError, FileFault, ExtractError, StatusWordError or SplitError.
    """
    profile = find_profile(request.profile_name, request.home)
    name = choose_name(profile)
    _check_is_read(request, profile, name)
    _check_list(request.not_split)
    extract = _read_extract(request, profile)
    first, last = _choose_months(request, extract)
    sender = check_sender(request.home, request.sender, last)
    extract = extracts.within(extract, first, last)
    words = extracts.find_words(extract.profile, request.open_status)
    span = months.span(first, last)
    folder = request.home.inbox / request.sender
    writer = _Writer(extract, words, profile, is_replacing=request.is_replacing)
    for month in span:
        writer.check(folder / month / name, month)
    pieces = []
    for done, month in enumerate(span):
        listener("splitting", done, len(span))
        pieces.append(writer.write(folder / month / name, month, is_trial=request.is_trial))
    unplaced = extracts.list_unplaced(extract)
    if unplaced.height and not request.is_trial:
        _write_unplaced(unplaced, request.not_split, profile.kind)
    by_reason = unplaced.group_by("reason", maintain_order=True).agg(
        pl.len(), pl.col("row_number").min()
    )
    return Split(
        sender=sender,
        profile=profile,
        rows=extract.states.height,
        placed_rows=extract.states.height - unplaced.height,
        not_placed=tuple(by_reason.iter_rows()),
        pieces=tuple(piece for piece in pieces if piece.counts.rows),
        gaps=extracts.count_gaps(extract, first, last),
        open_word=words.shown_open,
    )


def choose_name(profile: Profile) -> str:
    """The name of the exports: one that the profile takes. SplitError where it takes no CSV."""
    pattern = profile.file_pattern or f"{profile.kind}*"
    from_pattern = pattern.replace("*", "-split", 1).replace("*", "")
    names = (
        f"{profile.kind}-split.csv",
        f"{profile.kind}.csv",
        from_pattern,
        f"{from_pattern}.csv",
    )
    for name in names:
        if fnmatchcase(name, pattern) and name.endswith(".csv") and name.startswith(profile.kind):
            return name
    raise SplitError(
        f"the exports are CSV files, and the profile {profile.name} takes only files named "
        f"{pattern}: give it a file_pattern that takes {profile.kind}-split.csv too, like "
        f"{profile.kind}*"
    )


def _check_is_read(request: SplitRequest, profile: Profile, name: str) -> None:
    """Raises ProfileError where a run would read the exports with another profile, or with none."""
    profiles = load_all(request.home.profiles, calendar.load_all(request.home.calendars))
    cure = (
        f"lay {profile.name}.toml into {request.home.profiles}, with {request.sender!r} among its "
        "senders"
    )
    try:
        chosen = profiles.choose(request.sender, profile.kind, name)
    except FileFault as fault:
        raise ProfileError(f"a run could not read the exports ({fault}): {cure}") from None
    if chosen.digest != profile.digest:
        raise ProfileError(
            f"a run would read the exports of {request.sender} with the profile {chosen.name}, not "
            f"with {request.profile_name}: {cure}, and see that no other takes {name}"
        )


def _read_extract(request: SplitRequest, profile: Profile) -> Extract:
    sending = Sending(request.home, "", request.sender)
    try:
        rows, own, typed = type_file(request.file, request.file.name, profile, sending)
    except FileFault as fault:
        raise with_place(fault, request.file) from None
    _check_times_are_text(rows, profile, own)
    return extracts.place_rows(rows, typed, own)


def _check_times_are_text(rows: TextRows, profile: Profile, own: Profile) -> None:
    """Raises SplitError where times are read in a format of the form alone, as in cells of dates.

    The exports are text, so the profile itself must have the format.
    """
    added = [each for each in own.date_formats if each not in profile.date_formats]
    if not added:
        return
    for column in moment_columns(profile.kind):
        name = exports.name_in_frame(own.columns.get(column, ""))
        if name not in rows.frame.columns:
            continue
        text = pl.col(name)
        is_lost = (
            read_moment(text, column, profile).is_null()
            & read_moment(text, column, own).is_not_null()
        )
        if rows.frame.select(is_lost.any()).item():
            lost = rows.frame.filter(is_lost).get_column(name)
            formats = ", ".join(f'"{each}"' for each in added if _reads_any(each, lost))
            raise SplitError(
                f"the exports are text, and the file has times of {column} in cells of dates: add "
                f"{formats} to date_formats of the profile {profile.name}"
            )


def _reads_any(date_format: str, texts: pl.Series) -> bool:
    return texts.str.to_datetime(date_format, strict=False).count() > 0


def _choose_months(request: SplitRequest, extract: Extract) -> tuple[str, str]:
    """The first and last month: those asked for, else those of the extract that can be run."""
    begun, ended = extracts.find_span(extract)
    first = months.checked(request.first) if request.first else max(begun, configured_first_month())
    last = months.checked(request.last) if request.last else min(ended, last_finished_month())
    check_finished([first, last])
    if first > last:
        raise SplitError(
            f"the first month, {first}, is after the last one, {last}: the extract has records of "
            f"{begun} to {ended}; see --from and --to"
        )
    return first, last


class _Writer:
    """Writes the exports of an extract, and never over another file."""

    def __init__(
        self, extract: Extract, words: StatusWords, profile: Profile, *, is_replacing: bool
    ) -> None:
        self._extract = extract
        self._words = words
        self._profile = profile
        self._is_replacing = is_replacing

    def check(self, path: Path, month: str) -> None:
        """Raises SplitError where the export would be beside or in the place of another file."""
        beside = [
            each.name
            for each in (path.parent.iterdir() if path.parent.is_dir() else ())
            if each.name.startswith(self._profile.kind) and each.name != path.name
        ]
        if beside:
            raise SplitError(
                f"{path.parent} has {self._profile.kind} already "
                f"({masking.show_file_name(min(beside))}), and files of one kind are parts of one "
                "export: leave the month out (--from, --to), or take that file away; nothing was "
                "written"
            )
        if path.exists() and not extracts.count_month(self._extract, month).rows:
            raise SplitError(
                f"{path} is there, and the extract has no record of {month} any more: take that "
                "file away, or leave the month out (--from, --to); nothing was written"
            )
        if path.exists() and not self._is_replacing and not self._is_same(path, month):
            raise SplitError(
                f"{path} is there with other content: leave the month out (--from, --to), or say "
                "--replace; nothing was written"
            )

    def write(self, path: Path, month: str, *, is_trial: bool) -> Piece:
        """Writes the export of a month whole or not at all; a month without rows has none."""
        counts = extracts.count_month(self._extract, month)
        if not counts.rows:
            return Piece(path, counts, is_unchanged=False)
        written = self._build(month)
        is_unchanged = path.is_file() and path.read_bytes() == written
        if not is_trial and not is_unchanged:
            _write_whole(path, written)
        return Piece(path, counts, is_unchanged)

    def _is_same(self, path: Path, month: str) -> bool:
        return path.is_file() and path.read_bytes() == self._build(month)

    def _build(self, month: str) -> bytes:
        text = extracts.cut_month(self._extract, month, self._words)
        try:
            return write_rows(text, self._extract.columns, self._profile)
        except NotReadBackError as error:
            raise SplitError(
                f"the profile {self._profile.name} would not read the export of {month} as it is "
                f"written: {error}; write a profile for the exports alone, and split with it"
            ) from None


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Names like this are passed over in the inbox.
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    flush_file(part)
    part.replace(path)


def _write_unplaced(unplaced: pl.DataFrame, path: Path, kind: str) -> None:
    """Lists the rows that stand in no month: row_number, reason, explanation."""
    explained = unplaced.with_columns(
        explanation=pl.col("reason").replace_strict(
            {reason: extracts.explain_reason(reason, kind) for reason in extracts.REASONS}
        )
    )
    explained.write_csv(path)


def _check_list(path: Path) -> None:
    """Raises SplitError where the list of rows would take the place of another file."""
    if path.is_dir() or (path.exists() and not path.read_bytes()[:200].startswith(_LIST_HEADER)):
        raise SplitError(
            f"{path} is there and is no list of rows that stand in no month: name another with "
            "--not-split"
        )
