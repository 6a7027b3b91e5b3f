"""The ledger: what a sender's earlier exports showed of its dossiers, so that each is judged once.

Here belongs remembering over exports: which due date was the first, what was open, ended, judged
or is no longer seen, and the findings of lives told by several exports. Pure: the ledger after a
delivery follows from the one after the sender's delivery before, and from the dossiers accepted
now. Not here: the due dates of a rule (deadlines), the verdict itself (verdicts), which delivery
follows which (deliveries), where the ledger lies (stages).

What is carried, and why. Of dossiers open as last shown a whole row (LEDGER), and by each rule that
a method reads due dates with the deadline and whether it was judged (DEADLINES); of ended ones
a hash that tells a reopened dossier (ENDED), written once with the delivery that showed the
end and looked up in those of REMEMBERED_MONTHS, never copied from month to month: the keys of
deliveries are chained, so that these rest on nothing but what the ledger rests on. A hash of 64
bits stands for a dossier's code: that two of ten million dossiers share one has odds of 3 in a
million. Measured with a sender's million dossiers a month, a fifth of them open: the ledger is 4 MB
and the ended 7 MB (the records are 27 MB). Codes as text would be three times the bytes; ended
dossiers carried along for 36 months would be 250 MB, written anew each month.
"""

from pipeline.tallies.ledger.lookup import DOSSIER as DOSSIER
from pipeline.tallies.ledger.lookup import MARKS as MARKS
from pipeline.tallies.ledger.lookup import NO_PAST as NO_PAST
from pipeline.tallies.ledger.lookup import REMEMBERED_MONTHS as REMEMBERED_MONTHS
from pipeline.tallies.ledger.lookup import Past as Past
from pipeline.tallies.ledger.lookup import recalled as recalled
from pipeline.tallies.ledger.lookup import settled as settled
from pipeline.tallies.ledger.lookup import with_ended as with_ended
from pipeline.tallies.ledger.update import Missed as Missed
from pipeline.tallies.ledger.update import after as after
from pipeline.tallies.ledger.update import deadlines_told as deadlines_told
from pipeline.tallies.ledger.update import missed as missed
from pipeline.tallies.ledger.update import told as told
