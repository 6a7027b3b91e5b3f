"""Selecting agencies: the register of an installation that only some agencies send to.

Here belongs which other agencies they need. Not here: looking agencies up (register).
"""

import hashlib
from collections.abc import Collection, Iterable

from pipeline.agencies.register import Register
from pipeline.agencies.rows import RegisterError
from pipeline.suggestions import did_you_mean


def keep_senders(register: Register, senders: Collection[str]) -> Register:
    """The register with these senders, the units below them, and the agencies above them.

    Agencies whose territory they took over are kept too, with their units: months before a merger
    are theirs. RegisterError for a code that the register lacks.
    """
    known = set(register.table["code"])
    for code in sorted(set(senders) - known):
        near = did_you_mean(code, sorted(known))
        raise RegisterError(f"no agency {code!r} is in the register{near}: correct the code")
    rows = register.table.select("code", "parent_code", "successor_code").rows()
    kept = set(senders)
    before = 0
    while len(kept) > before:
        before = len(kept)
        kept.update(code for code, parent, heir in rows if parent in kept or heir in kept)
    # Whatever took their place, and what stands above any of them at any time, is needed by name.
    kept |= _follow(kept, [(code, heir) for code, _, heir in rows if heir])
    kept |= _follow(kept, [(code, parent) for code, parent, _ in rows if parent])
    table = register.table.filter(register.table["code"].is_in(list(kept)))
    digest = hashlib.sha256(f"{register.digest} {sorted(set(senders))}".encode()).hexdigest()
    return Register(table, digest, frozenset(known - kept))


def _follow(codes: Iterable[str], steps: Iterable[tuple[str, str]]) -> set[str]:
    """All codes that steps from one code to another lead to."""
    nexts: dict[str, set[str]] = {}
    for code, following in steps:
        nexts.setdefault(code, set()).add(following)
    found: set[str] = set()
    to_visit = list(codes)
    while to_visit:
        new = nexts.get(to_visit.pop(), set()) - found
        found |= new
        to_visit.extend(new)
    return found
