"""What people are given of a month after the commit point: feedback to senders, and Data Docs.

Here belongs that one is written where the other cannot be. Not here: what they are (feedback,
data_docs), the warehouse (fill_warehouse).
"""

from assets.month import data_docs, feedback
from assets.month.inputs import MonthInputs


def bring_up_to_date(inputs: MonthInputs) -> None:
    """Brings the feedback and the Data Docs of the month up to date.

    For a run that holds the home's lock. FeedbackError or DataDocsError where some cannot be
    written: whatever else can be written is.
    """
    try:
        feedback.bring_up_to_date(inputs)
    except feedback.FeedbackError as error:
        messages = (str(error), data_docs.try_bring_up_to_date(inputs))
        raise feedback.FeedbackError("; ".join(filter(None, messages))) from None
    data_docs.bring_up_to_date(inputs)


def try_bring_up_to_date(inputs: MonthInputs) -> list[str]:
    """As `bring_up_to_date`; what could not be written, each with its cure."""
    messages = (feedback.try_bring_up_to_date(inputs), data_docs.try_bring_up_to_date(inputs))
    return [message for message in messages if message]
