"""Set rules: what is expected of a sender's whole month.

Here belong one definition of each set rule, and finding the senders that break one. A set rule
rejects no row and stops no sender: it says that somebody has to look. Not here: what is compared
(pipeline: sender_measures, code_forms, repeated_months), rules about single rows (records), who is
told (assets, reports).
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from expectations.engine import runner
from expectations.engine.phrases import (
    build_suite,
    expect_at_least,
    expect_equal,
    expect_in_set,
)
from expectations.rules.set_rule import SetRule, Severity
from pipeline.code_forms import CODE_FORMS
from pipeline.repeated_months import REPEATS
from pipeline.sender_measures import FORM, SET_FINDINGS, VOLUMES

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite

_SENDER = ("the sender", "cơ quan gửi")
_DEVELOPERS = ("the developers of this program", "nhóm phát triển chương trình")

RULES = (
    SetRule(
        name="rows_not_far_below_usual",
        frame="volumes",
        kind="",
        needs="least_rows",
        demand=partial(expect_at_least, column="rows", other_column="least_rows"),
        severity=Severity.WARNING,
        threshold="volume_at_least",
        meaning_en="a sender sends not far fewer rows than in a usual month: the median of its own "
        "last six months",
        meaning_vi="số dòng không ít hơn hẳn mức thường gửi: trung vị sáu tháng trước của chính "
        "cơ quan gửi",
        broken_en="far fewer rows than in a usual month of the sender",
        broken_vi="số dòng ít hơn hẳn mức thường gửi của chính cơ quan gửi",
        found_en="{rows} rows were sent; a usual month has {usual_rows}, and at least {least_rows} "
        "were expected",
        found_vi="đã gửi {rows} dòng; một tháng thường có {usual_rows} dòng, ít nhất phải có "
        "{least_rows} dòng",
        cure_en="check that the export has the whole month and every unit, and send the file "
        "again; if the month was so quiet, nothing has to be done",
        cure_vi="kiểm tra tệp xuất có đủ cả tháng và đủ các đơn vị chưa, rồi gửi lại tệp; nếu "
        "tháng này đúng là phát sinh ít thì không phải làm gì",
        actor_en=_SENDER[0],
        actor_vi=_SENDER[1],
    ),
    SetRule(
        name="rows_not_far_above_usual",
        frame="volumes",
        kind="",
        needs="most_rows",
        demand=partial(expect_at_least, column="most_rows", other_column="rows"),
        severity=Severity.WARNING,
        threshold="volume_at_most",
        meaning_en="a sender sends not far more rows than in a usual month: the median of its own "
        "last six months",
        meaning_vi="số dòng không nhiều hơn hẳn mức thường gửi: trung vị sáu tháng trước của chính "
        "cơ quan gửi",
        broken_en="far more rows than in a usual month of the sender",
        broken_vi="số dòng nhiều hơn hẳn mức thường gửi của chính cơ quan gửi",
        found_en="{rows} rows were sent; a usual month has {usual_rows}, and at most {most_rows} "
        "were expected",
        found_vi="đã gửi {rows} dòng; một tháng thường có {usual_rows} dòng, nhiều nhất chỉ "
        "{most_rows} dòng",
        cure_en="check that the export has this month alone and no row twice, and send the file "
        "again; if the month was so busy, nothing has to be done",
        cure_vi="kiểm tra tệp xuất có chỉ gồm tháng này và không lặp dòng không, rồi gửi lại tệp; "
        "nếu tháng này đúng là phát sinh nhiều thì không phải làm gì",
        actor_en=_SENDER[0],
        actor_vi=_SENDER[1],
    ),
    SetRule(
        name="rejected_share_is_small",
        frame="volumes",
        kind="",
        needs="most_rejected",
        demand=partial(expect_at_least, column="most_rejected", other_column="rejected"),
        severity=Severity.CRITICAL,
        threshold="rejected_share",
        meaning_en="of a sender's rows of a kind, no larger share is rejected than is allowed",
        meaning_vi="tỷ lệ dòng bị loại của mỗi loại dữ liệu không vượt mức cho phép",
        broken_en="a larger share of the rows was rejected than is allowed",
        broken_vi="tỷ lệ dòng bị loại vượt mức cho phép",
        found_en="{rejected} of {rows} rows were rejected; at most {most_rejected} may be",
        found_vi="{rejected} trong {rows} dòng bị loại; nhiều nhất chỉ được {most_rejected} dòng",
        cure_en="correct what the feedback lists, first the rule that most rows break, and send "
        "the whole file again",
        cure_vi="sửa các lỗi trong danh sách phản hồi, trước hết là lỗi nhiều dòng mắc nhất, rồi "
        "gửi lại cả tệp",
        actor_en=_SENDER[0],
        actor_vi=_SENDER[1],
    ),
    SetRule(
        name="files_are_of_their_month",
        frame="repeats",
        kind="",
        needs="repeated",
        demand=partial(expect_in_set, column="repeated", value_set=[0]),
        severity=Severity.WARNING,
        threshold="",
        meaning_en="a file of ratings or figures was not sent for a month before already",
        meaning_vi="tệp đánh giá hoặc số liệu tổng hợp không phải tệp đã gửi cho tháng trước đó",
        broken_en="a file is the same as one that was sent for a month before",
        broken_vi="có tệp giống hệt tệp đã gửi cho tháng trước đó",
        found_en="{repeated} of {files} files are the same, byte for byte, as one sent for "
        "{sent_for}",
        found_vi="{repeated} trong {files} tệp giống hệt từng byte với tệp đã gửi cho tháng "
        "{sent_for}",
        cure_en="see whether it is the file of this month, and send the right one; if the month "
        "really has the same numbers, nothing has to be done",
        cure_vi="kiểm tra đây có đúng là tệp của tháng này không và gửi lại đúng tệp; nếu số liệu "
        "tháng này thật sự trùng thì không phải làm gì",
        actor_en=_SENDER[0],
        actor_vi=_SENDER[1],
    ),
    SetRule(
        name="carried_over_was_in_progress",
        frame="form",
        kind="dossiers",
        needs="carried_over_gap",
        demand=partial(expect_at_least, column="largest_gap", other_column="carried_over_gap"),
        severity=Severity.WARNING,
        threshold="carried_over_difference",
        meaning_en="form II.06a: what is carried over into the month is what was in progress at "
        "the end of the month before",
        meaning_vi="biểu II.06a: số hồ sơ kỳ trước chuyển sang bằng số đang giải quyết cuối tháng "
        "trước",
        broken_en="what is carried over is not what was in progress at the end of the month before",
        broken_vi="số hồ sơ kỳ trước chuyển sang khác số đang giải quyết cuối tháng trước",
        found_en="{carried_over} dossiers are carried over into the month, and {open_before} were "
        "in progress at the end of the month before",
        found_vi="kỳ trước chuyển sang {carried_over} hồ sơ, nhưng cuối tháng trước đang giải "
        "quyết {open_before} hồ sơ",
        cure_en="export every dossier that had not ended before the month, however old; if the "
        "month before was wrong, send that file again",
        cure_vi="xuất mọi hồ sơ chưa kết thúc trước tháng này, kể cả hồ sơ cũ; nếu tháng trước "
        "sai thì gửi lại tệp của tháng trước",
        actor_en=_SENDER[0],
        actor_vi=_SENDER[1],
    ),
    SetRule(
        name="codes_keep_their_form",
        frame="code_forms",
        kind="dossiers",
        needs="recoded",
        demand=partial(expect_at_least, column="largest_recoded", other_column="recoded"),
        severity=Severity.WARNING,
        threshold="",
        meaning_en="a dossier in progress has the same code in the next export",
        meaning_vi="hồ sơ đang giải quyết giữ nguyên mã trong tệp của tháng sau",
        broken_en="dossiers in progress have codes of another form than before, so they count as "
        "no longer shown",
        broken_vi="mã của hồ sơ đang giải quyết có dạng khác trước nên hồ sơ bị tính là không còn "
        "trong tệp",
        found_en="{recoded} of {not_shown} dossiers in progress that are no longer shown are there "
        "under a code of another form: {form_before} before, {form_now} now",
        found_vi="{recoded} trong {not_shown} hồ sơ đang giải quyết bị tính là không còn trong tệp "
        "thực ra vẫn có nhưng mã có dạng khác: trước là {form_before}, nay là {form_now}",
        cure_en="export the codes as text and as they were, with zeros and letters in front, and "
        "send the file again; if the new form is to stay, send the file of the month before again "
        "with it, too",
        cure_vi="xuất cột mã ở dạng văn bản và giữ nguyên mã như trước (cả số 0 và chữ ở đầu), rồi "
        "gửi lại tệp; nếu dùng hẳn dạng mã mới thì gửi lại cả tệp của tháng trước theo dạng đó",
        actor_en=_SENDER[0],
        actor_vi=_SENDER[1],
    ),
    SetRule(
        name="form_adds_up",
        frame="form",
        kind="dossiers",
        needs="came_in",
        demand=partial(expect_equal, column="came_in", other_column="accounted_for"),
        severity=Severity.CRITICAL,
        threshold="",
        meaning_en="form II.06a, counted from rows: received and carried over are together "
        "finished, in progress and left",
        meaning_vi="biểu II.06a đếm từ các dòng: tiếp nhận trong tháng cộng kỳ trước chuyển sang "
        "bằng đã giải quyết cộng đang giải quyết cộng đã rút, dừng",
        broken_en="what came in is not what is accounted for",
        broken_vi="số hồ sơ vào khác tổng số có kết quả, đang giải quyết và đã rút, dừng",
        found_en="{came_in} dossiers came in, and {accounted_for} are accounted for",
        found_vi="có {came_in} hồ sơ vào, nhưng tổng số có kết quả, đang giải quyết và đã rút, "
        "dừng là {accounted_for}",
        cure_en="this is a fault of the program: report it with this message",
        cure_vi="đây là lỗi của chương trình: báo lại kèm thông báo này",
        actor_en=_DEVELOPERS[0],
        actor_vi=_DEVELOPERS[1],
        is_for_sender=False,
    ),
    SetRule(
        name="figures_add_up",
        frame="form",
        kind="figures",
        needs="broken_units",
        demand=partial(expect_in_set, column="broken_units", value_set=[0]),
        severity=Severity.WARNING,
        threshold="",
        meaning_en="form II.06a, sent as figures: the finished and those in progress are not more "
        "than all handled, and those on time are the same in all figures",
        meaning_vi="biểu II.06a gửi dạng số liệu tổng hợp: đã giải quyết cộng đang giải quyết "
        "không quá tổng số phải giải quyết, và số đúng hạn khớp nhau giữa các số liệu",
        broken_en="figures of the same form do not fit each other",
        broken_vi="các số liệu của cùng một biểu không khớp nhau",
        found_en="the figures of {broken_units} of {compared_units} units do not fit each other: "
        "{units}",
        found_vi="số liệu của {broken_units} trong {compared_units} đơn vị không khớp nhau: "
        "{units}",
        cure_en="count all figures of the form from the same list of dossiers, and send the file "
        "again",
        cure_vi="tính mọi số liệu của biểu từ cùng một danh sách hồ sơ, rồi gửi lại tệp",
        actor_en=_SENDER[0],
        actor_vi=_SENDER[1],
    ),
)
"""Every set rule, in the order in which they are shown."""
RULES_BY_NAME = {rule.name: rule for rule in RULES}

FRAMES = {"volumes": VOLUMES, "form": FORM, "code_forms": CODE_FORMS, "repeats": REPEATS}
"""The schemas of the measures that set rules read, by name."""

SET_RESULTS = pl.Schema(
    {
        "month": pl.String(),
        "sender_code": pl.String(),
        "kind": pl.String(),
        "rule": pl.String(),
        "is_met": pl.Boolean(),
        "found": pl.String(),
        "found_vi": pl.String(),
    }
)
"""One row is a sender, a kind of records and a set rule that could be checked. `found` says in
English and in Vietnamese what the sender broke; null where the rule is met."""


def build_suites() -> "dict[str, ExpectationSuite]":
    """The suite of each frame of measures by its name, like senders.volumes."""
    return {
        f"senders.{frame}": build_suite(
            f"senders.{frame}",
            [rule.build_expectation() for rule in RULES if rule.frame == frame],
        )
        for frame in FRAMES
    }


def find_results(measures: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The SET_RESULTS of a month, by sender, kind and rule; `measures` are by name in FRAMES.

    Raises runner.SuiteError when a rule cannot be checked.
    """
    rows = [
        row
        for (name, suite), frame in zip(
            build_suites().items(), (measures[each] for each in FRAMES), strict=True
        )
        for row in _judge(suite, frame, name.removeprefix("senders."))
    ]
    found = pl.DataFrame(rows, schema=SET_RESULTS, orient="row")
    return found.sort("sender_code", "kind", "rule")


def _judge(
    suite: "ExpectationSuite", frame: pl.DataFrame, name: str
) -> Iterator[tuple[object, ...]]:
    broken = set(runner.find_unexpected_rows(suite, frame).iter_rows())
    rules = [rule for rule in RULES if rule.frame == name]
    for position, row in enumerate(frame.iter_rows(named=True)):
        for rule in rules:
            if row[rule.needs] is None:
                continue
            is_met = (position, rule.name) not in broken
            yield (
                row["month"],
                row["sender_code"],
                rule.kind or row["kind"],
                rule.name,
                is_met,
                None if is_met else rule.write_found(row),
                None if is_met else rule.write_found_vi(row),
            )


def describe_broken(results: pl.DataFrame) -> pl.DataFrame:
    """What senders are told of broken rules: SET_FINDINGS from SET_RESULTS of a month.

    Rules that a sender can do nothing about are left out.
    """
    for_senders = {rule.name: rule for rule in RULES if rule.is_for_sender}
    broken = results.filter(~pl.col("is_met"), pl.col("rule").is_in(list(for_senders)))
    rows = [
        (
            *(row[name] for name in ("sender_code", "kind", "rule")),
            _write_sentence(row["found"], rule.cure_en),
            _write_sentence(row["found_vi"], rule.cure_vi),
            _write_sentence(rule.broken_en, rule.cure_en),
            _write_sentence(rule.broken_vi, rule.cure_vi),
        )
        for row in broken.iter_rows(named=True)
        for rule in [for_senders[row["rule"]]]
    ]
    return pl.DataFrame(rows, schema=SET_FINDINGS, orient="row")


def _write_sentence(what: str, cure: str) -> str:
    return f"{what[0].upper()}{what[1:]}: {cure}."
