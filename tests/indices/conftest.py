"""Tallies written by hand, and a small register: a province with two departments and an office.

H01 has H01.1 and H01.2, and H01.2 has H01.2.1; H02 stands beside it.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

import polars as pl
import pytest

from pipeline import methods, tables
from pipeline.agencies import Register
from pipeline.indices import compute
from pipeline.methods import Method
from pipeline.tallies import Tallies

MONTH = "2026-08"
BEFORE = ("2026-05", "2026-06", "2026-07")

Value = str | int | float | None
Cell = dict[str, Value]


def _of_file(cell: Cell) -> Cell:
    given: Cell = {"month": MONTH, "sender_code": "H01", "sha256": "f", "unit_code": "H01.1"}
    return given | cell


class Counts:
    """Cells of the tables of counts, added one by one."""

    def __init__(self) -> None:
        self.cells: dict[str, list[Cell]] = {name: [] for name in tables.TALLIES}

    def outcome(self, outcome: str, dossiers: int, **more: Value) -> "Counts":
        cell: Cell = {
            "clock": "working",
            "deadline_rule": "as_sent/instant",
            "procedure_code": "",
            "channel": "counter",
            "applicant": "citizen",
            "intake": "received",
            "outcome": outcome,
            "verdict": None,
            "due_month": None,
            "served": None,
            "dossiers": dossiers,
            "saved_thousandths": 0,
            "saved_squared_millionths": 0,
        }
        self.cells["outcomes"].append(_of_file(cell | more))
        return self

    def on_time(self, dossiers: int, saved: float = 0.5, **more: Value) -> "Counts":
        """Ended on time, due this month, each with the same share of its time saved."""
        thousandths = round(saved * 1000)
        given: Cell = {
            "verdict": "on_time",
            "due_month": MONTH,
            "saved_thousandths": dossiers * thousandths,
            "saved_squared_millionths": dossiers * thousandths**2,
        }
        return self.outcome("finished_early", dossiers, **given | more)

    def late(self, dossiers: int, **more: Value) -> "Counts":
        given: Cell = {"verdict": "late", "due_month": MONTH}
        return self.outcome("open_overdue", dossiers, **given | more)

    def history(self, *senders: str, months: Iterable[str] = BEFORE) -> "Counts":
        """A dossier in each of the months before, of no weight in this one."""
        for sender in senders or ("H01",):
            for month in months:
                self.outcome("left", 1, month=month, sender_code=sender, unit_code=sender)
        return self

    def age(self, age_hours: int, **counts: Value) -> "Counts":
        none: Cell = {"entered": 0, "finished": 0, "left": 0, "still_open": 0, "clock": "working"}
        self.cells["ages"].append(_of_file(none | {"age_minutes": 60 * age_hours} | counts))
        return self

    def answers(self, question: str, answers: dict[int, int], **more: Value) -> "Counts":
        for answer, respondents in answers.items():
            self._answer({"question": question, "answer": answer, **_weights(respondents)} | more)
        return self

    def respondents(self, number: int, **more: Value) -> "Counts":
        return self._answer({"question": "any", "answer": None, **_weights(number)} | more)

    def silences(self, question: str, number: int, **more: Value) -> "Counts":
        """Questions without an answer: no_answer or no_factor_answer."""
        return self.respondents(number, question=question, **more)

    def factor_respondents(self, number: int, **more: Value) -> "Counts":
        """Of the respondents, those who rated a factor."""
        return self.respondents(number, question="any_factor", **more)

    def rated_together(self, factors_satisfied: str, number: int, **more: Value) -> "Counts":
        """Respondents to whose factors that text belongs, and their answers: 5 or 1."""
        scale: Cell = {"scale": "five"}
        more = scale | more
        for factor, satisfied in zip(tables.FACTORS, factors_satisfied, strict=True):
            if satisfied != "-":
                self.answers(factor, {5 if satisfied == "1" else 1: number}, **more)
        rated = [
            each for each in zip(tables.FACTORS, factors_satisfied, strict=True) if each[1] != "-"
        ]
        for one, is_satisfied in rated:
            for other, is_other_satisfied in rated:
                if one != other:
                    shares = (is_satisfied == "1", is_other_satisfied == "1")
                    self._pair(one, other, shares, shares, _weights(number) | more)
        self.respondents(number, **more)
        return self.factor_respondents(number, **more)

    def _answer(self, cell: Cell) -> "Counts":
        given: Cell = {"scale": "five", "mode": "online", "dossier_month": MONTH}
        self.cells["answers"].append(_of_file(given | cell))
        scale, question, answer = (
            str((given | cell)["scale"]),
            str(cell["question"]),
            cell["answer"],
        )
        lowest, highest = tables.SCALES[scale]
        points, is_satisfied = 0.0, False
        if answer is not None:
            points = (int(answer) - lowest) / (highest - lowest)
            is_satisfied = int(answer) >= tables.SATISFIED_FROM[scale]
        self._pair(question, question, (is_satisfied, is_satisfied), (points, points), cell)
        return self

    def _pair(
        self,
        one: str,
        other: str,
        satisfied: tuple[float, float],
        points: tuple[float, float],
        cell: Cell,
    ) -> None:
        """Respondents of the same answers to both questions: of the unit and of all above it."""
        # All of a cell have the same weight, so the sum of w x w / w is that of w.
        products, weights = (
            int(cell[name] or 0) for name in ("weight_squared_trillionths", "weight_millionths")
        )
        weights *= 10**6
        more: Cell = {
            "scale": "five",
            "question": one,
            "other_question": other,
            "weight_products": products,
            "points_by_weight": int(products * points[0]),
            "points_products": int(products * points[0] * points[1]),
            "weight_shares": weights,
            "satisfied_by_weight": int(weights * satisfied[0]),
            "satisfied_products": int(weights * satisfied[0] * satisfied[1]),
        }
        own = cell.keys() & set(tables.PAIRS.names) - {"question"}
        known = _of_file(more | {name: cell[name] for name in own})
        unit: str | None = str(known["unit_code"])
        while unit:
            self.cells["pairs"].append(known | {"unit_code": unit})
            unit = PARENTS.get(unit)

    def figure(self, indicator: str, numerator: int, denominator: int, **more: Value) -> "Counts":
        cell: Cell = {"indicator": indicator, "numerator": numerator, "denominator": denominator}
        self.cells["figures"].append(_of_file(cell | more))
        return self

    def tallies(self, order: Callable[[list[Cell]], list[Cell]] = list) -> Tallies:
        frames = {
            name: pl.DataFrame(order(self.cells[name]), schema=table.schema, orient="row").lazy()
            for name, table in tables.TALLIES.items()
        }
        return Tallies(**frames)


PARENTS = {"H01.1": "H01", "H01.2": "H01", "H01.2.1": "H01.2"}


def _weights(respondents: int) -> Cell:
    """The counts of so many respondents, each of weight 1."""
    return {
        "respondents": respondents,
        "weight_millionths": respondents * 10**6,
        "weight_squared_trillionths": respondents * 10**12,
    }


REGISTER = Register(
    pl.DataFrame(
        [
            {"code": code, "name_vi": f"Cơ quan {code}", "kind": kind, "parent_code": parent}
            for code, kind, parent in (
                ("H01", "province", None),
                ("H01.1", "department", "H01"),
                ("H01.2", "department", "H01"),
                ("H01.2.1", "office", "H01.2"),
                ("H02", "province", None),
            )
        ]
    ).pipe(tables.AGENCIES.conform),
    digest="0",
)


class Indices:
    """The computed indices of some counts, looked up by unit and indicator."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def row(self, indicator: str, unit: str = "H01.1") -> dict[str, Any]:
        found = self.frame.filter(
            (pl.col("unit_code") == unit) & (pl.col("indicator") == indicator)
        )
        return found.row(0, named=True)

    def value(self, indicator: str, unit: str = "H01.1") -> float | None:
        value: float | None = self.row(indicator, unit)["value"]
        return value

    def note(self, indicator: str, unit: str = "H01.1") -> str | None:
        note: str | None = self.row(indicator, unit)["note"]
        return note

    def has(self, indicator: str, unit: str = "H01.1") -> bool:
        both = (pl.col("unit_code") == unit) & (pl.col("indicator") == indicator)
        return not self.frame.filter(both).is_empty()


class IndicesOf(Protocol):
    """Computes the indices of counts, by our own method with some settings changed."""

    def __call__(self, counted: Counts, **changed: object) -> Indices: ...


@pytest.fixture(scope="session")
def counts() -> type[Counts]:
    """Makes tallies: `counts().on_time(9).late(1)`."""
    return Counts


@pytest.fixture(scope="session")
def method() -> Method:
    return methods.load()


@pytest.fixture(scope="session")
def indices_of(method: Method) -> IndicesOf:
    """Computes the indices of counts, in the month 2026-08."""

    def compute_indices(counted: Counts, **changed: object) -> Indices:
        changed_method = method.model_copy(update=changed)
        return Indices(compute(counted.tallies(), MONTH, changed_method, REGISTER))

    return compute_indices


@pytest.fixture(scope="session")
def register() -> Register:
    return REGISTER
