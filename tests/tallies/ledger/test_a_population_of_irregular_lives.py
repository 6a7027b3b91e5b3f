"""A simulated population, a tenth of each kind of life: counted once, as it truly was."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipeline import masking, months

from . import population
from .conftest import Agencies
from .population import MONTHS, Life

SENDERS = ("A1", "A2")
EACH = 40
CORRECTED, LATE = MONTHS[1], MONTHS[3]

Population = dict[str, list[Life]]


EVERYBODY = {sender: population.lives(sender, EACH, seed=766) for sender in SENDERS}


@pytest.fixture(scope="module")
def everybody() -> Population:
    return EVERYBODY


def send(agencies: Agencies, everybody: Population, *chosen: str) -> None:
    for sender, lives in everybody.items():
        for month in chosen:
            agencies.send(month, *population.exports(lives, month), sender=sender)


@pytest.fixture(scope="module")
def in_order(everybody: Population, tmp_path_factory: pytest.TempPathFactory) -> Agencies:
    """Every month is sent and run in its turn."""
    agencies = Agencies(tmp_path_factory.mktemp("in_order") / "home")
    for month in MONTHS:
        send(agencies, everybody, month)
        agencies.run(month)
    return agencies


def judged(agencies: Agencies) -> dict[str, list[tuple[str, str]]]:
    """By code, every verdict and the month that it belongs to."""
    cells = pl.concat(agencies.cells(month) for month in MONTHS)
    found: dict[str, list[tuple[str, str]]] = {}
    # Codes of lives stand where those of procedures do, and are counted under their labels.
    codes = pl.Series([life.code for lives in EVERYBODY.values() for life in lives])
    code_of = dict(zip(masking.label_texts(codes), codes, strict=True))
    rows = cells.filter(pl.col("verdict").is_not_null())
    columns = ("procedure_code", "verdict", "due_month", "dossiers")
    for code, verdict, due_month, times in rows.select(columns).iter_rows():
        found.setdefault(code_of[code], []).extend([(verdict, due_month)] * times)
    return found


def true_verdicts(everybody: Population) -> dict[str, list[tuple[str, str]]]:
    truths = {life.code: population.truth(life) for lives in everybody.values() for life in lives}
    return {code: [truth] for code, truth in truths.items() if truth}


def tallies_bytes(agencies: Agencies) -> dict[str, bytes]:
    """Every file of tallies that the plans name."""
    plans = agencies.inputs(MONTHS[-1]).known_plans.values()
    keys = {key for plan in plans for key in plan["tallies_key"]}
    folder = agencies.root / "store" / "tallies"
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for key in keys
        for path in (folder / key).iterdir()
    }


@pytest.mark.parametrize("kind", population.KINDS)
def test_each_dossier_is_judged_exactly_once_as_its_life_deserves(
    in_order: Agencies, everybody: Population, kind: str
) -> None:
    found, expected = judged(in_order), true_verdicts(everybody)
    of_kind = [life.code for lives in everybody.values() for life in lives if life.kind == kind]
    assert {code: found.get(code) for code in of_kind} == {
        code: expected.get(code) for code in of_kind
    }


def test_every_kind_of_life_has_dossiers_on_time_and_late_where_it_can(
    everybody: Population,
) -> None:
    seen: dict[str, Counter[str]] = {kind: Counter() for kind in population.KINDS}
    for lives in everybody.values():
        for life in lives:
            truth = population.truth(life)
            seen[life.kind][truth[0] if truth else "not judged"] += 1
    assert set(seen["without_due"]) == {"not judged"}
    assert set(seen["first_sent_late"]) == {"late", "not judged"}
    for kind in set(population.KINDS) - {"without_due", "first_sent_late"}:
        assert {"late", "on_time", "left"} <= set(seen[kind]), kind


@pytest.mark.parametrize("sender", SENDERS)
def test_the_share_of_every_months_cohort_is_the_true_one(
    in_order: Agencies, everybody: Population, sender: str
) -> None:
    truths = Counter(population.truth(life) for life in everybody[sender])
    for month in MONTHS:
        on_time, late = truths["on_time", month], truths["late", month]
        assert in_order.due([month], sender) == [(on_time, on_time + late)], month


def test_a_dossier_first_sent_after_its_due_month_is_a_finding(
    in_order: Agencies, everybody: Population
) -> None:
    lives = [life for sender in SENDERS for life in everybody[sender]]
    sent_late = [life for life in lives if life.kind == "first_sent_late"]
    found = [
        times for _, name, times in in_order.findings(*MONTHS) if name == "first_shown_after_due"
    ]
    assert sum(found) == sum(population.truth(life) is not None for life in sent_late)


# ---- The order in which months are sent and run


def a_month_late(agencies: Agencies, everybody: Population) -> None:
    """A month is sent when the one after the next has been run."""
    send(agencies, everybody, *(month for month in MONTHS if month != LATE))
    agencies.run(months.shifted(LATE, 2))
    send(agencies, everybody, LATE)
    agencies.run(LATE)
    agencies.run(MONTHS[-1])


def a_month_corrected(agencies: Agencies, everybody: Population) -> None:
    """A month is first sent with other rows, and corrected when all have been run."""
    send(agencies, everybody, *MONTHS)
    for sender, lives in everybody.items():
        wrong = [row | {"due": None} for row in population.exports(lives[::2], CORRECTED)]
        agencies.send(CORRECTED, *wrong, sender=sender)
    agencies.run(MONTHS[-1])
    send(agencies, everybody, CORRECTED)
    agencies.run(CORRECTED)
    agencies.run(MONTHS[-1])


def a_lost_store(agencies: Agencies, everybody: Population) -> None:
    """The store is lost and rebuilt from the last month on."""
    send(agencies, everybody, *MONTHS)
    agencies.run(MONTHS[2])
    shutil.rmtree(agencies.root / "store")
    agencies.run(MONTHS[-1])


@pytest.mark.parametrize("happens", [a_month_late, a_month_corrected, a_lost_store])
def test_whatever_order_months_are_run_in_the_tallies_are_the_same_bytes(
    happens: Callable[[Agencies, Population], None],
    in_order: Agencies,
    everybody: Population,
    tmp_path: Path,
) -> None:
    agencies = Agencies(tmp_path / "home")
    happens(agencies, everybody)
    expected, found = tallies_bytes(in_order), tallies_bytes(agencies)
    assert found.keys() == expected.keys()
    assert [name for name in expected if found[name] != expected[name]] == []


# ---- What a correction recomputes


def keys_of(agencies: Agencies, sender: str, *chosen: str) -> set[str]:
    plans = agencies.inputs(MONTHS[-1]).known_plans
    return {
        key for month in chosen for key in plans[month].filter(sender_code=sender)["tallies_key"]
    }


def test_a_corrected_month_recomputes_its_senders_later_months_and_nothing_of_others(
    in_order: Agencies, tmp_path: Path
) -> None:
    agencies = Agencies(tmp_path / "home")
    shutil.copytree(in_order.root, agencies.root, dirs_exist_ok=True)
    path = agencies.file(MONTHS[4], "A2")
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    counted = agencies.run(MONTHS[-1])
    # Of 2 x 8 deliveries: the corrected one and the three after it.
    assert len(counted) == 4
    assert set(counted) == keys_of(agencies, "A2", *MONTHS[4:])
    assert agencies.run(MONTHS[-1]) == []
    # Nothing superseded is left.
    kept = set(agencies.installation.store.keys("tallies"))
    assert kept == keys_of(agencies, "A1", *MONTHS) | keys_of(agencies, "A2", *MONTHS)
