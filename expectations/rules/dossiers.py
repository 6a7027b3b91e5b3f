"""The row rules of dossiers.

Not here: the rules of every kind of records (records), or what a rule is made of (row_rule).
"""

from dataclasses import replace

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
    require_readable_whole_number,
    require_sent_value,
    require_time_before_export,
    require_time_of_records,
    require_whole_code,
)
from pipeline import months, tables

_RECEIVED = ("the time of receipt", "thời điểm tiếp nhận")
_DUE = ("the due date", "ngày hẹn trả kết quả")
_FIRST_DUE = ("the first due date", "ngày hẹn trả kết quả đầu tiên")
_ENDED = ("the end of handling", "thời điểm kết thúc xử lý")
_HANDED_OVER = ("the time of handing over", "thời điểm trả kết quả")
_SUPPLEMENT_REQUESTED = ("the time of the supplement request", "thời điểm yêu cầu bổ sung hồ sơ")
_SUPPLEMENT_RECEIVED = (
    "the time of receipt of the supplement",
    "thời điểm tiếp nhận hồ sơ bổ sung",
)
_UPDATED = ("the time of the last update", "thời điểm cập nhật")
_SUPPLEMENT_REQUESTS = ("the number of supplement requests", "số lần yêu cầu bổ sung hồ sơ")
_STATUS = ("the status", "trạng thái hồ sơ")

_MOST_REQUESTS = 100
"""No dossier is sent back more often [ours]: a larger number is something else, such as a date."""
_OPEN_STATUSES = tuple(
    status
    for status in tables.STATUSES
    if status not in (*tables.ENDED_STATUSES, *tables.LEFT_STATUSES, "not_received")
)


def _require_not_before_received(name: str, column: str, label_en: str, label_vi: str) -> RowRule:
    return RowRule(
        name=name,
        column=column,
        demand=lambda rule, _: [expect_at_least(rule, column, "received_at")],
        reason_en=f"{label_en} is before the dossier was received: correct one of the two",
        reason_vi=f"{label_vi} trước thời điểm tiếp nhận hồ sơ: sửa một trong hai thời điểm",
    )


RULES = (
    require_code("dossier_id_is_there", "dossier_id", "the dossier's code", "mã hồ sơ"),
    require_latest_copy(
        "dossier_is_latest_copy",
        "dossier_id",
        "the same dossier was sent more than once and another copy, the latest one, counts: "
        "nothing to do if that copy is right, unless so many rows are rejected that the sender is "
        "not ranked; send each dossier once",
        "cùng một hồ sơ được gửi nhiều lần và chỉ tính bản mới nhất, không phải dòng này: không "
        "cần làm gì nếu bản đó đúng, trừ khi quá nhiều dòng bị loại khiến cơ quan gửi không được "
        "xếp hạng; mỗi hồ sơ chỉ gửi một lần",
    ),
    require_own_key(
        "dossier_code_is_of_one_dossier",
        "dossier_id",
        "another row has the same code but another unit or day of receipt and is later, so only "
        "that row counts: if they are two dossiers, send the full codes, or name in the profile "
        "the columns that identify a dossier (identity); if they are one, correct the unit or the "
        "day of receipt",
        "dòng khác có cùng mã nhưng khác đơn vị hoặc ngày tiếp nhận và mới hơn, nên chỉ tính dòng "
        "đó: nếu là hai hồ sơ thì khai báo trong cấu hình ánh xạ các cột xác định hồ sơ (identity) "
        "hoặc gửi mã đầy đủ; nếu là một hồ sơ thì sửa đơn vị hoặc ngày tiếp nhận",
    ),
    require_whole_code("dossier_id_is_whole", "dossier_id", "the dossier's code", "mã hồ sơ"),
    require_whole_code(
        "procedure_code_is_whole", "procedure_code", "the procedure's code", "mã thủ tục"
    ),
    replace(
        require_sent_value("received_at_is_there", "received_at", *_RECEIVED),
        reason_en="the time of receipt is missing: fill it in and send the file again, or leave "
        "the row out if the dossier was never received (newly registered, or turned away)",
        reason_vi="thiếu thời điểm tiếp nhận: bổ sung rồi gửi lại tệp, hoặc bỏ dòng này nếu hồ sơ "
        "chưa được tiếp nhận (mới đăng ký hoặc không được tiếp nhận)",
    ),
    require_readable_time("received_at_is_a_time", "received_at", *_RECEIVED),
    require_readable_time("due_at_is_a_time", "due_at", *_DUE),
    require_readable_time("first_due_at_is_a_time", "first_due_at", *_FIRST_DUE),
    require_readable_time("ended_at_is_a_time", "ended_at", *_ENDED),
    require_readable_time("handed_over_at_is_a_time", "handed_over_at", *_HANDED_OVER),
    require_readable_time(
        "supplement_requested_at_is_a_time", "supplement_requested_at", *_SUPPLEMENT_REQUESTED
    ),
    require_readable_time(
        "supplement_received_at_is_a_time", "supplement_received_at", *_SUPPLEMENT_RECEIVED
    ),
    require_sent_value("status_is_there", "status", *_STATUS),
    require_mapped_value("status_is_in_list", "status", *_STATUS, tables.STATUSES),
    require_mapped_value(
        "channel_is_in_list", "channel", "the channel", "kênh thực hiện", tables.CHANNELS
    ),
    require_mapped_value(
        "applicant_is_in_list",
        "applicant",
        "the kind of applicant",
        "loại đối tượng",
        tables.APPLICANTS,
    ),
    RowRule(
        name="received_before_month_end",
        column="received_at",
        demand=lambda rule, month: [
            expect_between(rule, "received_at", max_value=months.end(month), strict_max=True)
        ],
        reason_en="the dossier was received after the month's end: send it with the month of its "
        "receipt",
        reason_vi="hồ sơ được tiếp nhận sau khi hết tháng: gửi cùng dữ liệu của tháng tiếp nhận",
    ),
    require_time_of_records("received_since_there_are_records", "received_at", *_RECEIVED),
    require_due_in_reach("due_in_reach", "due_at", *_DUE),
    require_due_in_reach("first_due_in_reach", "first_due_at", *_FIRST_DUE),
    require_time_before_export("ended_before_export", "ended_at", *_ENDED, has_own_status=True),
    require_time_before_export(
        "handed_over_before_export", "handed_over_at", *_HANDED_OVER, has_own_status=True
    ),
    require_time_before_export(
        "supplement_requested_before_export", "supplement_requested_at", *_SUPPLEMENT_REQUESTED
    ),
    require_time_before_export(
        "supplement_received_before_export", "supplement_received_at", *_SUPPLEMENT_RECEIVED
    ),
    _require_not_before_received("ended_not_before_received", "ended_at", *_ENDED),
    _require_not_before_received("due_not_before_received", "due_at", *_DUE),
    _require_not_before_received("first_due_not_before_received", "first_due_at", *_FIRST_DUE),
    _require_not_before_received(
        "handed_over_not_before_received", "handed_over_at", *_HANDED_OVER
    ),
    _require_not_before_received(
        "supplement_requested_not_before_received",
        "supplement_requested_at",
        *_SUPPLEMENT_REQUESTED,
    ),
    _require_not_before_received(
        "supplement_received_not_before_received", "supplement_received_at", *_SUPPLEMENT_RECEIVED
    ),
    RowRule(
        name="supplement_received_not_before_requested",
        column="supplement_received_at",
        demand=lambda rule, _: [
            expect_at_least(rule, "supplement_received_at", "supplement_requested_at")
        ],
        reason_en="the supplement was received before it was requested: correct one of the two "
        "times; if a supplement was requested again, leave the time of receipt empty until it "
        "arrives",
        reason_vi="thời điểm tiếp nhận hồ sơ bổ sung trước thời điểm yêu cầu bổ sung: sửa một "
        "trong hai thời điểm; nếu đã yêu cầu bổ sung lần nữa thì để trống thời điểm tiếp nhận "
        "cho đến khi nhận đủ",
    ),
    require_readable_time("updated_at_is_a_time", "updated_at", *_UPDATED),
    require_readable_whole_number(
        "supplement_requests_is_a_whole_number", "supplement_requests", *_SUPPLEMENT_REQUESTS
    ),
    RowRule(
        name="supplement_requests_not_negative",
        column="supplement_requests",
        demand=lambda rule, _: [expect_between(rule, "supplement_requests", min_value=0)],
        reason_en="the number of supplement requests is below 0: send how many there were",
        reason_vi="số lần yêu cầu bổ sung hồ sơ nhỏ hơn 0: ghi đúng số lần đã yêu cầu",
    ),
    RowRule(
        name="supplement_requests_in_range",
        column="supplement_requests",
        demand=lambda rule, _: [
            expect_between(rule, "supplement_requests", max_value=_MOST_REQUESTS)
        ],
        reason_en=f"the number of supplement requests is above {_MOST_REQUESTS}: send how many "
        "there were",
        reason_vi=f"số lần yêu cầu bổ sung hồ sơ lớn hơn {_MOST_REQUESTS}: ghi đúng số lần đã yêu "
        "cầu",
    ),
    RowRule(
        name="ended_has_its_date",
        column="ended_at",
        demand=lambda rule, _: [
            expect_not_null(
                rule,
                "ended_at",
                where_in("status", tables.ENDED_STATUSES) & where_null("ended_at_as_sent"),
            )
        ],
        reason_en="the dossier is finished or handed over but the end of handling is missing: fill "
        "it in",
        reason_vi="hồ sơ đã giải quyết xong hoặc đã trả kết quả nhưng thiếu thời điểm kết thúc xử "
        "lý: bổ sung thời điểm đó",
    ),
    RowRule(
        name="left_has_its_date",
        column="ended_at",
        demand=lambda rule, _: [
            expect_not_null(
                rule,
                "ended_at",
                where_in("status", tables.LEFT_STATUSES) & where_null("ended_at_as_sent"),
            )
        ],
        reason_en="the dossier is withdrawn or stopped but the end of handling is missing: fill it "
        "in",
        reason_vi="hồ sơ đã rút hoặc dừng xử lý nhưng thiếu thời điểm kết thúc xử lý: bổ sung thời "
        "điểm đó",
    ),
    RowRule(
        name="open_has_no_end_date",
        column="ended_at",
        demand=lambda rule, _: [expect_null(rule, "ended_at", where_in("status", _OPEN_STATUSES))],
        reason_en="the status says that the dossier is still open and there is an end of handling: "
        "correct the status or remove the date",
        reason_vi="trạng thái cho biết hồ sơ còn đang xử lý nhưng lại có thời điểm kết thúc xử lý: "
        "sửa trạng thái hoặc xóa thời điểm đó",
    ),
)
"""In the order of the suite."""
