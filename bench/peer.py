"""The peer that does the same work: exports to tallies in DuckDB alone.

Here belong the archive with its hashes, typed and rejected rows, the row rules, the cells of
outcomes and ages, and the ledger, for a month of dossiers in the national layout that no month goes
before. It does less than we do where SQL has no short way: its rows have no number, it masks no
value and never looks for a quote that swallows records. Not here: the cells of patterns
(peer_patterns), timing (measure), what we do ourselves (steps).
"""

import hashlib
import os
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl

from assets.month.installation import Installation
from bench.peer_patterns import count_allowed, count_patterns
from pipeline import months, tables
from pipeline.calendar import Calendar
from pipeline.codes import SCIENTIFIC
from pipeline.home import Home
from pipeline.tallies.patterns import abolished_codes

_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2080, 12, 31)
_HOUR = 3_600_000
_TIMES = {
    "received_at": "NgayTiepNhan",
    "due_at": "NgayHenTra",
    "first_due_at": "NgayHenTraDau",
    "ended_at": "NgayKetThucXuLy",
    "handed_over_at": "NgayTra",
}
_STATUSES = {
    "1": "newly_registered",
    "2": "received",
    "3": "not_received",
    "4": "in_progress",
    "5": "supplement_requested",
    "6": "payment_requested",
    "7": "withdrawn",
    "8": "stopped",
    "9": "finished",
    "10": "handed_over",
}
_CHANNELS = {"1": "counter", "2": "online", "3": "post"}
_APPLICANTS = {"1": "citizen", "2": "enterprise", "3": "agency", "4": "other"}
_KEYS = "sender_code, sha256, unit_code"


def find_folder(home: Home) -> Path:
    """Where the peer writes."""
    return home.root / "peer"


def count(home: Home, month: str) -> dict[str, int]:
    """The peer's work, and the figures of steps.counts from its cells."""
    Peer(home, month).make_tallies()
    return count_dossiers(pl.read_parquet(find_folder(home) / "outcomes.parquet"))


def count_dossiers(outcomes: pl.DataFrame) -> dict[str, int]:
    """Dossiers by what became of them, from cells of tables.OUTCOMES by one deadline rule."""

    def of(column: str, *values: str) -> int:
        return int(outcomes.filter(outcomes[column].is_in(values))["dossiers"].sum())

    early_or_on_day = ("finished_early", "finished_on_due_date")
    return {
        "finished": of("outcome", *early_or_on_day, "finished_overdue", "finished_without_due"),
        "finished_on_time": of("outcome", *early_or_on_day),
        "on_time": of("verdict", "on_time"),
        "late": of("verdict", "late"),
        "open_not_due": of("outcome", "open_not_due"),
        "open_overdue": of("outcome", "open_overdue"),
    }


def find_differences(home: Home, ours: Mapping[str, pl.DataFrame]) -> list[str]:
    """The tables that differ from ours in a cell; of what is remembered, in the number of rows."""
    differing = []
    for name, table in ours.items():
        theirs = pl.read_parquet(find_folder(home) / f"{name}.parquet")
        if name in tables.REMEMBERED:
            is_same = theirs.height == table.height
        else:
            dtypes = pl.Schema({key: table.schema[key] for key in theirs.columns})
            own = table.select(theirs.columns).sort(theirs.columns)
            is_same = theirs.cast(dtypes).sort(theirs.columns).equals(own)
        if not is_same:
            differing.append(name)
    return differing


class Peer:
    """A folder of its own with what DuckDB made of a month's exports of a home."""

    def __init__(self, home: Home, month: str) -> None:
        self.folder = find_folder(home)
        self._home, self._month = home, month
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self._sql = duckdb.connect()
        # Files are written one a sender; the order of their rows is not asked for.
        self._sql.execute("set preserve_insertion_order = false")

    def make_tallies(self) -> None:
        """From the inbox to the cells of every table of counts, each a Parquet file."""
        self._archive()
        self._register_agencies()
        self._register_days()
        self._type()
        self._split()
        self._judge()
        self._count_outcomes()
        self._count_ages()
        self._count_findings()
        self._write_ledger()

    def _archive(self) -> None:
        """Every file under its SHA-256, flushed to the disk."""
        archive = self.folder / "archive"
        archive.mkdir()
        files = sorted(self._home.inbox.glob(f"*/{self._month}/dossiers.csv"))

        def keep(path: Path) -> tuple[str, str, str]:
            digest, half = hashlib.sha256(), archive / f"{path.parent.parent.name}.half"
            with path.open("rb") as source, half.open("wb") as copy:
                while block := source.read(1 << 20):
                    digest.update(block)
                    copy.write(block)
                copy.flush()
                os.fsync(copy.fileno())
            kept = half.replace(archive / digest.hexdigest())
            return path.parent.parent.name, digest.hexdigest(), str(kept)

        with ThreadPoolExecutor() as readers:
            kept = pl.DataFrame(
                list(readers.map(keep, files)),
                schema=["sender_code", "sha256", "file"],
                orient="row",
            )
        self._files = kept["file"].to_list()
        self._keep_table("files", kept)

    def _register_agencies(self) -> None:
        """To which sender each unit belongs."""
        register = Installation(self._home).register
        senders = [row[0] for row in self._sql.sql("select sender_code from files").fetchall()]
        pairs = [
            (sender, unit) for sender in senders for unit in register.below(sender, self._month)
        ]
        belongs = pl.DataFrame(pairs, schema=["sender_code", "unit_code"], orient="row")
        known = register.at(self._month).select(unit_code="code")
        self._keep_table("belongs", belongs)
        abolished = abolished_codes(register, self._month)
        self._keep_table(
            "abolished",
            pl.DataFrame(
                list(abolished.items()),
                schema={"code": pl.String, "gone_from": pl.Date},
                orient="row",
            ),
        )
        self._keep_table("known", known)

    def _register_days(self) -> None:
        """Working milliseconds before each day, and whether it is worked."""
        calendar: Calendar = Installation(self._home).calendar
        days = pl.select(day=pl.date_range(_FIRST_DAY, _LAST_DAY)).with_columns(
            is_worked=pl.Series(
                [
                    int(calendar.is_working_day(day))
                    for day in pl.date_range(_FIRST_DAY, _LAST_DAY, eager=True)
                ]
            )
        )
        before = (pl.col("is_worked").cum_sum() - pl.col("is_worked")) * 8 * _HOUR
        self._keep_table("days", days.with_columns(before=before))

    def _type(self) -> None:
        """Typed rows, and whether each breaks a row rule."""
        times = ", ".join(
            f"try_strptime({theirs}, '%Y%m%d%H%M%S')::timestamp_ms as {ours}_typed, "
            f"{theirs} as {ours}_as_sent"
            for ours, theirs in _TIMES.items()
        )
        own_times = ", ".join(f"{name}_typed as {name}" for name in _TIMES if name != "ended_at")
        broken = " or ".join(f"coalesce({rule}, false)" for rule in self._rules().values())
        self._sql.execute(f"""
            create temp table typed as
            with sent as (
                select files.sender_code, files.sha256, trim(MaHoSo) as dossier_id,
                    trim(MaTTHC) as procedure_code, trim(DonViXuLy) as unit_code,
                    {_map_words("TrangThaiHoSo", _STATUSES)} as status,
                    TrangThaiHoSo as status_as_sent,
                    {_map_words("KenhThucHien", _CHANNELS, "other")} as channel,
                    {_map_words("LoaiDoiTuong", _APPLICANTS, "other")} as applicant,
                    {times}
                from read_csv({self._files!r}, all_varchar = true, filename = true) as sent
                join files on files.file = sent.filename
            ), completed as (
                select *, {own_times},
                    if(status in ('finished', 'handed_over') and ended_at_as_sent is null,
                        handed_over_at_typed, ended_at_typed) as ended_at
                from sent
            ), placed as (
                select completed.*, case when completed.unit_code is null then null
                    when belongs.unit_code is not null then 'known'
                    when known.unit_code is not null then 'foreign' else 'unknown' end as standing
                from completed left join known on known.unit_code = completed.unit_code
                left join belongs on belongs.sender_code = completed.sender_code
                    and belongs.unit_code = completed.unit_code
            )
            select * exclude ({", ".join(f"{name}_typed" for name in _TIMES)}),
                {broken} as is_rejected
            from placed
        """)

    def _rules(self) -> dict[str, str]:
        """By row rule, what is true of a row that breaks it."""
        end = _instant(months.end(self._month))
        export = _instant(months.end(months.shifted(self._month, 3)))
        reach = _instant(months.end(months.shifted(self._month, 600)))
        rules = {
            "unit_is_there": "standing is null",
            "unit_is_known": "standing = 'unknown'",
            "unit_belongs_to_sender": "standing = 'foreign'",
            "dossier_id_is_there": "dossier_id is null",
            "status_is_there": "status_as_sent is null",
            "status_is_in_list": "status is null and status_as_sent is not null",
            "received_at_is_there": "received_at_as_sent is null",
            "received_before_month_end": f"received_at >= {end}",
            "received_since_there_are_records": "received_at < timestamp '1990-01-01'",
            "due_in_reach": f"due_at >= {reach}",
            "first_due_in_reach": f"first_due_at >= {reach}",
            "ended_before_export": f"ended_at >= {export}",
            "handed_over_before_export": f"handed_over_at >= {export}",
            "ended_has_its_date": "status in ('finished', 'handed_over') and ended_at is null "
            "and ended_at_as_sent is null",
            "left_has_its_date": "status in ('withdrawn', 'stopped') and ended_at is null "
            "and ended_at_as_sent is null",
            "open_has_no_end_date": "status in ('newly_registered', 'received', 'in_progress', "
            "'supplement_requested', 'payment_requested') and ended_at is not null",
        }
        for code in ("dossier_id", "procedure_code", "unit_code"):
            rules[f"{code}_is_whole"] = f"regexp_matches({code}, '{SCIENTIFIC}')"
        for name in _TIMES:
            rules[f"{name}_is_a_time"] = f"{name} is null and {name}_as_sent is not null"
            if name != "received_at":
                rules[f"{name}_not_before_received"] = f"{name} < received_at"
        return rules

    def _split(self) -> None:
        """Accepted and rejected rows, each a Parquet file a sender."""
        start, end = _instant(months.start(self._month)), _instant(months.end(self._month))
        keys, rows, late = self._sql.sql(f"""
            select count(distinct hash(sender_code, dossier_id)), count(*),
                count(*) filter (received_at >= {end} or ended_at < {start})
            from typed
        """).fetchall()[0]
        if keys != rows or late > rows / 2:
            raise SystemExit("the peer knows no copies, and no file of another month")
        self._copy(
            f"select {_KEYS}, dossier_id, procedure_code, status, channel, applicant, "
            f"{', '.join(_TIMES)} from typed where not is_rejected",
            "dossiers",
            by_sender=True,
        )
        reasons = ", ".join(f"if({rule}, '{name}', null)" for name, rule in self._rules().items())
        self._copy(
            f"select *, list_filter([{reasons}], lambda rule: rule is not null) as rules "
            "from typed where is_rejected",
            "rejected",
            by_sender=True,
        )

    def _judge(self) -> None:
        """The dossiers that count as they stood at the month's end, with hours worked."""
        start, end = _instant(months.start(self._month)), _instant(months.end(self._month))
        moments = ("received_at", "first_due", "ended_at")
        worked = ", ".join(f"{_worked(name)} as {name}_worked" for name in moments)
        joins = "\n".join(
            f"left join days as {name}_day on {name}_day.day = {name}::date" for name in moments
        )
        self._sql.execute(f"""
            create temp table judged as
            with counted as (
                select *, coalesce(first_due_at, due_at) as first_due,
                    status in ('finished', 'handed_over') and coalesce(ended_at < {end}, false)
                        as has_result,
                    status in ('withdrawn', 'stopped') and coalesce(ended_at < {end}, false)
                        as has_left,
                    status in ('finished', 'handed_over', 'withdrawn', 'stopped')
                        and coalesce(ended_at < {start}, false) as has_ended_before_month
                from typed
                where not is_rejected and status not in ('newly_registered', 'not_received')
            ), worked as (
                select counted.*, {worked}, ended_at_day.is_worked as is_worked_end,
                    (select {_worked_at(months.start(self._month))}) as start_worked,
                    (select {_worked_at(months.end(self._month))}) as end_worked
                from counted {joins}
            )
            select *, has_ended_before_month or coalesce(first_due < {start}, false)
                    as is_already_judged,
                case when is_already_judged then null
                    when has_result and ended_at <= first_due then 'on_time'
                    when has_left and ended_at <= first_due then 'left'
                    when first_due < {end} then 'late' end as verdict
            from worked
        """)

    def _count_outcomes(self) -> None:
        start, end = _instant(months.start(self._month)), _instant(months.end(self._month))
        # Hours as Polars divides by one number, so that both round alike.
        used, allowed = (
            f"(({name}_worked - received_at_worked) * {1 / _HOUR!r}::double)"
            for name in ("ended_at", "first_due")
        )
        share = f"(1 - {used} / {allowed})"
        self._copy(
            f"""
            with cells as (
                select *,
                    case when has_ended_before_month then null
                        when received_at >= {start} then 'received' else 'carried_over' end
                        as intake,
                    case when has_ended_before_month then 'ended_before_month'
                        when has_left then 'left'
                        when has_result and due_at is null then 'finished_without_due'
                        when has_result and ended_at > due_at then 'finished_overdue'
                        when has_result and ended_at::date < due_at::date then 'finished_early'
                        when has_result then 'finished_on_due_date'
                        when due_at is null then 'open_without_due'
                        when due_at < {end} then 'open_overdue'
                        else 'open_not_due' end as outcome,
                    if(verdict is null, null, greatest(date_trunc('month', first_due), {start}))
                        as due_month,
                    case when not has_result or has_ended_before_month then null
                        when first_due is null then 'without_due'
                        when ended_at <= first_due
                            then if(verdict is not null and first_due < {end}, 'on_time', 'early')
                        else if(verdict is not null, 'late', 'late_before') end as served,
                    if(verdict = 'on_time' and first_due_worked > received_at_worked,
                        round_even(least(greatest({share}, 0), 1) * 1000, 0)::bigint, 0) as saved
                from judged
            )
            select {_KEYS}, coalesce(procedure_code, '') as procedure_code, channel, applicant,
                intake, outcome, verdict, strftime(due_month, '%Y-%m') as due_month,
                served, count(*) as dossiers, sum(saved)::bigint as saved_thousandths,
                sum(saved * saved)::bigint as saved_squared_millionths
            from cells group by all
            """,
            "outcomes",
        )

    def _count_ages(self) -> None:
        start = _instant(months.start(self._month))
        self._copy(
            f"""
            with aged as (
                select {_KEYS}, has_result, has_left, received_at < {start} as is_carried_over,
                    received_at = date_trunc('day', received_at) as is_by_day,
                    {_minutes("start_worked - received_at_worked")} as entry_minutes,
                    greatest({
                _minutes(
                    "if(has_result or has_left, ended_at_worked, end_worked) - received_at_worked"
                )
            }, 1) as exit_minutes
                from judged where not has_ended_before_month
            ), edged as (
                select *, {_edge_from("entry_minutes")} as entry,
                    {_edge_from("exit_minutes")} as leave
                from aged
            ), binned as (
                select *, case when not is_carried_over then 0
                    when is_by_day or entry >= leave
                        then {_edge_before("least(entry, leave)")}
                    else entry end as entered_at
                from edged
            ), ends as (
                select {_KEYS}, entered_at as age_minutes, count(*) as entered, 0 as finished,
                    0 as left_open, 0 as still_open
                from binned group by all
                union all
                select {_KEYS}, leave, 0, count(*) filter (has_result), count(*) filter (has_left),
                    count(*) filter (not has_result and not has_left)
                from binned group by {_KEYS}, leave
            )
            select {_KEYS}, age_minutes, sum(entered)::bigint as entered,
                sum(finished)::bigint as finished, sum(left_open)::bigint as left,
                sum(still_open)::bigint as still_open
            from ends group by all
            """,
            "ages",
        )

    def _count_findings(self) -> None:
        """What an inspector may ask about."""
        start, end = _instant(months.start(self._month)), _instant(months.end(self._month))
        self._copy(count_patterns(self._month, start, end), "patterns")
        self._copy(count_allowed(self._month, start), "allowed")

    def _write_ledger(self) -> None:
        """The dossiers that are open, their deadlines, and those that ended."""
        is_open = "not has_result and not has_left"
        name = "hash(sender_code, dossier_id, received_at::date) as dossier_hash"
        self._copy(
            f"""
            select sender_code, {name}, unit_code, procedure_code, channel, applicant, received_at,
                due_at, first_due as first_due_at,
                if(coalesce(due_at != first_due, false), 1, 0)::utinyint as due_changes
            from judged where {is_open} order by sender_code, dossier_hash
            """,
            "ledger",
        )
        self._copy(
            f"""
            select sender_code, {name}, first_due as deadline_at,
                if(verdict is not null or is_already_judged, '{self._month}', null) as judged_month
            from judged where {is_open}
                and (first_due is not null or verdict is not null or is_already_judged)
            order by sender_code, dossier_hash
            """,
            "deadlines",
        )
        self._copy(
            f"select sender_code, {name} from judged where not ({is_open}) "
            "order by sender_code, dossier_hash",
            "ended",
        )

    def _keep_table(self, name: str, frame: pl.DataFrame) -> None:
        path = self.folder / f"{name}.parquet"
        frame.write_parquet(path)
        self._sql.execute(f"create temp table {name} as from read_parquet('{path}')")

    def _copy(self, query: str, name: str, *, by_sender: bool = False) -> None:
        """Writes what a query gives, packed as we pack it."""
        by = ", partition_by (sender_code)" if by_sender else ""
        path = self.folder / (name if by_sender else f"{name}.parquet")
        self._sql.execute(f"copy ({query}) to '{path}' (format parquet, compression lz4{by})")


def _instant(moment: datetime) -> str:
    return f"timestamp '{moment}'"


def _map_words(column: str, words: dict[str, str], default: str | None = None) -> str:
    cases = " ".join(f"when '{theirs}' then '{ours}'" for theirs, ours in words.items())
    other = f"if({column} is null, null, '{default}')" if default else "null"
    listed = ", ".join(f"'{word}'" for word in dict.fromkeys((*words.values(), default or "")))
    return f"(case {column} {cases} else {other} end)::enum({listed})"


def _in_day(moment: str) -> str:
    """Milliseconds worked since midnight on a day that is worked."""
    time = f"(epoch_ms({moment}) % {24 * _HOUR})"
    return (
        f"(least(greatest({time} - {8 * _HOUR}, 0), {4 * _HOUR})"
        f" + least(greatest({time} - {13 * _HOUR}, 0), {4 * _HOUR}))"
    )


def _worked(moment: str) -> str:
    return f"({moment}_day.before + {moment}_day.is_worked * {_in_day(moment)})"


def _worked_at(moment: datetime) -> str:
    return f"before from days where day = date '{moment:%Y-%m-%d}'"


def _minutes(age: str) -> str:
    return f"(greatest({age}, 0) + 59999) // 60000"


def _width(beyond: str) -> str:
    return f"if({beyond} = 0, 1, 1::bigint << (floor(log2({beyond}))::int + 1))"


def _edge_from(minutes: str) -> str:
    width = _width(f"(greatest({minutes} - 1, 0) // 200)")
    return f"({minutes} + ((-{minutes}) & ({width} - 1)))"


def _edge_before(minutes: str) -> str:
    below = f"greatest({minutes} - 1, 0)"
    return f"({below} - ({below} & ({_width(f'({below} // 200)')} - 1)))"
