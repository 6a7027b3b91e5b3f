"""For each fault, exports that are refused as a whole.

Here belongs one input for each message of a fault. Not here: rows that break a rule
(provoking_rows), what such an input is (provoking_file), running them and writing the page
(messages).
"""

import gzip
import io
import zipfile

from bench.provoking_file import FIGURES, GOOD, ProvokingFile
from bench.provoking_rows import MONTH

_OWN = """kind = "dossiers"
{more}
[columns]
dossier_id = "id"
status = "state"
received_at = "from"
due_at = "due"
ended_at = "end"
[values.status]
xong = "finished"
mo = "in_progress"
"""
_SURVEY = """kind = "ratings"
columns = { answered_at = "day" }
[[questions]]
column = "Q1"
question = "access"
[[questions]]
column = "Q2"
question = "results"
"""
_HEADER = "id,state,from,due,end,name\n"
_OWN_ROW = "HS-{number},xong,20261005090000,20261012170000,20261008100000,{name}\n"


def _own(more: str = 'date_formats = ["%Y%m%d%H%M%S"]') -> tuple[str, ...]:
    return (_OWN.format(more=more),)


def _versions(more: str = "") -> tuple[str, ...]:
    """The own layout, and a version of it with another column of statuses."""
    return (f'{_own()[0]}[[versions]]\n{more}\ncolumns.status = "stand"\n',)


def _rows(*names: str) -> bytes:
    """An export in the own layout, one row for each name."""
    rows = (_OWN_ROW.format(number=number, name=name) for number, name in enumerate(names))
    return (_HEADER + "".join(rows)).encode()


def _ratings(count: int) -> bytes:
    """So many ratings without a code, each of another day."""
    rows = (f"{3 + day % 3},{MONTH}-{day:02d} 09:{day + 10}\n" for day in range(1, count + 1))
    return "".join(["a,at\n", *rows]).encode()


def _figures(*rows: str) -> bytes:
    return (FIGURES + "".join(f"{row}\n" for row in rows)).encode()


def _correction(row: str) -> str:
    """A declared correction of one row."""
    who = 'reported_by = "Sở A"\nreported_on = 2026-11-04\nwhy = "a slip"\n'
    return f"{who}[[rows]]\n{row}\n"


def _zip(name: str) -> bytes:
    """A zip with one file of that name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, GOOD)
    return packed.getvalue()


_DAYS = "".join(
    f"HS-{number},xong,0{number}/06/2026,1{number}/10/2026,08/10/2026,\n" for number in range(1, 6)
)
_EXCHANGED = "".join(
    f"HS-{number}0,mo,2026-0{number}-10,30/11/2026,,\n"
    f"HS-{number}1,mo,1{number + 2}/10/2026,30/11/2026,,\n"
    for number in range(1, 6)
)
_TWO_RECEIPTS = "".join(
    f"{number},xong,202610{day:02d}090000,20261020170000,20261021100000,\n"
    for number in range(5)
    for day in (5, 6)
)
_LOST = "".join("2.61E+11,xong,20261005090000,20261012170000,20261008100000,\n" for _ in range(10))
_ENDED_BEFORE = "HS-1,xong,20260901090000,20260930170000,20260929100000,\n"
_STILL_OPEN = "HS-2,mo,20260901090000,20261030170000,,\n"
_WEIGHTS = (
    'kind = "ratings"\ndate_formats = ["%Y-%m-%d"]\n'
    '[columns]\nrespondent_id = "id"\nanswer = "a"\nanswered_at = "at"\nweight = "w"\n'
)

_ROWS_OF_RATINGS = (
    'kind = "ratings"\ndate_formats = ["%Y-%m-%d %H:%M"]\nidentity = "row_number"\n'
    '[columns]\nanswer = "a"\nanswered_at = "at"\n'
)

PROVOKING_FILES: dict[str, ProvokingFile] = {
    "unknown_sender": ProvokingFile("unknown_sender", "a folder whose name is no agency's code"),
    "other name": ProvokingFile("unknown_kind", "`so-lieu.csv`", file_name="so-lieu.csv"),
    "other ending": ProvokingFile("unknown_kind", "`figures.docx`", file_name="figures.docx"),
    "too deep": ProvokingFile(
        "wrong_place", f"`{MONTH}/moi/figures.csv`", file_name="moi/figures.csv"
    ),
    "two profiles": ProvokingFile(
        "ambiguous_profile",
        "two own profiles fit the file",
        _rows("A"),
        "dossiers.csv",
        _own() * 2,
    ),
    "correction without a row": ProvokingFile(
        "broken_correction",
        "a correction whose `key` is the number of no row",
        corrections=(_correction('key = 9\ncolumn = "numerator"\nfrom = "90"\nto = "91"'),),
    ),
    "correction of another value": ProvokingFile(
        "broken_correction",
        "a correction whose `from` is not what was sent",
        corrections=(_correction('key = 2\ncolumn = "numerator"\nfrom = "80"\nto = "91"'),),
    ),
    "correction of a code": ProvokingFile(
        "broken_correction",
        "a correction by code, of a file without codes",
        corrections=(_correction('key = "A"\ncolumn = "numerator"\nfrom = "90"\nto = "91"'),),
    ),
    "correction of a lost column": ProvokingFile(
        "broken_correction",
        "a correction of a column that the profile does not name",
        corrections=(_correction('key = 2\ncolumn = "status"\nfrom = "1"\nto = "2"'),),
    ),
    "correction of many rows": ProvokingFile(
        "broken_correction",
        "a correction by a code that two rows have",
        _rows("A") + _rows("A").partition(b"\n")[2],
        "dossiers.csv",
        _own(),
        (_correction('key = "HS-0"\ncolumn = "status"\nfrom = "xong"\nto = "mo"'),),
    ),
    "two corrections": ProvokingFile(
        "broken_correction",
        "two corrections of one value",
        corrections=(_correction('key = 2\ncolumn = "numerator"\nfrom = "90"\nto = "91"'),) * 2,
    ),
    "correction with a wrong column": ProvokingFile(
        "broken_correction",
        '`column = "numerater"` in a correction',
        corrections=(_correction('key = 2\ncolumn = "numerater"\nfrom = "90"\nto = "91"'),),
    ),
    "misspelt key": ProvokingFile(
        "broken_profile",
        '`delimeter = ";"` in the profile',
        _rows("A"),
        "dossiers.csv",
        _own('delimeter = ";"'),
    ),
    "zone passed over": ProvokingFile(
        "broken_profile",
        '`date_formats = ["%Y-%m-%d %H:%M %Z"]`',
        _rows("A"),
        "dossiers.csv",
        _own('date_formats = ["%Y-%m-%d %H:%M %Z"]'),
    ),
    "no bytes": ProvokingFile("empty", "a file of 0 bytes", b""),
    "header alone": ProvokingFile("empty", "a header and no row", FIGURES.encode()),
    "no answers": ProvokingFile(
        "empty",
        "a survey with a question a column, and no answer in it",
        b"day,Q1,Q2\n20261005090000,,\n",
        "ratings.csv",
        (_SURVEY,),
    ),
    "broken gzip": ProvokingFile(
        "unreadable", "a gzip that is cut short", gzip.compress(GOOD.encode(), mtime=0)[:-9]
    ),
    "gzip twice": ProvokingFile(
        "unreadable", "a gzip in a gzip", gzip.compress(gzip.compress(GOOD.encode(), mtime=0))
    ),
    "workbook": ProvokingFile(
        "unreadable", "a workbook that is named .csv", _zip("xl/workbook.xml")
    ),
    "zip": ProvokingFile("unreadable", "a zip that is named .csv", _zip("figures.csv")),
    "PDF": ProvokingFile("unreadable", "a PDF that is named .csv", b"%PDF-1.7\n1 0 obj\n"),
    "web page": ProvokingFile("unreadable", "a web page", b"<!DOCTYPE html><html></html>"),
    "JSON": ProvokingFile("unreadable", "JSON", b'{"rows": [{"indicator": "due_on_time"}]}'),
    "UTF-16": ProvokingFile("unreadable", "text in UTF-16", GOOD.encode("utf-16")),
    "NUL bytes": ProvokingFile("unreadable", "NUL bytes in the text", b"indicator,\x00\n1,2\n"),
    "other encoding": ProvokingFile(
        "unreadable",
        "Windows-1258, where UTF-8 is said",
        "indicator,ghi chú\ndue_on_time,đúng hạn\n".encode("cp1258", "ignore"),
    ),
    "open quote": ProvokingFile(
        "unreadable",
        "a quote that is opened and never closed",
        _rows('"A', "B"),
        "dossiers.csv",
        _own(),
    ),
    "swallowed rows": ProvokingFile(
        "unreadable",
        "two rows whose names lost their closing quotes, with rows between them",
        _rows('"A', "B", '"C'),
        "dossiers.csv",
        _own(),
    ),
    "second header": ProvokingFile(
        "unreadable",
        "two files in one, with the columns of the second in another order",
        _rows("A") + b"id,state,from,end,due,name\n" + _rows("B").partition(b"\n")[2],
        "dossiers.csv",
        _own(),
    ),
    "no column": ProvokingFile(
        "missing_column", "a header without `numerator`", b"indicator,month,denominator\na,b,1\n"
    ),
    "column twice": ProvokingFile(
        "missing_column",
        "a header with `numerator` twice",
        b"indicator,month,numerator,numerator,denominator\na,b,1,1,1\n",
    ),
    "column renamed": ProvokingFile(
        "missing_column",
        "a header with `state of dossier` and `phone` where it had `state`",
        _rows("A").replace(b"state", b"state of dossier").replace(b"name", b"phone"),
        "dossiers.csv",
        _own(),
    ),
    "two names of a column": ProvokingFile(
        "missing_column",
        '`status = ["state", "name"]`, and both in the header',
        _rows("A"),
        "dossiers.csv",
        (_own()[0].replace('"state"', '["state", "name"]'),),
    ),
    "no version": ProvokingFile(
        "missing_column",
        "a header that neither of two versions of the profile has",
        _rows("A").replace(b"state", b"status"),
        "dossiers.csv",
        _versions(f'valid_from = "{MONTH}"'),
    ),
    "two versions": ProvokingFile(
        "ambiguous_profile",
        "a header that two versions of the profile have, and no dates",
        _rows("A").replace(b"state", b"state,stand"),
        "dossiers.csv",
        _versions(),
    ),
    "version of another month": ProvokingFile(
        "no_profile",
        'a header of the version with `valid_from = "2027-01"`',
        _rows("A").replace(b"state", b"stand"),
        "dossiers.csv",
        _versions('valid_from = "2027-01"'),
    ),
    "header too low": ProvokingFile(
        "missing_column",
        "`header_row = 900`, and two lines in the file",
        _rows("A"),
        "dossiers.csv",
        _own("header_row = 900"),
    ),
    "form without numbers": ProvokingFile(
        "missing_column",
        '`form = "ii-06a"`, and no row with the numbers of the columns',
        "TT,Đơn vị,Tổng số\n1,SENDER,30\n".encode(),
        "figures.csv",
        ('kind = "figures"\nform = "ii-06a"\n',),
    ),
    "long field": ProvokingFile(
        "too_large",
        "a field of 200,000 characters",
        _figures(f"due_on_time,{'x' * 200_000},{MONTH},90,100"),
    ),
    "many columns": ProvokingFile("too_large", "a header of 6,000 columns", b"c," * 6_000 + b"\n1"),
    "day or month first": ProvokingFile(
        "ambiguous_dates",
        'receipts like 05/06/2026, and `date_formats = ["%d/%m/%Y", "%m/%d/%Y"]`',
        (_HEADER + _DAYS).encode(),
        "dossiers.csv",
        _own('date_formats = ["%d/%m/%Y", "%m/%d/%Y"]'),
    ),
    "days taken for months": ProvokingFile(
        "ambiguous_dates",
        "1 to 5 October as 2026-01-10 to 2026-05-10, and 13 to 17 October as 13/10/2026 and so on",
        (_HEADER + _EXCHANGED).encode(),
        "dossiers.csv",
        _own('date_formats = ["%d/%m/%Y", "%Y-%m-%d"]'),
    ),
    "heavy weights": ProvokingFile(
        "impossible_weights",
        "1,001 ratings of weight 1,000,000",
        ("id,a,at,w\n" + "".join(f"{n},5,2026-10-09,1000000\n" for n in range(1001))).encode(),
        "ratings.csv",
        (_WEIGHTS,),
    ),
    "numbers anew": ProvokingFile(
        "ambiguous_identity",
        "codes 0 to 4, each for a dossier received on 5 October and one on 6 October",
        (_HEADER + _TWO_RECEIPTS).encode(),
        "dossiers.csv",
        _own(),
    ),
    "a survey sent twice": ProvokingFile(
        "repeated_rows",
        "12 ratings without codes, beside a file with these and one more",
        _ratings(12),
        "ratings.csv",
        (_ROWS_OF_RATINGS,),
        beside=_ratings(13),
    ),
    "lost digits": ProvokingFile(
        "lost_codes",
        "codes that a spreadsheet wrote as 2.61E+11",
        (_HEADER + _LOST).encode(),
        "dossiers.csv",
        _own(),
    ),
    "month before": ProvokingFile(
        "wrong_month", "all rows are of the month before", _figures("due_on_time,,2026-09,90,100")
    ),
    "month before, mostly open": ProvokingFile(
        "wrong_month",
        "one dossier that ended in the month before, and two that are open since then",
        (_HEADER + _ENDED_BEFORE + 2 * _STILL_OPEN).encode(),
        "dossiers.csv",
        _own(),
    ),
    "other agency": ProvokingFile(
        "foreign_sender",
        "all rows name a unit of another agency",
        b"unit_code,indicator,month,numerator,denominator\n"
        + f"Z9,due_on_time,{MONTH},90,100\n".encode(),
    ),
}
"""Exports by a name of their own."""

NEVER_PROVOKED = {
    "archive_damaged": "only bytes that change in the archive itself provoke it",
    "not_processed": "only a fault of the program provokes it",
}
"""Faults that no export can provoke, and why; each is told as it stands in the source."""
