"""A month's deliveries merged: one file for each table of a month, not one for each delivery.

An edition reads three years of history, so it reads some forty files and not a thousand. Here
belongs merging the results of a month's deliveries, and reading them merged. Not here: the results
of a delivery (deliveries, tally).
"""

import hashlib
from collections.abc import Mapping

import polars as pl

from pipeline import tables
from pipeline.errors import PlainError
from pipeline.planning import Plan
from pipeline.store import Store
from pipeline.tallies import Tallies

_STAGE = "merged"
_DELIVERED = "delivered"


class OutdatedError(PlainError):
    """Results in the store rest on other inputs than those planned; the message says which."""


def merged_key(month: str, plan: Plan) -> str:
    """The key of a month's merged results: the month, and a digest of its deliveries' keys."""
    keys = sorted(plan.select("key", "tallies_key").unique().rows())
    return f"{month}-{hashlib.sha256(repr(keys).encode()).hexdigest()[:32]}"


def is_merged(store: Store, month: str, plan: Plan) -> bool:
    """Whether the store has the month merged from these very deliveries, whole."""
    return plan.is_empty() or store.has(_STAGE, merged_key(month, plan))


def merge_month(store: Store, month: str, plan: Plan) -> None:
    """Merges the tallies of a month's deliveries, and what came of their files."""
    keys, tallies_keys = (
        plan[name].unique(maintain_order=True).to_list() for name in ("key", "tallies_key")
    )
    parts = vars(scan_cells(store, "tallies", tallies_keys))
    delivered = store.scan_all("records", keys, _DELIVERED, tables.DELIVERED.schema)
    names = [*parts, _DELIVERED]
    frames = pl.collect_all([*parts.values(), delivered])
    store.write(_STAGE, merged_key(month, plan), dict(zip(names, frames, strict=True)))


def scan_cells(store: Store, stage: str, keys: list[str]) -> Tallies:
    """The tallies that a stage stored under some keys; lazy."""
    return Tallies(
        **{
            name: store.scan_all(stage, keys, name, table.schema)
            for name, table in tables.TALLIES.items()
        }
    )


def scan_tallies(store: Store, plans: Mapping[str, Plan]) -> Tallies:
    """The merged tallies of some months; lazy.

    OutdatedError where a month is not merged yet.
    """
    keys = [_merged_key(store, month, plan) for month, plan in plans.items() if not plan.is_empty()]
    return scan_cells(store, _STAGE, keys)


def read_delivered(store: Store, month: str, plan: Plan) -> pl.DataFrame:
    """What came of every file of a month, in tables.DELIVERED without names.

    It can be read once the month's records are made, merged or not.
    """
    if not plan.is_empty() and is_merged(store, month, plan):
        return store.read(_STAGE, merged_key(month, plan), _DELIVERED)
    keys = plan["key"].unique(maintain_order=True).to_list()
    return store.scan_all("records", keys, _DELIVERED, tables.DELIVERED.schema).collect()


def forget_merged(store: Store, plans: Mapping[str, Plan]) -> None:
    """Removes the merged results of all months but those of these plans."""
    store.keep_only(_STAGE, {merged_key(month, plan) for month, plan in plans.items()})


def _merged_key(store: Store, month: str, plan: Plan) -> str:
    key = merged_key(month, plan)
    if not store.has(_STAGE, key):
        raise OutdatedError(
            f"the counts of {month} are not in the store: materialize all from exports to tallies "
            "first, or run the whole month"
        )
    return key
