"""No file takes more memory than its limits allow, and the one that passes a limit is told so."""

import gzip
import io
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import exports
from pipeline.exports.cutting import MOST_FIELD_CHARACTERS, MOST_RECORD_BYTES
from pipeline.faults import FileFault
from pipeline.profiles.limits import Limits

from .conftest import FrameOf

HEADER = "id,state,received\n"
MEBIBYTE = 1 << 20


def too_large(frame_of: FrameOf, text: str, **limits: int) -> str:
    with pytest.raises(FileFault) as raised:
        frame_of(text, limits=limits)
    assert raised.value.fault == "too_large"
    assert raised.value.message_vi
    return raised.value.message


def test_text_up_to_the_limit_is_unpacked_and_no_byte_more() -> None:
    limits = Limits(megabytes=1)
    for pack in (bytes, gzip.compress):
        most = b"a\n" * (MEBIBYTE // 2)
        assert exports.decode_text(pack(most), "utf-8", limits) == most
        with pytest.raises(FileFault, match="more than 1 MB of text once unpacked") as raised:
            exports.decode_text(pack(most + b"a"), "utf-8", limits)
        assert raised.value.fault == "too_large"
        assert "megabytes" in raised.value.message_vi


def test_several_gzip_files_in_one_are_one_text_under_one_limit() -> None:
    half = gzip.compress(b"a\n" * (MEBIBYTE // 4))
    assert len(exports.decode_text(half * 2, "utf-8", Limits(megabytes=1))) == MEBIBYTE
    with pytest.raises(FileFault, match="more than 1 MB"):
        exports.decode_text(half * 3, "utf-8", Limits(megabytes=1))


def test_a_file_on_disk_is_measured_before_it_is_read() -> None:
    exports.check_size(2048 * MEBIBYTE, Limits())
    with pytest.raises(FileFault, match="more than 2,048 MB") as raised:
        exports.check_size(2048 * MEBIBYTE + 1, Limits())
    assert "hơn 2.048 MB" in raised.value.message_vi


@pytest.mark.parametrize("quote", ["", '"'])
def test_lines_up_to_the_limit_are_read(frame_of: FrameOf, quote: str) -> None:
    text = HEADER + f"{quote}a{quote},1,x\n" * 9
    assert frame_of(text, limits={"lines": 10}).height == 9
    message = too_large(frame_of, text, lines=9)
    assert message.startswith("it has more than 9 lines: send it in several files, or raise lines")
    assert too_large(frame_of, text.replace("\n", "\r"), lines=9) == message


def test_blank_lines_count_as_lines(frame_of: FrameOf) -> None:
    assert "more than 99 lines" in too_large(frame_of, HEADER + "a,1,x\n" + "\n" * 99, lines=99)


def test_columns_up_to_the_limit_are_read(frame_of: FrameOf) -> None:
    text = "id,state,received,more\na,1,x,y\n"
    assert frame_of(text, limits={"columns": 4}).height == 1
    assert too_large(frame_of, text, columns=3).startswith("row 1: the header has more than 3 col")


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_field_up_to_the_limit_is_read_in_either_way(frame_of: FrameOf, quote: str) -> None:
    longest = "x" * MOST_FIELD_CHARACTERS
    first = f"{HEADER}{quote}a{quote},1,y\n"
    frame = frame_of(f"{first}a,1,{longest}\n")
    assert frame["received"].to_list() == ["y", longest]
    message = too_large(frame_of, f"{first}a,1,{longest}x\n")
    assert message.startswith("row 3: a field has more than 131,072 characters")


def test_letters_are_counted_and_not_their_bytes(frame_of: FrameOf) -> None:
    longest = "ệ" * MOST_FIELD_CHARACTERS
    assert frame_of(f"{HEADER}a,1,{longest}\n")["received"].to_list() == [longest]
    assert "131,072" in too_large(frame_of, f"{HEADER}a,1,{longest}ệ\n")


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_line_longer_than_any_record_is_told_with_its_number(
    frame_of: FrameOf, quote: str, line_end: str
) -> None:
    text = f"{HEADER}{quote}a{quote},1,x\n" + "," * MOST_RECORD_BYTES + ",\nb,2,y\n"
    message = too_large(frame_of, text.replace("\n", line_end))
    assert message.startswith("line 3: it has more than 4,194,304 bytes")


def test_a_long_line_of_delimiters_within_the_limit_is_a_row_of_its_own(frame_of: FrameOf) -> None:
    frame = frame_of(HEADER + "a,1,x\nb" + "," * 999_999 + "\nc,3,z\n")
    assert frame["field_count"].to_list() == [3, 1_000_000, 3]


def test_a_record_of_many_lines_has_a_limit_too(frame_of: FrameOf) -> None:
    cells = ",".join(["received_at\n" * 9_000] * 50)
    text = HEADER + '"' + cells.replace(",", '","') + '"\n'
    assert len(text) > MOST_RECORD_BYTES
    assert too_large(frame_of, text).startswith("row 2: it has more than 4,194,304 bytes")


def test_the_columns_of_wide_files_are_read_in_blocks(
    frame_of: FrameOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HEADER + "".join(f"{number},1,x\n" for number in range(100)) + ",,\nlast,1,x\n"
    whole = frame_of(text)
    monkeypatch.setattr("pipeline.exports.rows._CELLS_AT_ONCE", 20)
    assert frame_of(text).equals(whole)
    assert whole["row_number"].to_list() == [*range(2, 102), 103]


def test_records_are_put_into_frames_in_batches(
    frame_of: FrameOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HEADER + "".join(f'"{number}",1,x\n' for number in range(100))
    whole = frame_of(text)
    monkeypatch.setattr("pipeline.exports.rows._RECORDS_AT_ONCE", 7)
    assert frame_of(text).equals(whole)


HOSTILE = {
    "100 million commas in the second row": (HEADER.encode(), b",", 100),
    "a gigabyte of zeros": (b"", b"\0", 1024),
    "100 million commas in the header": (b"id", b",", 100),
    "an open quote before 40 million lines": (HEADER.encode() + b'"', b"x\n", 80),
    "100 million blank lines": (HEADER.encode(), b"\n", 100),
}
PROBE = """
import resource, sys
from pathlib import Path
from pipeline import exports
from pipeline.faults import FileFault
from pipeline.profiles.choice import built_in
profile = next(each for each in built_in() if each.kind == "dossiers")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    text = exports.decode_text(Path(sys.argv[1]).read_bytes(), profile.encoding, profile.limits)
    exports.read_rows(text, profile)
except FileFault as fault:
    print(fault.fault, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("what", HOSTILE)
def test_a_small_gzip_of_a_large_text_is_refused_within_bounded_memory(
    tmp_path: Path, what: str
) -> None:
    begin, repeated, mebibytes = HOSTILE[what]
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        file.write(begin)
        for _ in range(mebibytes):
            file.write(repeated * (MEBIBYTE // len(repeated)))
    (tmp_path / "dossiers.csv.gz").write_bytes(packed.getvalue())
    ended = subprocess.run(
        [sys.executable, "-c", PROBE, tmp_path / "dossiers.csv.gz"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    fault, grown = ended.stdout.split()
    assert fault in ("too_large", "unreadable", "missing_column")
    # The text once, and what the search for lines needs: not the 24 GiB that its cells would take.
    assert int(grown) < 400
