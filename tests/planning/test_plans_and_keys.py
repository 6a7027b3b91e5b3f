"""A delivery has a key; the same key means the same result, so nothing is computed again."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import planning
from pipeline.agencies import Aliases, Register
from pipeline.agencies.aliases import Alias
from pipeline.declarations import Declarations, load_corrections
from pipeline.exports import SentFile
from pipeline.planning import PlanError
from pipeline.profiles import Profiles, load_all

from .conftest import Changes, Send

OWN = """
senders = ["H01"]
kind = "figures"
[columns]
indicator = "i"
period_at = "m"
denominator = "n"
"""

CORRECTION = f"""
sender = "H01"
month = "2026-10"
sha256 = "{"a" * 12}"
reported_by = "Sở Nội vụ"
reported_on = 2026-11-04
why = "gõ nhầm"
[[rows]]
key = 2
column = "ended_at"
from = "1"
to = "2"
"""


@pytest.fixture(scope="module")
def profiles() -> Profiles:
    return load_all(Path("nowhere"))


def keys_of(plan: pl.DataFrame) -> dict[str, str]:
    keys = plan.select("sender_code", "key").unique()
    assert keys["sender_code"].is_unique().all()
    return dict(keys.iter_rows())


def test_all_files_of_a_delivery_have_the_same_key(
    register: Register, profiles: Profiles, sent: Send
) -> None:
    files = [sent(), sent(file_name="ratings.csv", sha256="b"), sent(sender_code="H02")]
    plan = planning.plan_deliveries(files, register, profiles, "source")
    assert plan.select("sender_code", "kind", "profile").rows() == [
        ("H01", "dossiers", "national-sync-dossiers"),
        ("H01", "ratings", "national-sync-ratings"),
        ("H02", "dossiers", "national-sync-dossiers"),
    ]
    assert keys_of(plan)["H01"] != keys_of(plan)["H02"]


@given(st.data())
def test_the_order_of_files_changes_nothing(
    register: Register, profiles: Profiles, sent: Send, data: st.DataObject
) -> None:
    files = [
        sent(sender_code=sender, file_name=f"{kind}-{part}.csv", sha256=f"{kind}{part}")
        for sender in ("H01", "H02")
        for kind in ("dossiers", "ratings")
        for part in (1, 2)
    ]
    shuffled = data.draw(st.permutations(files))
    plan = planning.plan_deliveries(files, register, profiles, "source")
    assert planning.plan_deliveries(shuffled, register, profiles, "source").equals(plan)


def test_a_key_changes_with_files_register_and_source(
    register: Register, profiles: Profiles, sent: Send
) -> None:
    def key(*files: SentFile, register: Register = register, source: str = "source") -> str:
        return keys_of(planning.plan_deliveries(files, register, profiles, source))["H01"]

    another_register = Register(register.table, "another register")
    keys = [
        key(sent()),
        key(sent(sha256="b")),
        key(sent(), sent(sha256="b")),
        key(sent(file_name="ratings.csv")),
        key(sent(month="2026-11")),
        key(sent(), register=another_register),
        key(sent(), source="another source"),
        key(sent(file_name="letter.csv")),
    ]
    assert len(set(keys)) == len(keys)


def test_a_key_does_not_change_with_the_name_of_a_file_or_the_files_of_others(
    register: Register, profiles: Profiles, sent: Send
) -> None:
    first = keys_of(planning.plan_deliveries([sent()], register, profiles, "source"))
    renamed = [sent(file_name="dossiers (2).csv"), sent(sender_code="H02", sha256="b")]
    assert (
        keys_of(planning.plan_deliveries(renamed, register, profiles, "source"))["H01"]
        == first["H01"]
    )


def test_a_key_changes_with_the_profile_of_its_own_files_only(
    register: Register, profiles: Profiles, sent: Send, tmp_path: Path
) -> None:
    figures = sent(file_name="figures.csv")
    files = [figures, replace(figures, sender_code="H02")]
    before = keys_of(planning.plan_deliveries(files, register, profiles, "source"))
    (tmp_path / "own.toml").write_text(OWN)
    own = keys_of(planning.plan_deliveries(files, register, load_all(tmp_path), "source"))
    (tmp_path / "own.toml").write_text('clock = "elapsed"\n' + OWN)
    changed = keys_of(planning.plan_deliveries(files, register, load_all(tmp_path), "source"))
    assert len({before["H01"], own["H01"], changed["H01"]}) == 3
    assert before["H02"] == own["H02"] == changed["H02"]


def test_a_key_changes_with_the_name_of_a_profile_which_is_published(
    register: Register, sent: Send, tmp_path: Path
) -> None:
    figures = [sent(file_name="figures.csv")]
    (tmp_path / "own.toml").write_text(OWN)
    before = planning.plan_deliveries(figures, register, load_all(tmp_path), "source")
    (tmp_path / "own.toml").rename(tmp_path / "renamed.toml")
    after = planning.plan_deliveries(figures, register, load_all(tmp_path), "source")
    assert (before["profile"].item(), after["profile"].item()) == ("own", "renamed")
    assert before["profile_digest"].item() == after["profile_digest"].item()
    assert before["key"].item() != after["key"].item()


def test_a_key_changes_with_what_is_declared_of_its_own_delivery_alone(
    register: Register, profiles: Profiles, sent: Send, tmp_path: Path
) -> None:
    files = [sent(), sent(sender_code="H02", sha256="b" * 64)]

    def plan(declarations: Declarations) -> pl.DataFrame:
        return planning.plan_deliveries(files, register, profiles, "source", declarations)

    (tmp_path / "end.toml").write_text(CORRECTION, encoding="utf-8")
    before = plan(Declarations())
    corrected = plan(Declarations(load_corrections(tmp_path)))
    alias = Alias("nội vụ", "H01.1", "2026-10", "2026-10", "H01", 2)
    aliased = plan(Declarations(aliases=Aliases((alias,))))
    assert before["declared_digest"].null_count() == 2
    for after in (corrected, aliased):
        assert after["declared_digest"].is_null().to_list() == [False, True]
        assert keys_of(after)["H01"] != keys_of(before)["H01"]
        assert keys_of(after)["H02"] == keys_of(before)["H02"]
        assert planning.digest_inputs(after) != planning.digest_inputs(before)
    later = Aliases((replace(alias, first_month="2026-11", last_month="2026-11"),))
    assert plan(Declarations(aliases=later)).equals(before)


def test_a_broken_correction_refuses_the_files_of_its_sender_in_the_plan(
    register: Register, profiles: Profiles, sent: Send, tmp_path: Path
) -> None:
    broken = CORRECTION.replace("2026-11-04", "soon")
    (tmp_path / "end.toml").write_text(broken, encoding="utf-8")
    declarations = Declarations(load_corrections(tmp_path))
    files = [sent(), sent(sender_code="H02", sha256="b" * 64)]
    plan = planning.plan_deliveries(files, register, profiles, "source", declarations)
    assert plan["fault"].to_list() == ["broken_correction", None]


def test_a_key_changes_with_what_is_said_of_a_broken_profile(
    register: Register, sent: Send, tmp_path: Path
) -> None:
    # The message is kept with the result, so another one must not find the old result.
    keys = set()
    for mistake in ('delimeter = ";"', 'time_zone = "Asia/Hanoi"'):
        (tmp_path / "own.toml").write_text(mistake + OWN)
        plan = planning.plan_deliveries([sent()], register, load_all(tmp_path), "source")
        assert plan["fault"].to_list() == ["broken_profile"]
        keys.add(keys_of(plan)["H01"])
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("change", "fault", "cure"),
    [
        (
            {"sender_code": "H99"},
            "unknown_sender",
            "correct the folder's name or add it to agencies.csv",
        ),
        ({"file_name": "letter.csv"}, "unknown_kind", "rename the file"),
        ({"file_name": "dossiers.pdf"}, "unknown_kind", "or as CSV (UTF-8)"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_the_others_go_on(
    register: Register,
    profiles: Profiles,
    sent: Send,
    *,
    change: Changes,
    fault: str,
    cure: str,
) -> None:
    files = [sent(), sent(**change | {"sha256": "b"})]
    plan = planning.plan_deliveries(files, register, profiles, "source")
    assert [file.sha256 for file in planning.readable_files(plan)] == ["a" * 64]
    refused = planning.refused_files(plan).row(0, named=True)
    assert (refused["sha256"], refused["status"], refused["fault"]) == ("b", "refused", fault)
    assert cure in refused["message"]
    assert refused["message_vi"]
    assert (refused["rows"], refused["accepted"], refused["rejected"]) == (None, None, None)


def test_no_files_are_an_empty_plan(register: Register, profiles: Profiles) -> None:
    plan = planning.plan_deliveries([], register, profiles, "source")
    assert plan.equals(planning.empty_plan())
    assert plan.schema == planning.PLAN
    assert planning.refused_files(plan).is_empty()


def test_the_digest_of_the_inputs_does_not_change_with_the_software(
    register: Register, profiles: Profiles, sent: Send
) -> None:
    def digest(file: SentFile, source: str) -> str:
        return planning.digest_inputs(planning.plan_deliveries([file], register, profiles, source))

    assert digest(sent(), "old") == digest(sent(), "new")
    assert digest(sent(), "old") != digest(sent(sha256="b"), "old")


def test_an_own_profile_named_like_the_built_in_one_does_not_stand_in_for_it(
    register: Register, sent: Send, tmp_path: Path
) -> None:
    (tmp_path / "figures.toml").write_text(OWN)
    profiles = load_all(tmp_path)
    figures = sent(file_name="figures.csv")
    plan = planning.plan_deliveries(
        [figures, replace(figures, sender_code="H02")], register, profiles, ""
    )
    own, built_in = (
        planning.find_profile(file, profiles) for file in planning.readable_files(plan)
    )
    assert (own.name, own.senders) == ("figures", ("H01",))
    assert (built_in.name, built_in.senders) == ("figures", ("*",))


def test_a_profile_that_changed_since_the_plan_is_told(
    register: Register, sent: Send, tmp_path: Path
) -> None:
    (tmp_path / "own.toml").write_text(OWN)
    plan = planning.plan_deliveries(
        [sent(file_name="figures.csv")], register, load_all(tmp_path), "source"
    )
    (tmp_path / "own.toml").write_text('clock = "elapsed"\n' + OWN)
    (file,) = planning.readable_files(plan)
    with pytest.raises(PlanError, match="own changed since 2026-10 was planned: run it again"):
        planning.find_profile(file, load_all(tmp_path))


def test_the_tallies_of_dossiers_rest_on_the_senders_delivery_before(
    register: Register, profiles: Profiles, sent: Send
) -> None:
    def keys_by_month(*files_by_month: list[SentFile]) -> list[dict[str, str]]:
        """By month, each sender's key of tallies."""
        earlier: dict[str, str] = {}
        found = []
        for files in files_by_month:
            plan = planning.plan_deliveries(files, register, profiles, "source")
            keyed = planning.with_tallies_keys(plan, earlier)
            assert keyed.drop("tallies_key").equals(plan.drop("tallies_key"))
            earlier |= planning.ledger_keys(keyed)
            found.append(dict(keyed.select("sender_code", "tallies_key").iter_rows()))
        return found

    def of(
        month: str,
        sender_code: str = "H01",
        file_name: str = "dossiers.csv",
        sha256: str = "a",
    ) -> SentFile:
        return sent(month=month, sender_code=sender_code, file_name=file_name, sha256=sha256)

    first = [of("2026-10"), of("2026-10", "H02")]
    corrected = [of("2026-10", sha256="b"), of("2026-10", "H02")]
    ratings = [of("2026-11", file_name="ratings.csv", sha256="c")]
    last = [of("2026-12"), of("2026-12", "H02")]
    before, after = keys_by_month(first, ratings, last), keys_by_month(corrected, ratings, last)
    # H01 corrected October: its December is counted anew, and neither its ratings nor H02.
    for month, changed in ((0, {"H01"}), (1, set()), (2, {"H01"})):
        assert {name for name in before[month] if before[month][name] != after[month][name]} == (
            changed
        )
    # November's ratings come between two deliveries of dossiers, and link nothing.
    assert keys_by_month(first, last)[1] == before[2]
    assert keys_by_month(last)[0] != before[2]
