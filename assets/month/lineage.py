"""What an edition rests on, and which editions rest on what has changed since.

Here belong the digests of register, methods and deliveries behind an edition. Not here: results in
the store that rest on other deliveries than those planned (results).
"""

import json
from collections.abc import Mapping

import polars as pl

from assets.month.inputs import MonthInputs
from assets.month.installation import Installation
from pipeline import bulletin, months, planning
from pipeline.editions import EditionError

Lineage = dict[str, str]
"""What a month rests on, each by its digest: register, methods, and months by name."""


def read_digests(inputs: MonthInputs) -> dict[str, str]:
    """Every month that was ever planned, with the digest of what was sent for it."""
    plans = dict(inputs.known_plans) | inputs.other_plans
    return {month: planning.digest_inputs(plan) for month, plan in plans.items()}


def current_lineage(installation: Installation, month: str, digests: Mapping[str, str]) -> Lineage:
    """What a month rests on now; `digests` are those of `read_digests`.

    A month in which no version of our own index is in force any more rests on no method.
    """
    history = {each: digests[each] for each in installation.history(month) if each in digests}
    in_force = installation.methods.in_any_of([month])
    before = installation.earlier_methods(month, history)
    own = {"method": in_force.index.digest} if in_force.versions else {}
    return {
        "register": installation.register.digest,
        **own,
        **{_method_key(each.name): each.digest for each in in_force.scorecards},
        **{_method_key(f"{each.name} {each.version}"): each.digest for each in before},
        **history,
    }


def find_stale_months(inputs: MonthInputs, digests: Mapping[str, str]) -> list[str]:
    """Other published months that rest on what has changed since they were computed."""
    installation = inputs.installation
    return [
        published
        for published in installation.editions.months()
        if published != inputs.month
        and _comparable(_lineage_at_publication(installation, published), digests)
        != _comparable(current_lineage(installation, published, digests), digests)
    ]


def as_frame(lineage: Lineage) -> pl.DataFrame:
    """A lineage as it is stored: rests_on, digest."""
    return pl.DataFrame(list(lineage.items()), schema=["rests_on", "digest"], orient="row")


def _lineage_at_publication(installation: Installation, month: str) -> Lineage:
    """What the edition in force was last computed from: as stored, else as its manifest says."""
    if installation.store.has("bulletin", month):
        return dict(installation.store.read("bulletin", month, "basis").iter_rows())
    try:
        manifest = json.loads(installation.editions.read_file(month, "manifest.json"))
    except EditionError:
        # What was altered says nothing, so the month is to be run again.
        return {}
    names = (*bulletin.INPUTS, bulletin.DECLARED_DIGEST)
    inputs = pl.DataFrame(manifest["inputs"], schema=dict.fromkeys(names, pl.String))
    beside = {
        _method_key(each["name"]): each["digest"] for each in manifest.get("methods_beside", ())
    }
    own = {name: manifest[name]["digest"] for name in ("register", "method")}
    before = {
        _method_key(f"{each['name']} {each['version']}"): each["digest"]
        for each in manifest.get(bulletin.EARLIER_METHODS, ())
    }
    return {**own, **beside, **before} | {
        str(each): planning.digest_inputs(files) for (each,), files in inputs.group_by("month")
    }


def _comparable(lineage: Lineage, digests: Mapping[str, str]) -> Lineage:
    """A lineage without months that had no files, or are not planned since the store was begun."""
    nothing = planning.digest_inputs(planning.empty_plan())
    return {
        name: digest
        for name, digest in lineage.items()
        if not months.is_name(name) or (name in digests and digest != nothing)
    }


def _method_key(name: str) -> str:
    """What a scorecard, or a version that was in force before, is called among what a month rests
    on.
    """
    return f"method {name}"
