"""An edition computed anew, from archive, register and settings, in an empty store.

The same functions compute it as in a run. Here belongs laying out a home of its own for it, beside
which nothing is written, and making its files. Not here: what it was computed from (basis),
comparing it (verify).
"""

import hashlib
import os
import shutil
from collections import ChainMap
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from assets.month import (
    alterations,
    checked_tallies,
    deliveries,
    edition,
    failures,
    receive,
    results,
)
from assets.month.environment import TIME_ZONE_VARIABLE, configured_time_zone
from assets.month.inputs import MonthInputs
from assets.month.installation import Installation
from assets.verify.basis import Basis, BasisError
from pipeline import bulletin, kept_settings, planning
from pipeline.archive.deliveries import read_events
from pipeline.bulletin import Changes
from pipeline.editions import EditionError
from pipeline.home import Home
from pipeline.published_data import restore_texts

_DELIVERIES = "data/deliveries.csv"


@dataclass(frozen=True)
class Workshop:
    """Where editions of an installation are computed anew: an empty folder.

    All of them share one store there, whose results are kept by what they are computed from.
    """

    real: Installation
    folder: Path

    def make(self, basis: Basis) -> Mapping[str, bytes]:
        """The files of an edition by path, SHA256SUMS apart.

        BasisError where something that it was computed from is not there any more.
        """
        home, zone = self._lay_out(basis)
        try:
            with _in_time_zone(zone):
                return self._make(basis, Installation(home, ""))
        finally:
            shutil.rmtree(home.root, ignore_errors=True)

    def _lay_out(self, basis: Basis) -> tuple[Home, str]:
        """A home as it was when the edition was published, and the zone in which its months end."""
        home = Home(self.folder / f"{basis.month}-{basis.number}")
        home.archive.mkdir(parents=True)
        (home.archive / "deliveries.jsonl").write_bytes(
            b"".join(line + b"\n" for line in basis.register)
        )
        for name in ("store", "files"):
            (self.folder / name).mkdir(exist_ok=True)
        home.store.symlink_to(self.folder / "store")
        (home.archive / "files").symlink_to(self.folder / "files")
        for event in read_events(home.archive / "deliveries.jsonl"):
            link = self.folder / "files" / event.sha256[:2] / event.sha256
            link.parent.mkdir(exist_ok=True)
            if not link.is_symlink():
                link.symlink_to(self.real.archive.path(event.sha256).absolute())
        for month, newest in basis.before.items():
            of_month = home.published / "editions" / month
            of_month.mkdir(parents=True)
            for number in range(1, newest + 1):
                folder = self.real.editions.edition_folder(month, number)
                (of_month / str(number)).symlink_to(folder.absolute())
            (home.published / month).symlink_to(f"editions/{month}/{newest}")
        archive, digest = self.real.home.archive, basis.settings_sha256
        if digest is None:
            content = kept_settings.collect(self.real.home, configured_time_zone())
            archive = self.folder / "now"
            digest = kept_settings.keep(archive, content)
        return home, kept_settings.lay_out(archive, digest, home)

    def _make(self, basis: Basis, installation: Installation) -> Mapping[str, bytes]:
        from reports import site  # noqa: PLC0415 - charts are slow to import

        lost = self._list_lost(basis)
        inputs = _refuse_unprocessed(
            basis.manifest, receive.plan_archived(installation, basis.month, lost)
        )
        self._check_files(inputs)
        if basis.doubt:
            _check_inputs(basis.manifest, inputs)
        inputs = deliveries.record_pending(inputs).inputs
        inputs = checked_tallies.count_and_check(inputs).inputs
        deliveries.merge_pending(inputs)
        for stage, compute in (
            ("indices", results.find_or_compute_indices),
            ("rankings", results.find_or_compute_rankings),
        ):
            computed, is_new = compute(inputs)
            if is_new:
                results.keep_results(inputs, stage, computed)
        content = edition.read_content(inputs)
        data = bulletin.data_files(content)
        changes = _find_changes(basis, installation, data)
        later = list(basis.manifest["stale_later_editions"])
        made = site.make_site(content, basis.number, changes, later, data=data)
        has_previous = "previous_manifest_sha256" in basis.manifest
        manifest = bulletin.manifest(
            content,
            basis.number,
            pl.concat(inputs.plans.values()),
            list(inputs.plans),
            changes,
            later,
            basis.previous_manifest,
        )
        beside = {"manifest.json": manifest} if has_previous else {}
        return ChainMap(beside, data, made.files)

    def _list_lost(self, basis: Basis) -> Collection[str]:
        """The files that were refused because neither archive nor inbox had them."""
        try:
            written = self.real.editions.read_kept_file(basis.month, basis.number, _DELIVERIES)
            told = restore_texts(pl.read_csv(BytesIO(written), infer_schema=False))
        except (EditionError, pl.exceptions.PolarsError):
            return ()
        if "fault" not in told.columns:
            return ()
        return set(told.filter(fault="archive_damaged")["sha256"].drop_nulls())

    def _check_files(self, inputs: MonthInputs) -> None:
        """BasisError where the archive lacks a file that is to be read."""
        archive = self.real.archive
        wanted = {
            file.sha256
            for plan in inputs.known_plans.values()
            for file in planning.readable_files(plan)
        }
        gone = [sha256 for sha256 in sorted(wanted) if not archive.is_whole(sha256)]
        if gone:
            raise BasisError(f"{archive.describe(gone[0])} is damaged or missing")


def _refuse_unprocessed(manifest: Mapping[str, Any], inputs: MonthInputs) -> MonthInputs:
    """The inputs without the files that could not be processed when the edition was made.

    Memory that was lacking then, or a worker that was lost, may be there now.
    """
    refused: dict[str, dict[str, list[str]]] = {}
    for row in manifest["inputs"]:
        if row["profile"] is None:
            of_month = refused.setdefault(row["month"], {})
            of_month.setdefault(row["sender_code"], []).append(row["sha256"])
    if not refused:
        return inputs
    plans = failures.refuse_files(inputs.installation, inputs.known_plans, refused)
    return replace(inputs, known_plans=plans)


def _check_inputs(manifest: Mapping[str, Any], inputs: MonthInputs) -> None:
    """BasisError where the home's own files are others than those that a manifest names."""
    installation = inputs.installation
    for name, now in (
        ("register", installation.register.digest),
        ("method", inputs.method.digest),
    ):
        if manifest[name]["digest"] != now:
            raise BasisError(f"the {name} that it was computed with is another one now")
    before = installation.earlier_methods(inputs.month, inputs.plans)
    named = {each["digest"] for each in manifest.get(bulletin.EARLIER_METHODS, ())}
    if named != {each.digest for each in before}:
        raise BasisError("a method of months before it is another one now")
    columns = ("month", "sender_code", "sha256", "profile", "profile_digest")
    wanted = {tuple(row[name] for name in columns) for row in manifest["inputs"]}
    found = set(pl.concat(inputs.plans.values()).select(columns).iter_rows())
    if wanted != found:
        profiles = sorted({str(row[3]) for row in wanted ^ found})
        raise BasisError(
            f"its files are read in another way now, by the profiles {', '.join(profiles)}"
        )


def _find_changes(basis: Basis, installation: Installation, data: Mapping[str, bytes]) -> Changes:
    """What the edition changed; as its manifest says where the one before was altered since."""
    manifest = basis.manifest
    altered = dict.fromkeys(manifest.get("altered_in_edition_replaced", ()), "altered")
    try:
        return alterations.compare_data(installation, basis.month, data, altered)[0]
    except EditionError:
        empty = bulletin.changes({}, {}, None, ["."])
        said = manifest["changes"]
        return Changes(
            manifest["edition"]["replaces"],
            pl.DataFrame(said["deliveries"], schema=empty.deliveries.schema),
            pl.DataFrame(said["values"], schema=empty.values.schema),
            tuple(sorted(altered)),
        )


@contextmanager
def _in_time_zone(zone: str) -> Iterator[None]:
    """Until the end of the block, months end in a zone."""
    before = os.environ.get(TIME_ZONE_VARIABLE)
    os.environ[TIME_ZONE_VARIABLE] = zone
    try:
        yield
    finally:
        if before is None:
            del os.environ[TIME_ZONE_VARIABLE]
        else:
            os.environ[TIME_ZONE_VARIABLE] = before


def list_differing(folder: Path, files: Mapping[str, str], made: Mapping[str, bytes]) -> list[str]:
    """The paths that are not the same in an edition and computed anew, each with what differs.

    `files` are the SHA-256 of the edition's files by path, of those that are to be compared.
    """
    found = []
    for name in sorted(files.keys() | made.keys()):
        if name not in files:
            found.append(f"{name} (only computed anew)")
        elif name not in made:
            found.append(f"{name} (only in the edition)")
        elif hashlib.sha256(made[name]).hexdigest() != files[name]:
            found.append(f"{name}{_find_line((folder / name).read_bytes(), made[name])}")
    return found


def _find_line(one: bytes, other: bytes) -> str:
    """Where two texts begin to differ; empty where they are no text."""
    if b"\0" in one[:8192]:
        return ""
    lines = zip(one.split(b"\n"), other.split(b"\n"), strict=False)
    number = next((place for place, (a, b) in enumerate(lines, 1) if a != b), 0)
    return f" (line {number:,})" if number else " (in length)"
