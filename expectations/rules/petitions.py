"""The row rules of petitions.

Not here: the rules of every kind of records (records), or what a rule is made of (row_rule).
"""

from expectations.engine.phrases import (
    expect_at_least,
    expect_between,
    expect_not_null,
    expect_null,
    where_in,
    where_null,
)
from expectations.rules.row_rule import (
    RowRule,
    require_code,
    require_due_in_reach,
    require_latest_copy,
    require_mapped_value,
    require_own_key,
    require_readable_time,
    require_sent_value,
    require_time_before_export,
    require_time_of_records,
    require_whole_code,
)
from pipeline import months, tables

_SUBJECT = ("the petition's subject", "nội dung phản ánh, kiến nghị")
_RECEIVED = ("the time of the petition's receipt", "thời điểm tiếp nhận phản ánh, kiến nghị")
_DUE = ("the date by which the petition is due", "thời hạn xử lý phản ánh, kiến nghị")
_HANDLED = ("the time of handling", "thời điểm xử lý phản ánh, kiến nghị")
_UPDATED = ("the time of the last update", "thời điểm cập nhật")
_STATUS = ("the petition's status", "trạng thái phản ánh, kiến nghị")

_OPEN_STATUSES = tuple(
    status for status in tables.PETITION_STATUSES if status not in tables.CLOSED_STATUSES
)


def _require_not_before_received(name: str, column: str, label_en: str, label_vi: str) -> RowRule:
    return RowRule(
        name=name,
        column=column,
        demand=lambda rule, _: [expect_at_least(rule, column, "received_at")],
        reason_en=f"{label_en} is before the petition was received: correct one of the two",
        reason_vi=f"{label_vi} trước thời điểm tiếp nhận: sửa một trong hai thời điểm",
    )


RULES = (
    require_code(
        "petition_id_is_there", "petition_id", "the petition's code", "mã phản ánh, kiến nghị"
    ),
    require_latest_copy(
        "petition_is_latest_copy",
        "petition_id",
        "the same petition was sent more than once and another copy, the latest one, counts: "
        "nothing to do if that copy is right, unless so many rows are rejected that the sender is "
        "not ranked; send each petition once",
        "cùng một phản ánh, kiến nghị được gửi nhiều lần và chỉ tính bản mới nhất, không phải dòng "
        "này: không cần làm gì nếu bản đó đúng, trừ khi quá nhiều dòng bị loại khiến cơ quan gửi "
        "không được xếp hạng; mỗi phản ánh, kiến nghị chỉ gửi một lần",
    ),
    require_own_key(
        "petition_code_is_of_one_petition",
        "petition_id",
        "another row has the same code but another unit or day of receipt and is later, so only "
        "that row counts: if they are two petitions, send the full codes, or name in the profile "
        "the columns that identify a petition (identity); if they are one, correct the unit or "
        "the day of receipt",
        "dòng khác có cùng mã nhưng khác đơn vị hoặc ngày tiếp nhận và mới hơn, nên chỉ tính dòng "
        "đó: nếu là hai phản ánh, kiến nghị thì khai báo trong cấu hình ánh xạ các cột xác định "
        "phản ánh, kiến nghị (identity) hoặc gửi mã đầy đủ; nếu là một thì sửa đơn vị hoặc ngày "
        "tiếp nhận",
    ),
    require_whole_code(
        "petition_id_is_whole", "petition_id", "the petition's code", "mã phản ánh, kiến nghị"
    ),
    require_whole_code(
        "petition_dossier_id_is_whole",
        "dossier_id",
        "the dossier's code",
        "mã hồ sơ",
    ),
    require_mapped_value("petition_subject_is_in_list", "subject", *_SUBJECT, tables.SUBJECTS),
    require_sent_value("petition_received_at_is_there", "received_at", *_RECEIVED),
    require_readable_time("petition_received_at_is_a_time", "received_at", *_RECEIVED),
    require_readable_time("petition_due_at_is_a_time", "due_at", *_DUE),
    require_readable_time("petition_handled_at_is_a_time", "handled_at", *_HANDLED),
    require_readable_time("petition_updated_at_is_a_time", "updated_at", *_UPDATED),
    require_sent_value("petition_status_is_there", "status", *_STATUS),
    require_mapped_value(
        "petition_status_is_in_list", "status", *_STATUS, tables.PETITION_STATUSES
    ),
    require_mapped_value(
        "petition_satisfied_is_in_list",
        "satisfied",
        "the petitioner's satisfaction",
        "giá trị về sự hài lòng với kết quả xử lý",
        tables.YES_NO,
    ),
    require_mapped_value(
        "petition_upheld_is_in_list",
        "is_upheld",
        "the finding whether the complaint is true",
        "kết luận về tính đúng, sai của phản ánh",
        tables.YES_NO,
    ),
    RowRule(
        name="petition_received_before_month_end",
        column="received_at",
        demand=lambda rule, month: [
            expect_between(rule, "received_at", max_value=months.end(month), strict_max=True)
        ],
        reason_en="the petition was received after the month's end: send it with the month of its "
        "receipt",
        reason_vi="phản ánh, kiến nghị được tiếp nhận sau khi hết tháng: gửi cùng dữ liệu của "
        "tháng tiếp nhận",
    ),
    require_time_of_records("petition_received_since_there_are_records", "received_at", *_RECEIVED),
    require_due_in_reach("petition_due_in_reach", "due_at", *_DUE),
    require_time_before_export(
        "petition_handled_before_export", "handled_at", *_HANDLED, has_own_status=True
    ),
    _require_not_before_received("petition_due_not_before_received", "due_at", *_DUE),
    _require_not_before_received("petition_handled_not_before_received", "handled_at", *_HANDLED),
    RowRule(
        name="petition_handled_has_its_date",
        column="handled_at",
        demand=lambda rule, _: [
            expect_not_null(
                rule,
                "handled_at",
                where_in("status", tables.CLOSED_STATUSES) & where_null("handled_at_as_sent"),
            )
        ],
        reason_en="the petition is handled or refused but the time of handling is missing: fill it "
        "in",
        reason_vi="phản ánh, kiến nghị đã xử lý hoặc đã từ chối nhưng thiếu thời điểm xử lý: bổ "
        "sung thời điểm đó",
    ),
    RowRule(
        name="petition_handled_not_before_month",
        column="handled_at",
        demand=lambda rule, month: [
            expect_between(
                rule,
                "handled_at",
                min_value=months.start(month),
                row_condition=where_in("status", tables.CLOSED_STATUSES),
            )
        ],
        reason_en="the petition was handled or refused before the month began and belongs to an "
        "earlier month: leave it out, and correct the earlier month if it is not in there",
        reason_vi="phản ánh, kiến nghị đã xử lý hoặc đã từ chối trước khi tháng bắt đầu nên thuộc "
        "tháng trước: bỏ khỏi tệp này, và sửa dữ liệu tháng trước nếu ở đó chưa có",
    ),
    RowRule(
        name="petition_open_has_no_date_of_handling",
        column="handled_at",
        demand=lambda rule, _: [
            expect_null(rule, "handled_at", where_in("status", _OPEN_STATUSES))
        ],
        reason_en="the status says that the petition is still open and there is a time of "
        "handling: correct the status or remove the date",
        reason_vi="trạng thái cho biết phản ánh, kiến nghị còn đang xử lý nhưng lại có thời điểm "
        "xử lý: sửa trạng thái hoặc xóa thời điểm đó",
    ),
)
"""In the order of the suite."""
