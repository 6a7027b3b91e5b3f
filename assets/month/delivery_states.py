"""The states of the senders' months, from register, editions and what came of the files.

Here belongs finding what pipeline.delivery_states judges. Not here: the judgement, and how states
are shown (reports, assets.metadata, assets.command_line).
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from zoneinfo import ZoneInfo

import polars as pl

from assets.month.environment import configured_time_zone
from assets.month.inputs import MonthInputs
from assets.month.installation import Installation
from pipeline import months, planning
from pipeline.archive import list_receipts
from pipeline.delivery_states import Arrivals, Counted, Receipt, find_states
from pipeline.editions import EditionError
from pipeline.published_data import restore_texts

SHOWN_MONTHS = 12
"""How many months a grid of states has, the newest one among them."""

_DELIVERIES = "data/deliveries.csv"


def read_states(inputs: MonthInputs) -> pl.DataFrame:
    """The states of the last SHOWN_MONTHS up to the month, in DELIVERY_STATES, by month and sender.

    Months before the first that anything was received for are left out.
    """
    installation = inputs.installation
    receipts = read_receipts(installation)
    wanted = [*months.before(inputs.month, SHOWN_MONTHS - 1), inputs.month]
    first = min(receipts, default=inputs.month)
    frames = [
        find_month_states(inputs.at_earlier_month(month), receipts.get(month, ()))
        for month in wanted
        if first <= month < inputs.month
    ]
    own = find_month_states(inputs, receipts.get(inputs.month, ()))
    return pl.concat([*frames, own])


def read_receipts(installation: Installation) -> dict[str, list[Receipt]]:
    """By month, every file that was ever received for it, as the register of deliveries knows it.

    Days are those of the zone in which a month ends.
    """
    receipts = list_receipts(installation.archive.events(), ZoneInfo(configured_time_zone()))
    return {month: files for month, files in receipts.items() if months.is_name(month)}


def find_month_states(inputs: MonthInputs, receipts: Sequence[Receipt]) -> pl.DataFrame:
    """The states of the senders in the month, in DELIVERY_STATES; `receipts` are the month's."""
    installation, month = inputs.installation, inputs.month
    return find_states(
        month,
        inputs.deliveries,
        Arrivals(
            receipts,
            _list_counted(installation, month, receipts),
            installation.delivery_settings.due_day.date_of(month),
        ),
        installation.register,
    )


def _list_counted(
    installation: Installation, month: str, receipts: Sequence[Receipt]
) -> Mapping[tuple[str, str], Counted]:
    """The files that editions of the month counted, by sender and SHA-256.

    Nothing is read where every file is still in force: then none can have been corrected. An
    edition that was altered or removed tells nothing.
    """
    if all(receipt.is_in_force for receipt in receipts):
        return {}
    found: dict[tuple[str, str], Counted] = {}
    for number in installation.editions.kept_numbers(month):
        try:
            written = installation.editions.read_kept_file(month, number, _DELIVERIES)
        except EditionError:
            continue
        every = restore_texts(pl.read_csv(BytesIO(written), infer_schema=False))
        rows = every.filter(status=planning.ACCEPTED)
        for sender, sha256, kind in rows.select("sender_code", "sha256", "kind").iter_rows():
            before = found.get((sender, sha256))
            editions = (*before.editions, number) if before else (number,)
            found[sender, sha256] = Counted(editions, kind)
    return found
