"""The closed list of notes beside published numbers, in Vietnamese and English.

Here belongs every word that may stand in a `note` column, and what it means for a reader. Not
here: when a number has a note (indices, rankings).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """What a note says to an inspector: one clause in each language, without a full stop."""

    text_vi: str
    text_en: str


NOTES: dict[str, Note] = {
    "too_few_due": Note(
        "quá ít hồ sơ (dưới mức tối thiểu) nên không xếp hạng",
        "too few dossiers (under the minimum), so not ranked",
    ),
    "too_few_respondents": Note(
        "quá ít người trả lời (dưới mức tối thiểu) nên không tính",
        "too few respondents (under the minimum), so not computed",
    ),
    "withheld": Note(
        "không công bố vì quá ít người trả lời, hoặc vì từ đó có thể suy ra số người trả lời quá "
        "ít của đơn vị khác",
        "not published: too few people answered, or the few of another unit would follow from it",
    ),
    "too_much_item_non_response": Note(
        "quá nhiều câu hỏi không có câu trả lời (mã không trả lời, trên mức tối đa) nên không tính",
        "item non-response: too many questions without an answer (over the maximum), so not "
        "computed",
    ),
    "provisional": Note(
        "tạm tính: thiếu dữ liệu của ít nhất một tháng trước đó",
        "provisional: data of one of the months before are missing",
    ),
    "curve_not_reached": Note(
        "chưa đủ hồ sơ giải quyết xong để đường cong đạt tới mức này",
        "not enough dossiers have ended for the curve to come down to this level",
    ),
    "too_few_at_risk": Note(
        "có thời điểm còn dưới 10 hồ sơ đang được theo dõi nên không tính",
        "at some age fewer than 10 dossiers were under observation, so not computed",
    ),
    "no_processing_time": Note(
        "không có chỉ số thời gian giải quyết",
        "there is no processing-time index",
    ),
    "no_satisfaction": Note(
        "không có chỉ số hài lòng",
        "there is no satisfaction index",
    ),
    "no_export": Note(
        "đơn vị gửi chưa gửi dữ liệu tháng này",
        "the sender sent no export for the month",
    ),
    "no_ratings": Note(
        "đơn vị gửi không gửi phiếu đánh giá của tháng",
        "the sender sent no ratings for the month",
    ),
    "no_dossier_export": Note(
        "đơn vị gửi không gửi dữ liệu hồ sơ của tháng",
        "the sender sent no dossiers for the month",
    ),
    "refused_export": Note(
        "tệp dữ liệu tháng này bị từ chối",
        "the export for the month was refused",
    ),
    "too_many_rejected": Note(
        "quá nhiều dòng dữ liệu bị loại nên không xếp hạng",
        "too many rows were rejected, so not ranked",
    ),
    "another_clock": Note(
        "thời gian không tính theo cùng một cách (giờ làm việc hoặc giờ liên tục)",
        "times are not all measured on one clock (working or elapsed hours)",
    ),
    "another_scale": Note(
        "dùng thang đo hoặc loại câu hỏi khác với phần lớn các đơn vị",
        "another scale or kind of question than most units use",
    ),
    "differs_from_parts": Note(
        "số liệu tổng được gửi khác với tổng số liệu của các đơn vị trực thuộc; lấy số liệu tổng",
        "the total sent is not the sum of the figures of the units below; the total is taken",
    ),
    "no_dossiers": Note(
        "không có hồ sơ nào trong tháng",
        "there were no dossiers in the month",
    ),
    "no_denominator": Note(
        "không có trường hợp nào để tính, hoặc không đối chiếu được với hồ sơ",
        "there are no cases to count it among, or none that can be matched",
    ),
    "not_sent": Note(
        "chưa có số liệu của chỉ số này, khác với 0 điểm",
        "there are no counts of this indicator, which is not the same as 0 points",
    ),
    "missing_indicators": Note(
        "thiếu số liệu của ít nhất một chỉ số thành phần nên không tính, không xếp loại",
        "one of its indicators is missing, so not computed and without a band",
    ),
    "no_cases_full_points": Note(
        "không có trường hợp nào để tính, nên theo quy tắc được đủ điểm",
        "there are no cases to count it among, which by the rule gives full points",
    ),
    "no_cases_no_points": Note(
        "không có trường hợp nào để tính, nên theo quy tắc được 0 điểm",
        "there are no cases to count it among, which by the rule gives no points",
    ),
    "points_shared": Note(
        "không có trường hợp nào để tính, nên điểm được chia cho các chỉ số khác trong nhóm",
        "there are no cases to count it among, so its points go to the others of its group",
    ),
    "idle_unit": Note(
        "có điểm mà không có hồ sơ và phản ánh nào: điểm do quy tắc, không phải do kết quả",
        "has points without any dossier or petition: by the rule, not by what it did",
    ),
    "complaints_not_matched": Note(
        "có phản ánh về thái độ nhưng không ghép được với hồ sơ: cần gửi số liệu",
        "there are complaints about conduct that cannot be matched to dossiers: send figures",
    ),
    "law_changed": Note(
        "căn cứ pháp lý đã thay đổi, công thức theo văn bản mới chưa đối chiếu được",
        "the law behind it has changed, and the formulas of the new text were not seen",
    ),
    "alone_in_league": Note(
        "không có đơn vị nào khác để so sánh",
        "there is no other unit to compare with",
    ),
}
"""Notes by their word in the data."""
