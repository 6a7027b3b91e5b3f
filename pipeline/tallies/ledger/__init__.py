"""The ledger: what a sender's earlier exports showed of its dossiers, so that each is judged once.

Here belongs remembering over exports: which due date was the first, what was open, ended, judged
or is no longer seen, and the findings that several exports together allow. Pure: the ledger after a
delivery follows from the one after the sender's delivery before, and from the dossiers accepted
now. A dossier is named by a hash (identity), looked up before it is counted (lookup), and written
down afterwards (update). Not here: the due dates of a deadline rule (deadlines), the verdict itself
(verdicts), which delivery follows which (planning), where the ledger lies (store).

What is carried, and why. Of dossiers that were open as last shown a whole row (LEDGER), and for
each deadline rule that a method names, the deadline and whether it was judged (DEADLINES). Of ended
dossiers a hash (ENDED), which tells that a dossier is reopened: it is written once, with the
delivery that showed the end, and looked up in the deliveries of REMEMBERED_MONTHS; it is never
copied from month to month. The keys of deliveries are chained, so that these hashes rest on nothing
but what the ledger rests on. A hash of 64 bits stands for a dossier's code: the odds that two of
ten million dossiers share one are 3 in a million. Measured with a sender's million dossiers a
month, a fifth of them open: the ledger is 4 MB and the ended 7 MB (the records are 27 MB). Codes as
text would be three times the bytes; ended dossiers carried along for 36 months would be 250 MB,
written anew each month.
"""

from pipeline.tallies.ledger.identity import DOSSIER_HASH, dossier_hash
from pipeline.tallies.ledger.lookup import (
    HISTORY_COLUMNS,
    NO_HISTORY,
    REMEMBERED_MONTHS,
    History,
    with_already_judged,
    with_history,
    with_shown_ended,
)
from pipeline.tallies.ledger.update import (
    LedgerAfter,
    OpenAndEnded,
    UnseenDossiers,
    find_open_and_ended,
    find_open_deadlines,
    find_unseen_dossiers,
    update_ledger,
)

__all__ = [
    "DOSSIER_HASH",
    "HISTORY_COLUMNS",
    "NO_HISTORY",
    "REMEMBERED_MONTHS",
    "History",
    "LedgerAfter",
    "OpenAndEnded",
    "UnseenDossiers",
    "dossier_hash",
    "find_open_and_ended",
    "find_open_deadlines",
    "find_unseen_dossiers",
    "update_ledger",
    "with_already_judged",
    "with_history",
    "with_shown_ended",
]
