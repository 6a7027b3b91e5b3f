"""What an inspector may ask about, as the peer counts it: SQL of DuckDB.

Here belong the cells of tables.PATTERNS and tables.ALLOWED for a month that no month goes before
and whose exports have no requests for more papers. Not here: the tables that they are counted from
(peer).
"""

from pipeline.tallies import allowed, patterns

_DAY, _MINUTE, _SECOND = 86_400_000, 60_000, 1_000
_WORKING_DAY = 28_800_000
_FILE_AND_UNIT = "sender_code, sha256, unit_code"


def count_allowed(month: str, start: str) -> str:
    """A query for the cells of tables.ALLOWED, from `judged`."""
    passed = "greatest(first_due_worked - received_at_worked, 0)"
    days = f"({passed} + {_WORKING_DAY} // 2) // {_WORKING_DAY}"
    return f"""
        select '{month}' as month, {_FILE_AND_UNIT}, 'working' as clock, procedure_code,
            least({days}, {allowed.MOST_DAYS}) as allowed_days,
            count(*) as dossiers
        from judged
        where received_at >= {start} and first_due is not null and procedure_code is not null
        group by all
    """


def count_patterns(month: str, start: str, end: str) -> str:
    """A query for the cells, from `typed`, `judged`, `days` and `abolished` (code, gone_from).

    `start` and `end` are the month's, as SQL writes them.
    """
    return f"""
        with ends as (
            select *, epoch_ms(ended_at) as end_ms, end_ms % {_DAY} != 0 as is_timed
            from judged where has_result and not has_ended_before_month
        ), {_count_ends()}, {_count_crowds()}, {_read_codes(start, end)}, {_count_codes()},
        found as (
            {_SHOWN_BY_ONE}
            union all select * from crowded
            union all select {_FILE_AND_UNIT}, 'code_of_several', 0, count(*)
                from judged group by all
            union all select sender_code, sha256, sender_code, 'ended_before_received',
                count(*) filter (ended_at < received_at), count(*) from typed group by all
            union all select * from of_codes
            union all select * from missing
        )
        select '{month}' as month, {_FILE_AND_UNIT}, finding, sum(cases)::bigint as cases,
            sum(looked_at)::bigint as looked_at
        from found group by all having sum(looked_at) > 0
    """


_SHOWN_BY_ONE = f"""
    select {_FILE_AND_UNIT}, 'ended_at_receipt' as finding, at_receipt as cases,
        timed as looked_at
    from shown join known_times using (sender_code) where knows_times
    union all
    select {_FILE_AND_UNIT}, 'ended_on_day_off', on_day_off, ended from shown
"""


def _count_ends() -> str:
    """Of each file and unit: ends, those with a time of day, and those that show something."""
    return f"""
        shown as (
            select {_FILE_AND_UNIT}, count(*) as ended, count(*) filter (is_timed) as timed,
                count(*) filter (is_timed and end_ms != epoch_ms(received_at)) as own,
                count(*) filter (
                    is_timed and end_ms // {_SECOND} = epoch_ms(received_at) // {_SECOND}
                ) as at_receipt,
                count(*) filter (is_worked_end = 0) as on_day_off
            from ends group by all
        ), known_times as (
            select sender_code, 2 * sum(own) > sum(ended) as knows_times from shown group by all
        )
    """


def _count_crowds() -> str:
    """Ends of a unit in one minute, and in one second; the few crowds are found first."""
    parts = [
        f"""
            select ends.sender_code, sha256, ends.unit_code, '{finding}' as finding,
                count(crowds.moment) as cases, count(*) as looked_at
            from ends left join (
                select sender_code, unit_code, end_ms // {length} as moment
                from ends where is_timed group by all having count(*) >= {least}
            ) as crowds
                on crowds.sender_code = ends.sender_code and crowds.unit_code = ends.unit_code
                and crowds.moment = end_ms // {length}
            where is_timed group by ends.sender_code, sha256, ends.unit_code
        """
        for finding, length, least in (
            ("ended_in_one_minute", _MINUTE, patterns.SAME_MINUTE),
            ("ended_at_one_time", _SECOND, patterns.SAME_SECOND),
        )
    ]
    return f"crowded as ({' union all '.join(parts)})"


def _read_codes(start: str, end: str) -> str:
    """The national codes of dossiers received in the month.

    Nearly all have the day of receipt and four digits, so only the others are read as text.
    """
    return rf"""
        received as materialized (
            select {_FILE_AND_UNIT}, dossier_id, received_at,
                dossier_id[-12:-5] = strftime(received_at, '-%y%m%d-')
                    and dossier_id[-4:] between '0000' and '9999'
                    and try_cast(dossier_id[-4:] as integer) is not null
                    and length(dossier_id) > 12 as is_usual
            from typed
            where not is_rejected and received_at >= {start} and received_at < {end}
        ), read_as_text as (
            select {_FILE_AND_UNIT}, received_at,
                regexp_extract(dossier_id, '^(.+)-(\d{{6}})-(\d{{4,6}})$',
                    ['body', 'day', 'number']) as parts
            from received where not is_usual
        ), codes as materialized (
            select {_FILE_AND_UNIT}, received_at, dossier_id[:-13] as body,
                received_at::date as day, dossier_id[-4:]::integer as number, true as is_four
            from received where is_usual
            union all
            select {_FILE_AND_UNIT}, received_at, parts.body,
                try_strptime('20' || parts.day, '%Y%m%d')::date as code_day,
                parts.number::integer, length(parts.number) = 4
            from read_as_text where parts.body != '' and code_day is not null
        )
    """


def _count_codes() -> str:
    """Codes of another day or of a body that is no more, and numbers of a day that nobody has."""
    return f"""
        bodies as (
            select body, arg_max(gone_from, length(code)) as gone_from
            from (select distinct body from codes)
            join abolished on body = code or starts_with(body, code || '.') group by body
        ), of_codes as (
            select {_FILE_AND_UNIT}, unnest(['code_of_another_day', 'code_of_abolished_body']),
                unnest([
                    count(*) filter (day != received_at::date),
                    count(*) filter (received_at::date >= gone_from)
                ]),
                count(*)
            from codes left join bodies using (body) group by {_FILE_AND_UNIT}
        ), spans as (
            select sender_code, min(sha256) as sha256, body as unit_code,
                max(number) - min(number) + 1 as span, count(*) as there
            from codes
            where is_four and date_trunc('month', day) = (
                select date_trunc('month', max(received_at)) from received
            )
            group by sender_code, body, day
        ), missing as (
            select {_FILE_AND_UNIT}, 'number_missing',
                sum(greatest(span - there, 0)), sum(span)
            from spans semi join (select distinct sender_code, unit_code from received) as handled
                using (sender_code, unit_code)
            group by all
        )
    """
