"""What an edition was computed from: lines of the register, own files, editions before, program.

The chain of editions says it. For an edition that was published before the chain began, it is taken
from its manifest, as far as that goes. Here belongs finding it. Not here: computing (anew).
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assets.month.publication import describe_program
from pipeline.archive.deliveries import RECEIVED
from pipeline.editions import Link, ReadChain
from pipeline.errors import PlainError

_SOFTWARE = ("reform-index", "polars", "python")
"""The parts of a program that a manifest names."""


class BasisError(PlainError):
    """It is not known any more what an edition was computed from; the message says what is not."""


@dataclass(frozen=True)
class Basis:
    """What an edition was computed from.

    `register` are lines of the register of deliveries. `settings_sha256` names the own files as
    they were kept; None where those of the home as they are now are to be taken. `before` are the
    numbers of the editions in force before it was published, by month, `previous_manifest` the
    SHA-256 of the manifest published before it. `doubt` says why another result would be no sign of
    a change; empty where it would be one.
    """

    month: str
    number: int
    manifest: Mapping[str, Any]
    register: Sequence[bytes]
    settings_sha256: str | None
    before: Mapping[str, int]
    previous_manifest: str | None
    doubt: str


def find_basis(
    edition: tuple[str, int], written: bytes, register: Sequence[bytes], chain: ReadChain
) -> Basis:
    """The basis of an edition. `written` are the bytes of its manifest.

    BasisError where it cannot be found.
    """
    month, number = edition
    manifest = json.loads(written)
    link = chain.by_edition.get(edition)
    if link is None or not link.made_with:
        return Basis(
            month,
            number,
            manifest,
            register[: _find_lines(manifest, register)],
            None,
            _list_before_chain(chain, month, number),
            None,
            _doubt_program(manifest["software"], "was published before the chain began"),
        )
    lines = link.made_with["deliveries"]["lines"]
    if len(register) < lines:
        raise BasisError(f"the register of deliveries has no {lines} lines any more")
    settings = link.made_with.get("settings_sha256")
    doubt = _doubt_program(link.made_with["program"], "")
    if not settings:
        doubt = doubt or "was made while somebody changed the home's own files"
    return Basis(
        month,
        number,
        manifest,
        register[:lines],
        settings,
        _list_before(
            chain.links[: chain.links.index(link)], month, manifest["edition"]["replaces"]
        ),
        link.previous,
        doubt,
    )


def _doubt_program(program: Mapping[str, str], otherwise: str) -> str:
    """Why the program of now may make other bytes than the one that made an edition."""
    now = describe_program()
    other = [
        f"{name} {program[name][:12]} (now {now[name][:12]})"
        for name in program
        if now.get(name) != program[name]
    ]
    return f"was made by another version: {', '.join(other)}" if other else otherwise


def _list_before(links: Sequence[Link], month: str, replaced: int | None) -> dict[str, int]:
    """The number of the edition in force by month, after some publications.

    Of the month itself the one that was `replaced`: an older one may have been put in force again.
    """
    found = {link.month: link.number for link in links if link.month != month}
    return found if replaced is None else found | {month: replaced}


def _list_before_chain(chain: ReadChain, month: str, number: int) -> dict[str, int]:
    found = {
        link.month: link.number
        for link in chain.links
        if not link.is_of_chain and link.month < month
    }
    return found | ({month: number - 1} if number > 1 else {})


def _find_lines(manifest: Mapping[str, Any], register: Sequence[bytes]) -> int:
    """How many lines the register had when exactly the inputs of a manifest were in force.

    BasisError where there never was such a time.
    """
    history = set(manifest["tallied_months"])
    wanted = {(row["month"], row["sender_code"], row["sha256"]) for row in manifest["inputs"]}
    in_force: dict[tuple[str, str, str], tuple[str, str, str]] = {}
    counts: Counter[tuple[str, str, str]] = Counter()
    lacking = set(wanted)
    foreign: set[tuple[str, str, str]] = set()
    for number, line in enumerate(register, 1):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if event["month"] not in history:
            continue
        place = event["month"], event["sender_code"], event["file_name"]
        before = in_force.pop(place, None)
        if before:
            counts[before] -= 1
        after = (*place[:2], event["sha256"]) if event["event"] == RECEIVED else None
        if after:
            in_force[place] = after
            counts[after] += 1
        for file in (before, after):
            if file:
                there = counts[file] > 0
                (lacking.discard if there else lacking.add)(file) if file in wanted else (
                    foreign.add if there else foreign.discard
                )(file)
        if not lacking and not foreign:
            return number
    if not wanted:
        return len(register)
    raise BasisError(
        "the files that its manifest names were never in force at one time, as the register of "
        "deliveries says"
    )
