"""What is published, on disk: editions that never change, and the pages beside them that do.

    kept      which editions there are, and their files
    editions  editions written whole, put in force by one replaced link
    chain     which manifests were published, in which order, each bound to the one before
    breaks    how the editions on the disk differ from the chain
    beside    the pages of all months: replaced whenever the editions change
    hashes    what the files of an edition were when it was published
    writing   errors of the disk in plain words

Not here: what is in them (bulletin, reports), and that only one run writes at a time (the home's
lock).
"""

from pipeline.editions.beside import PagesBeside
from pipeline.editions.breaks import find_breaks
from pipeline.editions.chain import Link, ReadChain
from pipeline.editions.editions import Editions
from pipeline.editions.writing import EditionError

__all__ = ["EditionError", "Editions", "Link", "PagesBeside", "ReadChain", "find_breaks"]
