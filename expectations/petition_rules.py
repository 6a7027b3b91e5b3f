"""The rules of petitions: columns, and what to tell the sender.

Not here: what a rule demands (records), the rules of the other kinds and the catalogue (rules).
"""

from expectations.rule import Rule, is_a_time, is_in_list, is_there
from pipeline import tables

_SUBJECT = ("what the petition is about", "nội dung phản ánh, kiến nghị")
_PETITION_RECEIVED = (
    "the time of the petition's receipt",
    "thời điểm tiếp nhận phản ánh, kiến nghị",
)
_PETITION_DUE = ("the date by which the petition is due", "thời hạn xử lý phản ánh, kiến nghị")
_PETITION_HANDLED = ("the time of handling", "thời điểm xử lý phản ánh, kiến nghị")
_PETITION_STATUS = ("the petition's status", "trạng thái phản ánh, kiến nghị")


def _not_before_petition(column: str, what: str, what_vi: str) -> Rule:
    return Rule(
        ("petitions",),
        column,
        f"{what} is before the petition was received: correct one of the two",
        f"{what_vi} trước thời điểm tiếp nhận: sửa một trong hai thời điểm",
    )


OF_PETITIONS = {
    "petition_id_is_there": is_there(
        "petitions", "petition_id", "the petition's code", "mã phản ánh, kiến nghị"
    ),
    "petition_is_latest_copy": Rule(
        ("petitions",),
        "petition_id",
        "the same petition was sent more than once and this copy is an older one: nothing to do "
        "if the latest copy is right; send each petition once",
        "cùng một phản ánh, kiến nghị được gửi nhiều lần và đây là bản cũ hơn: không cần làm gì "
        "nếu bản mới nhất đúng; mỗi phản ánh, kiến nghị chỉ gửi một lần",
    ),
    "petition_subject_is_in_list": is_in_list("petitions", "subject", *_SUBJECT, tables.SUBJECTS),
    "petition_received_at_is_there": is_there("petitions", "received_at", *_PETITION_RECEIVED),
    "petition_received_at_is_a_time": is_a_time("petitions", "received_at", *_PETITION_RECEIVED),
    "petition_due_at_is_a_time": is_a_time("petitions", "due_at", *_PETITION_DUE),
    "petition_handled_at_is_a_time": is_a_time("petitions", "handled_at", *_PETITION_HANDLED),
    "petition_status_is_there": is_there("petitions", "status", *_PETITION_STATUS),
    "petition_status_is_in_list": is_in_list(
        "petitions", "status", *_PETITION_STATUS, tables.PETITION_STATUSES
    ),
    "petition_satisfied_is_in_list": is_in_list(
        "petitions",
        "satisfied",
        "whether the petitioner is satisfied",
        "mức độ hài lòng về kết quả xử lý",
        tables.YES_NO,
    ),
    "petition_upheld_is_in_list": is_in_list(
        "petitions",
        "is_upheld",
        "whether the complaint was found to be true",
        "kết luận phản ánh đúng hay không đúng",
        tables.YES_NO,
    ),
    "petition_received_before_month_end": Rule(
        ("petitions",),
        "received_at",
        "the petition was received after the month's end: send it with the month of its receipt",
        "phản ánh, kiến nghị được tiếp nhận sau khi hết tháng: gửi cùng dữ liệu của tháng tiếp "
        "nhận",
    ),
    "petition_due_not_before_received": _not_before_petition("due_at", *_PETITION_DUE),
    "petition_handled_not_before_received": _not_before_petition("handled_at", *_PETITION_HANDLED),
    "petition_handled_has_its_date": Rule(
        ("petitions",),
        "handled_at",
        "the petition is handled or refused and the date is missing: fill it in",
        "phản ánh, kiến nghị đã xử lý hoặc đã từ chối nhưng thiếu thời điểm: bổ sung",
    ),
    "petition_handled_not_before_month": Rule(
        ("petitions",),
        "handled_at",
        "the petition was handled or refused before the month began and belongs to an earlier "
        "month: leave it out, and correct the earlier month if it is not in there",
        "phản ánh, kiến nghị đã xử lý hoặc đã từ chối trước khi tháng bắt đầu nên thuộc tháng "
        "trước: bỏ khỏi tệp này, và sửa dữ liệu tháng trước nếu ở đó chưa có",
    ),
    "petition_open_has_no_date_of_handling": Rule(
        ("petitions",),
        "handled_at",
        "the status says that the petition is still open and there is a time of handling: correct "
        "the status or remove the date",
        "trạng thái cho biết phản ánh, kiến nghị còn đang xử lý nhưng lại có thời điểm xử lý: sửa "
        "trạng thái hoặc xóa thời điểm đó",
    ),
}
"""By name."""
