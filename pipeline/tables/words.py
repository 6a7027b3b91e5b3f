"""The closed lists of words and codes that tables hold.

Here belongs every word that a column may hold. Not here: the columns (the tables of each stage).
"""

KINDS = ("dossiers", "ratings", "petitions", "figures")
"""Kinds of records, and how an export's file name begins."""

STATUSES = (
    "newly_registered",
    "received",
    "not_received",
    "in_progress",
    "supplement_requested",
    "payment_requested",
    "withdrawn",
    "stopped",
    "finished",
    "handed_over",
)
"""A dossier's status, in the order of the national codes 1 to 10."""
UNCOUNTED_STATUSES = ("newly_registered", "not_received")
ENDED_STATUSES = ("finished", "handed_over")
LEFT_STATUSES = ("withdrawn", "stopped")

CHANNELS = ("counter", "online", "post", "phone", "internal", "other")
APPLICANTS = ("citizen", "enterprise", "household", "agency", "other")
SCALES = {"five": (1, 5), "three": (1, 3), "yes_no": (0, 1)}
"""Lowest and highest answer of each scale; the highest is the most satisfied."""
SATISFIED_FROM = {"five": 4, "three": 2, "yes_no": 1}
"""The lowest answer of each scale that is a satisfied one."""
QUESTIONS = ("overall", "access", "procedures", "officials", "results", "feedback")
FACTORS = QUESTIONS[1:]
ANY_QUESTION, ANY_FACTOR = "any", "any_factor"
"""Questions that nobody was asked: under `any` each respondent stands once, without an answer,
under `any_factor` each respondent who rated a factor."""
NO_ANSWER, NO_FACTOR_ANSWER = "no_answer", "no_factor_answer"
"""Questions under which stands, without an answer, each time that a respondent gave none: to the
overall question, and to a factor."""
MODES = ("online", "kiosk", "paper", "phone", "other")
RATE_INDICATORS = (
    "on_time_of_finished",
    "on_time_766",
    "due_on_time",
    "open_not_overdue",
    "satisfied_share",
    "response_rate",
)
"""Our own indicators that may be sent as figures: those that are a count among a count."""
_DECISION_766 = (
    *("1_1", "1_2", "1_3", "1_4", "2_1", "3_1", "3_2", "3_3", "3_5", "3_5b", "3_6"),
    *("4_1", "4_2", "4_2b", "4_3", "4_4", "4_5a", "4_5b", "5_2", "5_3", "5_4"),
)
SCORE_INDICATORS = {f"circular_01_2018_{criterion}": 2 for criterion in (1, 2, 3, 4, 5, 6, 7, 9)}
"""Figures whose numerator is a sum of scores, and the highest score of one case."""
FIGURE_INDICATORS = (
    *RATE_INDICATORS,
    *(f"decision_766_{number}" for number in _DECISION_766),
    *SCORE_INDICATORS,
    "circular_01_2018_8",
)
"""Indicators that may be sent as figures, ours and those of official methods."""
INTAKES = ("received", "carried_over")
"""How a dossier came into the month."""
FINISHED = ("finished_early", "finished_on_due_date", "finished_overdue", "finished_without_due")
OPEN = ("open_not_due", "open_overdue", "open_without_due")
LEFT = "left"
"""What became of a dossier in the month, by the due date in force: finished, open, or left."""
ENDED_BEFORE_MONTH, UNSEEN = "ended_before_month", "unseen"
APART = (ENDED_BEFORE_MONTH, UNSEEN)
"""Outcomes that are in no cell of form II.06a: of a dossier that ended before the month began, and
of one that an earlier export showed open and this one does not show."""
VERDICTS = ("on_time", "late", LEFT)
"""How a dossier is judged by its first due date."""
CHANGES = ("better", "worse")
"""What a value or rank has become since the month before; empty where nothing is shown."""
FINDING_NAMES = {
    "code_of_several": "another dossier of the export had its code, and was set aside",
    "due_moved_more_than_once": "its due date changed for the second time",
    "ended_before_shown": "it ended before the month, and no export had shown it",
    "first_shown_after_due": "its first due date is shown for the first time after its month",
    "reopened": "an earlier export showed it ended, and it is open or ended in the month",
    UNSEEN: "an earlier export showed it open, and this one is the first not to show it",
}
"""What exports may show of a dossier, each counted in the month that shows it."""
LEDGER_FINDINGS = tuple(FINDING_NAMES)
"""The findings that only several exports together, or the copies in one, can show."""
PATTERN_NAMES = FINDING_NAMES | {
    "asked_more_than_once": "its applicant was asked for more papers twice or more",
    "code_of_abolished_body": "its code begins with that of a body abolished before its receipt",
    "code_of_another_day": "the day in its code is not the day of its receipt",
    "due_moved_at_the_end": "its due date was moved within a day of it, or after it",
    "ended_at_one_time": "it ended in one second with at least 4 others of its unit",
    "ended_at_receipt": "it ended in the second in which it was received",
    "ended_in_one_minute": "it ended in one minute with at least 19 others of its unit",
    "ended_on_day_off": "it ended on a day off that is no worked Saturday",
    "ended_before_received": "a row that was rejected because it ended before it was received",
    "number_missing": "a running number between those of a unit's day that no dossier has",
    "paused_before_due": "more papers were asked for in the last day before it was due, and waited "
    "for 5 days or longer",
    "rated_before_result": "it was rated before its result",
    "rated_by_one_person": "its respondent rated 10 or more dossiers of the unit in the month",
    "rated_in_one_minute": "its rating is one of 10 or more that are the same, in one minute",
}
"""What records of a month may show, each with what one case of it is; those of the ledger too."""
OF_RATINGS = ("rated_before_result", "rated_by_one_person", "rated_in_one_minute")
"""The findings that count answers of persons."""
DERIVED_NAMES = {
    "allowed_far_above_peers": "its allowed time is more than 1.5 times the median of the other "
    "units of the league of its own unit for its procedure, and at least 2 days more",
    "carried_over_differs": "a dossier by which those carried over are more or fewer than those in "
    "progress at the end of the month before",
    "judged_otherwise_by_new_rule": "a dossier by which more or fewer ended on time by a deadline "
    "rule that a version of a method begins to use in the month",
    "jumped_at_merger": "a dossier by which more or fewer ended on time than by the share of the "
    "month before, less the change of the units without a merger; at the merger of the unit",
    "figures_differ": "a share that was sent ready-made and is not what the rows add up to",
}
"""What counts of several stages show together, each with what one case of it is."""
EITHER_WAY = ("judged_otherwise_by_new_rule", "jumped_at_merger")
"""The findings that count by how many dossiers more or fewer ended on time: for better or worse."""
PUBLISHED_FINDINGS = PATTERN_NAMES | DERIVED_NAMES
"""The findings of the published table."""
SERVED_TIMES = ("on_time", "early", "late", "late_before", "without_due")
"""How a dossier with a result in the month stood to its first due date: met or missed, judged so in
the month (on_time, late) or in another one (early, late_before); there is none."""
MARGINS = ("lateness", "channel", "applicant", "procedure_code")
"""In what respects those who answered are made to represent those who were served."""
NOT_SERVED = "not_served"
"""Of a rated dossier, where the sender's export shows none that got its result in the month."""
CLOCKS = {"working": 8 * 60, "elapsed": 24 * 60}
"""Minutes that make a day on each clock."""

SUBJECTS = ("procedures", "conduct", "other")
"""What a petition is about: rules and procedures, the conduct of staff, or something else."""
PETITION_STATUSES = ("received", "in_progress", "handled", "refused")
CLOSED_STATUSES = ("handled", "refused")
HANDLED = ("handled_on_time", "handled_late")
PENDING = ("open_not_due", "open_overdue")
REFUSED = "refused"
"""What became of a petition by the month's end: handled, open, or refused."""
YES_NO = ("yes", "no")
NOT_ASKED = ""
"""Whether a petitioner is satisfied, where nobody asked or nobody answered."""
CONFIDENCES = ("verified", "verified_by_elimination", "weak", "unverified")
"""How sure a row of the register is of its code, or of its successor."""
BASES = ("as_published", "restated")
"""Whose counts make a series: those of the code in every month, or also its predecessors'."""
