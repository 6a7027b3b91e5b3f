"""What an edition rests on, and which editions rest on what has changed since.

Here belong the digests of register, methods and deliveries behind an edition. Not here: the results
of a stage that rest on other deliveries than those planned (months).
"""

import json

import polars as pl

from assets.month import deliveries
from assets.month.installation import Installation
from pipeline import bulletin, months, planning


def note(installation: Installation, month: str) -> None:
    """Remembers what the edition in force was last computed from."""
    basis = list(_now(installation, month, _inputs(installation)).items())
    frame = pl.DataFrame(basis, schema=["rests_on", "digest"], orient="row")
    installation.store.write("bulletin", month, {"basis": frame})


def stale_months(installation: Installation, month: str) -> list[str]:
    """Other published months that rest on what has changed since they were computed."""
    inputs = _inputs(installation)
    return [
        published
        for published in installation.editions.months()
        if published != month
        and _known(_then(installation, published), inputs)
        != _known(_now(installation, published, inputs), inputs)
    ]


def _now(installation: Installation, month: str, inputs: dict[str, str]) -> dict[str, str]:
    """What a month rests on now, by digest: register, methods and the months that were planned."""
    of_months = {each: inputs[each] for each in installation.history(month) if each in inputs}
    own = {"register": installation.register.digest, "method": installation.method.digest}
    beside = installation.methods.at(month).points
    return own | {_beside(each.name): each.digest for each in beside} | of_months


def _then(installation: Installation, month: str) -> dict[str, str]:
    """What the edition in force was last computed from: as noted, else as its manifest says."""
    if installation.store.has("bulletin", month):
        return dict(installation.store.read("bulletin", month, "basis").iter_rows())
    path = installation.home.published / month / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    inputs = pl.DataFrame(manifest["inputs"], schema=dict.fromkeys(bulletin.INPUTS, pl.String))
    beside = {_beside(each["name"]): each["digest"] for each in manifest.get("methods_beside", ())}
    own = {name: manifest[name]["digest"] for name in ("register", "method")}
    return {**own, **beside} | {
        str(each): planning.inputs_digest(files) for (each,), files in inputs.group_by("month")
    }


def _inputs(installation: Installation) -> dict[str, str]:
    """Every month that was ever planned, with the digest of what was sent for it."""
    store = installation.store
    return {
        month: planning.inputs_digest(store.read("exports", month, "plan"))
        for month in store.keys("exports")
    }


def _known(basis: dict[str, str], inputs: dict[str, str]) -> dict[str, str]:
    """A basis with no other months than those planned since the store was begun that had files."""
    nothing = planning.inputs_digest(deliveries.no_plan())
    return {
        name: digest
        for name, digest in basis.items()
        if not months.is_name(name) or (name in inputs and digest != nothing)
    }


def _beside(name: str) -> str:
    """What a method of points is called among what a month rests on."""
    return f"method {name}"
