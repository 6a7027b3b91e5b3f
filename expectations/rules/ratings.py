"""The row rules of ratings.

Not here: the rules of every kind of records (records), or what a rule is made of (row_rule).
"""

from dataclasses import replace

from expectations.engine.phrases import expect_between, expect_not_null, where_in
from expectations.rules.row_rule import (
    RowRule,
    expect_readable,
    require_latest_copy,
    require_listed_value,
    require_mapped_value,
    require_own_key,
    require_readable_time,
    require_readable_whole_number,
    require_sent_value,
    require_time_before_export,
    require_time_of_records,
    require_value,
    require_whole_code,
)
from pipeline import months, tables
from pipeline.faults import write_number_vi
from pipeline.records.numbers import HEAVIEST_WEIGHT

LIGHTEST_WEIGHT = 0.0001
"""The least respondents that one row may stand for [ours]: rounding to millionths changes no weight
by more than half a percent."""
_LIGHTEST_WEIGHT_VI = str(LIGHTEST_WEIGHT).replace(".", ",")

_QUESTION = ("the question", "câu hỏi")
_SCALE = ("the scale", "thang đo")
_ANSWER = ("the answer", "câu trả lời")
_ANSWERED = ("the time of the answer", "thời điểm đánh giá")
_DOSSIER_ENDED = ("the end of the rated dossier", "thời điểm kết thúc xử lý hồ sơ")
_SCALES_EN = ", ".join(f"{name}: {low} to {high}" for name, (low, high) in tables.SCALES.items())
_SCALES_VI = _SCALES_EN.replace(" to ", " đến ")

RULES = (
    RowRule(
        name="respondent_is_there",
        column="respondent_id",
        demand=lambda rule, _: [expect_not_null(rule, "respondent_id")],
        reason_en="the respondent's code is missing, and the dossier's too: fill in one of them "
        "and send the file again",
        reason_vi="thiếu cả mã người đánh giá và mã hồ sơ: bổ sung một trong hai rồi gửi lại tệp",
    ),
    require_latest_copy(
        "rating_is_latest_copy",
        "respondent_id",
        "there are several answers of the same respondent to the same question on the same unit "
        "and dossier, and another one, the latest, counts: nothing to do if that one is right, "
        "unless so many rows are rejected that the sender is not ranked; send each answer once",
        "có nhiều câu trả lời của cùng một người cho cùng câu hỏi, đơn vị và hồ sơ, và chỉ tính "
        "câu mới nhất, không phải dòng này: không cần làm gì nếu câu đó đúng, trừ khi quá nhiều "
        "dòng bị loại khiến cơ quan gửi không được xếp hạng; mỗi câu trả lời chỉ gửi một lần",
    ),
    require_own_key(
        "respondent_code_is_of_one_respondent",
        "respondent_id",
        "another row has the same respondent, unit and question and a later day, and neither has "
        "a dossier's code, so only that row counts: send the code of the dossier that was rated, "
        "or name in the profile the columns that identify a respondent (identity)",
        "dòng khác có cùng người đánh giá, đơn vị và câu hỏi, trả lời vào ngày sau đó và cả hai "
        "không ghi mã hồ sơ, nên chỉ tính dòng đó: gửi kèm mã hồ sơ, hoặc khai báo "
        "trong cấu hình ánh xạ các cột xác định người đánh giá (identity)",
    ),
    require_whole_code(
        "respondent_id_is_whole", "respondent_id", "the respondent's code", "mã người đánh giá"
    ),
    require_whole_code(
        "rated_dossier_id_is_whole",
        "dossier_id",
        "the dossier's code",
        "mã hồ sơ",
    ),
    require_sent_value("question_is_there", "question", *_QUESTION),
    require_mapped_value("question_is_in_list", "question", *_QUESTION, tables.QUESTIONS),
    require_value("scale_is_there", "scale", *_SCALE),
    require_listed_value("scale_is_in_list", "scale", *_SCALE, tables.SCALES),
    replace(
        require_value("answer_is_there", "answer", *_ANSWER),
        # A missing code says that the respondent gave no answer: nothing is missing then.
        demand=lambda rule, _: [expect_not_null(rule, "answer_standing")],
        reason_en="the answer is missing: fill it in and send the file again; where the respondent "
        "gave none, send a code for that and name it in the profile (missing_codes)",
        reason_vi="thiếu câu trả lời: bổ sung rồi gửi lại tệp; nếu người được hỏi không trả lời "
        "thì gửi mã không trả lời và khai báo mã đó trong cấu hình ánh xạ (missing_codes)",
    ),
    replace(
        require_readable_whole_number("answer_is_a_whole_number", "answer", *_ANSWER),
        reason_en="the answer cannot be read as a whole number: send the point of the scale in "
        "digits, or map the words to points in the profile ([values.answer])",
        reason_vi="câu trả lời không đọc được dưới dạng số nguyên: gửi điểm của thang đo bằng chữ "
        "số, hoặc ánh xạ từ sang điểm trong cấu hình ánh xạ ([values.answer])",
    ),
    RowRule(
        name="answer_is_on_its_scale",
        column="answer",
        demand=lambda rule, _: [
            expect_between(
                rule, "answer", lowest, highest, row_condition=where_in("scale", [scale])
            )
            for scale, (lowest, highest) in tables.SCALES.items()
        ],
        reason_en=f"the answer is not on the scale of the profile ({_SCALES_EN}): correct it, name "
        "the right scale in the profile (scale), or name the value there as a code for no answer "
        "(missing_codes)",
        reason_vi=f"câu trả lời nằm ngoài thang đo của cấu hình ánh xạ ({_SCALES_VI}): sửa lại, "
        "khai báo đúng thang đo (scale), hoặc khai báo giá trị này là mã không trả lời "
        "(missing_codes)",
    ),
    require_sent_value("answered_at_is_there", "answered_at", *_ANSWERED),
    require_readable_time("answered_at_is_a_time", "answered_at", *_ANSWERED),
    RowRule(
        name="answered_in_month",
        column="answered_at",
        demand=lambda rule, month: [
            expect_between(
                rule, "answered_at", months.start(month), months.end(month), strict_max=True
            )
        ],
        reason_en="the answer was given in another month: send it with that month",
        reason_vi="đánh giá thuộc tháng khác: gửi cùng dữ liệu của tháng đó",
    ),
    require_readable_time("dossier_ended_at_is_a_time", "dossier_ended_at", *_DOSSIER_ENDED),
    require_time_of_records(
        "dossier_ended_since_there_are_records",
        "dossier_ended_at",
        *_DOSSIER_ENDED,
        may_be_missing=True,
    ),
    require_time_before_export("dossier_ended_before_export", "dossier_ended_at", *_DOSSIER_ENDED),
    RowRule(
        name="weight_is_a_number",
        column="weight",
        demand=lambda rule, _: [expect_readable(rule, "weight")],
        reason_en="the weight cannot be read as a number: write it with the decimal mark of the "
        "profile (decimal_mark)",
        reason_vi="trọng số không đọc được dưới dạng số: ghi với dấu thập phân khai báo trong cấu "
        "hình ánh xạ (decimal_mark)",
    ),
    RowRule(
        name="weight_is_in_range",
        column="weight",
        demand=lambda rule, _: [expect_between(rule, "weight", LIGHTEST_WEIGHT, HEAVIEST_WEIGHT)],
        reason_en=f"the weight is below {LIGHTEST_WEIGHT} or above {HEAVIEST_WEIGHT:,}: send how "
        "many respondents the row stands for; if your weights add up to 1, multiply each by the "
        "number of respondents",
        reason_vi=f"trọng số nhỏ hơn {_LIGHTEST_WEIGHT_VI} hoặc lớn hơn "
        f"{write_number_vi(HEAVIEST_WEIGHT)}: gửi số người trả lời mà dòng này đại diện; nếu tổng "
        "các trọng số bằng 1 thì nhân từng trọng số với số người trả lời",
    ),
    require_mapped_value(
        "mode_is_in_list", "mode", "the mode of answering", "hình thức đánh giá", tables.MODES
    ),
)
"""In the order of the suite."""
