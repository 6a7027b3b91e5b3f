"""Editions and the chain: what was added, taken away, renumbered or put in force beside it.

Here belongs what can be seen from names and from the lines of the chain; no file of an edition is
read, but where something is missing. Not here: the lines themselves (chain), the bytes of an
edition (hashes).
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from pipeline import months
from pipeline.editions.chain import ReadChain, is_of_chain
from pipeline.editions.hashes import MANIFEST
from pipeline.editions.kept import KeptEditions
from pipeline.editions.writing import EditionError

_BACKUP = "restore it from a backup"


def find_breaks(editions: KeptEditions) -> list[str]:
    """How the editions differ from the chain, in plain words, each with its cure."""
    chain = editions.read_chain()
    if not chain.is_there:
        return list(_find_lost_chain(editions))
    return [
        *(
            f"line {number} of {editions.chain.path} is not as it was written, or does not follow "
            "the line before: restore it from a backup before the next edition is published"
            for number in chain.damaged
        ),
        *_find_missing(editions, chain),
        *_find_added(editions, chain),
        *_find_wrong_links(editions, chain),
    ]


def list_months(editions: KeptEditions) -> list[str]:
    """The months of which there is a folder of editions."""
    return [name for name in _list_names(editions.folder / "editions") if months.is_name(name)]


def list_numbers(editions: KeptEditions, month: str) -> list[int]:
    """The numbers of all folders of a month that look like an edition."""
    names = _list_names(editions.folder / "editions" / month)
    return sorted(int(name) for name in names if re.fullmatch(r"[1-9]\d*", name))


def _find_lost_chain(editions: KeptEditions) -> Iterator[str]:
    # The first publication of all may have been killed before its line was written.
    announced = editions.chain.announced()
    for month in _list_names(editions.folder / "editions"):
        for number in list_numbers(editions, month):
            manifest = editions.edition_folder(month, number) / MANIFEST
            if (month, number) != announced and is_of_chain(manifest):
                yield (
                    f"{editions.chain.path} is missing, and edition {number} of {month} was "
                    f"published with one: {_BACKUP}, else what was taken away cannot be seen"
                )
                return


def _find_missing(editions: KeptEditions, chain: ReadChain) -> Iterator[str]:
    for month, number in chain.by_edition:
        folder = editions.edition_folder(month, number)
        if not folder.is_dir() and "." not in altered_as_replaced(editions, month, number):
            yield f"{folder} is missing: edition {number} of {month} was published; {_BACKUP}"


def _find_added(editions: KeptEditions, chain: ReadChain) -> Iterator[str]:
    announced = editions.chain.announced()
    for month in _list_names(editions.folder / "editions"):
        for name in _list_names(editions.folder / "editions" / month):
            folder = editions.folder / "editions" / month / name
            # The pages of all months lie beside the editions.
            if not re.fullmatch(r"\d+", name):
                continue
            edition = month, int(name)
            is_other_name = name != str(edition[1])
            if is_other_name or edition not in {*chain.by_edition, announced}:
                yield (
                    f"{folder} was never published: it is not in {editions.chain.path}. Move it "
                    "away"
                )


def _find_wrong_links(editions: KeptEditions, chain: ReadChain) -> Iterator[str]:
    names = [name for name in _list_names(editions.folder) if months.is_name(name)]
    for month in sorted({*names, *chain.newest_numbers}):
        newest = chain.newest_numbers.get(month)
        try:
            number = editions.in_force(month)
        except EditionError as error:
            yield str(error)
            continue
        if number == newest:
            continue
        link = editions.folder / month
        if newest is None:
            yield f"{link} names edition {number}, and none of {month} was published: remove it"
        else:
            what = "is missing" if number is None else f"names edition {number}"
            yield (
                f"{link} {what}, and the newest edition of {month} is {newest}: restore the link "
                f"(ln -sfn editions/{month}/{newest} {link}), or run {month} again: it then "
                "publishes the next edition where its data differ"
            )


def altered_as_replaced(editions: KeptEditions, month: str, number: int) -> frozenset[str]:
    """The files of an edition that had been altered when the next one replaced it, as that says."""
    try:
        manifest = json.loads(editions.read_kept_file(month, number + 1, MANIFEST))
        if manifest["edition"]["replaces"] != number:
            return frozenset()
        return frozenset(manifest.get("altered_in_edition_replaced", ()))
    except (EditionError, ValueError, KeyError, TypeError, AttributeError):
        return frozenset()


def _list_names(folder: Path) -> list[str]:
    """What lies in a folder, hidden things apart; nothing where there is no folder."""
    try:
        return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []
