"""The register of agencies: which exist, what they are called and to whom they belong, over time.

Here belong the built-in Vietnamese register and an installation's own one: reading them (reading),
checking that rows agree (checks), looking codes up in a month (register), which agency took over
which territory (succession), under which names units are known (names, aliases), searching for an
agency whose code a person does not know (search), and the register of an installation that only
some agencies send to (selection). Not here: which agency sends which file (profiles), or which
units are ranked against each other (rankings).

A code may mean two territories: 63 provinces became 34 on 1 July 2025, and a new province kept
the code of the one whose name it kept. So an agency is a code with a first and a last day, and
every look-up asks for a month.
"""

from pipeline.agencies.aliases import AliasError, Aliases, load_aliases
from pipeline.agencies.names import UnitNames
from pipeline.agencies.reading import BUILT_IN, load
from pipeline.agencies.register import Register
from pipeline.agencies.rows import RegisterError
from pipeline.agencies.search import (
    LATEST,
    explain_unknown,
    find_agencies,
    show_agency,
    suggest_agencies,
)
from pipeline.agencies.selection import keep_senders

__all__ = [
    "BUILT_IN",
    "LATEST",
    "AliasError",
    "Aliases",
    "Register",
    "RegisterError",
    "UnitNames",
    "explain_unknown",
    "find_agencies",
    "keep_senders",
    "load",
    "load_aliases",
    "show_agency",
    "suggest_agencies",
]
