"""The rules of the rows that agencies send: names, columns, and what to tell the sender.

Here belongs plain data that anyone can read without Great Expectations. Not here: what a rule
demands; that is written once, in the suites of `expectations.records`.
"""

from expectations.petition_rules import OF_PETITIONS
from expectations.rule import Rule, is_a_time, is_a_whole_number, is_in_list, is_there
from pipeline import tables

_ALL_KINDS = tables.KINDS


def _not_before_received(column: str, what: str, what_vi: str) -> Rule:
    return Rule(
        ("dossiers",),
        column,
        f"{what} is before the dossier was received: correct one of the two",
        f"{what_vi} trước thời điểm tiếp nhận hồ sơ: sửa một trong hai thời điểm",
    )


def _not_negative(column: str, what: str, what_vi: str) -> Rule:
    return Rule(
        ("figures",),
        column,
        f"{what} is below 0: send a count of cases",
        f"{what_vi} nhỏ hơn 0: ghi số lượng trường hợp",
    )


OF_EVERY_KIND = {
    "row_has_all_fields": Rule(
        _ALL_KINDS,
        "field_count",
        "the row has more or fewer fields than the header: look for a separator or a line break "
        "inside a value, and put such values in quotes",
        "dòng có nhiều hoặc ít trường hơn dòng tiêu đề: tìm dấu phân cách hoặc dấu xuống dòng "
        "trong giá trị và đặt giá trị đó trong dấu ngoặc kép",
    ),
    "unit_is_there": Rule(
        _ALL_KINDS,
        "unit_code",
        "the unit that handles is missing: fill it in and send the file again",
        "thiếu đơn vị giải quyết: bổ sung rồi gửi lại tệp",
    ),
    "unit_is_known": Rule(
        _ALL_KINDS,
        "unit_code",
        "the unit is not in the register of agencies in this month: correct its code, or map it "
        "in the profile",
        "đơn vị không có trong danh mục cơ quan của tháng này: sửa mã, hoặc khai báo trong cấu "
        "hình ánh xạ",
    ),
    "unit_belongs_to_sender": Rule(
        _ALL_KINDS,
        "unit_code",
        "the unit is in the register but does not belong to the sender: leave the row to the "
        "agency above that unit",
        "đơn vị có trong danh mục nhưng không thuộc đơn vị gửi: bỏ dòng này, để cơ quan quản lý "
        "đơn vị đó gửi",
    ),
}
"""Rules that hold for each kind of records alike."""

_RECEIVED = ("the time of receipt", "thời điểm tiếp nhận")
_DUE = ("the due date", "ngày hẹn trả kết quả")
_FIRST_DUE = ("the first due date", "ngày hẹn trả kết quả đầu tiên")
_ENDED = ("the end of handling", "thời điểm kết thúc xử lý")
_HANDED_OVER = ("the time of handing over", "thời điểm trả kết quả")
_SUPPLEMENT_REQUESTED = (
    "the time at which more papers were asked for",
    "thời điểm yêu cầu bổ sung hồ sơ",
)
_SUPPLEMENT_RECEIVED = (
    "the time at which the supplement was received",
    "thời điểm tiếp nhận hồ sơ bổ sung",
)
_SUPPLEMENT_REQUESTS = ("the number of supplement requests", "số lần yêu cầu bổ sung hồ sơ")

OF_DOSSIERS = {
    "dossier_id_is_there": is_there("dossiers", "dossier_id", "the dossier's code", "mã hồ sơ"),
    "dossier_is_latest_copy": Rule(
        ("dossiers",),
        "dossier_id",
        "the same dossier was sent more than once and this copy is an older one: nothing to do "
        "if the latest copy is right; send each dossier once",
        "cùng một hồ sơ được gửi nhiều lần và đây là bản cũ hơn: không cần làm gì nếu bản mới "
        "nhất đúng; mỗi hồ sơ chỉ gửi một lần",
    ),
    "received_at_is_there": is_there("dossiers", "received_at", *_RECEIVED),
    "received_at_is_a_time": is_a_time("dossiers", "received_at", *_RECEIVED),
    "due_at_is_a_time": is_a_time("dossiers", "due_at", *_DUE),
    "first_due_at_is_a_time": is_a_time("dossiers", "first_due_at", *_FIRST_DUE),
    "ended_at_is_a_time": is_a_time("dossiers", "ended_at", *_ENDED),
    "handed_over_at_is_a_time": is_a_time("dossiers", "handed_over_at", *_HANDED_OVER),
    "supplement_requested_at_is_a_time": is_a_time(
        "dossiers", "supplement_requested_at", *_SUPPLEMENT_REQUESTED
    ),
    "supplement_received_at_is_a_time": is_a_time(
        "dossiers", "supplement_received_at", *_SUPPLEMENT_RECEIVED
    ),
    "status_is_there": is_there("dossiers", "status", "the status", "trạng thái hồ sơ"),
    "status_is_in_list": is_in_list(
        "dossiers", "status", "the status", "trạng thái hồ sơ", tables.STATUSES
    ),
    "channel_is_in_list": is_in_list(
        "dossiers", "channel", "the channel", "kênh thực hiện", tables.CHANNELS
    ),
    "applicant_is_in_list": is_in_list(
        "dossiers", "applicant", "the kind of applicant", "loại đối tượng", tables.APPLICANTS
    ),
    "received_before_month_end": Rule(
        ("dossiers",),
        "received_at",
        "the dossier was received after the month's end: send it with the month of its receipt",
        "hồ sơ được tiếp nhận sau khi hết tháng: gửi cùng dữ liệu của tháng tiếp nhận",
    ),
    "ended_not_before_received": _not_before_received("ended_at", *_ENDED),
    "due_not_before_received": _not_before_received("due_at", *_DUE),
    "first_due_not_before_received": _not_before_received("first_due_at", *_FIRST_DUE),
    "handed_over_not_before_received": _not_before_received("handed_over_at", *_HANDED_OVER),
    "supplement_requested_not_before_received": _not_before_received(
        "supplement_requested_at", *_SUPPLEMENT_REQUESTED
    ),
    "supplement_received_not_before_received": _not_before_received(
        "supplement_received_at", *_SUPPLEMENT_RECEIVED
    ),
    "supplement_received_not_before_requested": Rule(
        ("dossiers",),
        "supplement_received_at",
        "the supplement was received before it was asked for: correct one of the two times; where "
        "more papers were asked for again, leave it empty until these are there",
        "thời điểm tiếp nhận hồ sơ bổ sung trước thời điểm yêu cầu bổ sung: sửa một trong hai thời "
        "điểm; nếu đã yêu cầu bổ sung lần nữa thì để trống cho đến khi nhận đủ giấy tờ",
    ),
    "supplement_requests_is_a_whole_number": is_a_whole_number(
        "dossiers", "supplement_requests", *_SUPPLEMENT_REQUESTS
    ),
    "supplement_requests_not_negative": Rule(
        ("dossiers",),
        "supplement_requests",
        "the number of supplement requests is below 0: send how many there were",
        "số lần yêu cầu bổ sung hồ sơ nhỏ hơn 0: ghi đúng số lần đã yêu cầu",
    ),
    "ended_has_its_date": Rule(
        ("dossiers",),
        "ended_at",
        "the dossier is finished or handed over and the end of handling is missing: fill it in",
        "hồ sơ đã giải quyết xong hoặc đã trả kết quả nhưng thiếu thời điểm kết thúc xử lý: bổ "
        "sung",
    ),
    "left_has_its_date": Rule(
        ("dossiers",),
        "ended_at",
        "the dossier is withdrawn or stopped and the date is missing: fill in the end of handling",
        "hồ sơ đã rút hoặc dừng xử lý nhưng thiếu ngày: bổ sung thời điểm kết thúc xử lý",
    ),
    "open_has_no_end_date": Rule(
        ("dossiers",),
        "ended_at",
        "the status says that the dossier is still open and there is an end of handling: correct "
        "the status or remove the date",
        "trạng thái cho biết hồ sơ còn đang xử lý nhưng lại có thời điểm kết thúc xử lý: sửa trạng "
        "thái hoặc xóa thời điểm đó",
    ),
}

_ANSWER = ("the answer", "câu trả lời")
_ANSWERED = ("the time of the answer", "thời điểm đánh giá")
LIGHTEST_WEIGHT, HEAVIEST_WEIGHT = 0.0001, 1_000_000
"""The least and the most respondents that one row may stand for: rounding to millionths changes no
weight by more than half a percent, and sums of weights do not overflow [ours]."""
_LIGHTEST_VI = str(LIGHTEST_WEIGHT).replace(".", ",")

OF_RATINGS = {
    "respondent_is_there": is_there(
        "ratings", "respondent_id", "the respondent", "mã người đánh giá"
    ),
    "rating_is_latest_copy": Rule(
        ("ratings",),
        "respondent_id",
        "the same respondent answered the same question more than once and this answer is an "
        "older one: nothing to do if the latest is right; send each answer once",
        "cùng một người trả lời cùng một câu hỏi nhiều lần và đây là câu trả lời cũ hơn: không cần "
        "làm gì nếu câu mới nhất đúng; mỗi câu trả lời chỉ gửi một lần",
    ),
    "question_is_there": is_there("ratings", "question", "the question", "câu hỏi"),
    "question_is_in_list": is_in_list(
        "ratings", "question", "the question", "câu hỏi", tables.QUESTIONS
    ),
    "scale_is_there": is_there("ratings", "scale", "the scale", "thang đo"),
    "scale_is_in_list": is_in_list("ratings", "scale", "the scale", "thang đo", {**tables.SCALES}),
    "answer_is_there": is_there("ratings", "answer", *_ANSWER),
    "answer_is_a_whole_number": is_a_whole_number("ratings", "answer", *_ANSWER),
    "answer_is_on_its_scale": Rule(
        ("ratings",),
        "answer",
        "the answer is not on its scale: correct it, or name it in the profile as a code for no "
        "answer",
        "câu trả lời nằm ngoài thang đo: sửa lại, hoặc khai báo trong cấu hình ánh xạ là mã không "
        "trả lời",
    ),
    "answered_at_is_there": is_there("ratings", "answered_at", *_ANSWERED),
    "answered_at_is_a_time": is_a_time("ratings", "answered_at", *_ANSWERED),
    "answered_in_month": Rule(
        ("ratings",),
        "answered_at",
        "the answer was given in another month: send it with that month",
        "đánh giá thuộc tháng khác: gửi cùng dữ liệu của tháng đó",
    ),
    "dossier_ended_at_is_a_time": is_a_time(
        "ratings", "dossier_ended_at", "the end of the rated dossier", "thời điểm kết thúc hồ sơ"
    ),
    "weight_is_a_number": Rule(
        ("ratings",),
        "weight",
        "the weight cannot be read as a number: write it with the decimal mark of the profile",
        "trọng số không phải là số: ghi với dấu thập phân khai báo trong cấu hình ánh xạ",
    ),
    "weight_is_in_range": Rule(
        ("ratings",),
        "weight",
        f"the weight is below {LIGHTEST_WEIGHT} or above {HEAVIEST_WEIGHT}: send how many "
        "respondents the row stands for; weights that add up to 1 are multiplied by the number of "
        "respondents",
        f"trọng số nhỏ hơn {_LIGHTEST_VI} hoặc lớn hơn {HEAVIEST_WEIGHT}: gửi số người mà dòng "
        "này đại diện; nếu tổng trọng số bằng 1 thì nhân với số người trả lời",
    ),
    "mode_is_in_list": is_in_list(
        "ratings", "mode", "the mode of answering", "hình thức đánh giá", tables.MODES
    ),
}

_INDICATOR = ("the indicator", "chỉ số")
_NUMERATOR = ("the numerator", "tử số")
_DENOMINATOR = ("the denominator", "mẫu số")
_PERIOD = ("the period", "kỳ số liệu")

OF_FIGURES = {
    "indicator_is_there": is_there("figures", "indicator", *_INDICATOR),
    "indicator_is_in_list": is_in_list(
        "figures", "indicator", *_INDICATOR, tables.FIGURE_INDICATORS
    ),
    "figure_is_latest_copy": Rule(
        ("figures",),
        "indicator",
        "the same unit, indicator and breakdown were sent more than once and this copy is an "
        "older one: nothing to do if the latest is right; send each figure once",
        "cùng đơn vị, chỉ số và phân tổ được gửi nhiều lần và đây là bản cũ hơn: không cần làm "
        "gì nếu bản mới nhất đúng; mỗi số liệu chỉ gửi một lần",
    ),
    "period_at_is_there": is_there("figures", "period_at", *_PERIOD),
    "period_at_is_a_time": is_a_time("figures", "period_at", *_PERIOD),
    "period_in_month": Rule(
        ("figures",),
        "period_at",
        "the figure counts another month: send it with that month",
        "số liệu thuộc tháng khác: gửi cùng dữ liệu của tháng đó",
    ),
    "numerator_is_there": is_there("figures", "numerator", *_NUMERATOR),
    "numerator_is_a_whole_number": is_a_whole_number("figures", "numerator", *_NUMERATOR),
    "numerator_not_negative": _not_negative("numerator", *_NUMERATOR),
    "denominator_is_there": is_there("figures", "denominator", *_DENOMINATOR),
    "denominator_is_a_whole_number": is_a_whole_number("figures", "denominator", *_DENOMINATOR),
    "denominator_not_negative": _not_negative("denominator", *_DENOMINATOR),
    "numerator_within_denominator": Rule(
        ("figures",),
        "numerator",
        "the numerator is larger than the denominator (a sum of scores: than twice it): correct "
        "one of the two",
        "tử số lớn hơn mẫu số (tổng điểm: hơn hai lần mẫu số): sửa một trong hai",
    ),
}

RULES: dict[str, Rule] = {
    **OF_EVERY_KIND,
    **OF_DOSSIERS,
    **OF_RATINGS,
    **OF_PETITIONS,
    **OF_FIGURES,
}
"""Every rule of rows, by its name."""


def of_kind(kind: str) -> dict[str, Rule]:
    """The rules that hold for one kind of records, by name, in the order of the catalogue."""
    return {name: rule for name, rule in RULES.items() if kind in rule.kinds}
