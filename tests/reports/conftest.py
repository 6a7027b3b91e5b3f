"""An edition made by hand: provinces, departments below, a missing sender and a refused one."""

import math
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.webdriver import WebDriver

from pipeline import months
from pipeline.agencies import load as load_register
from pipeline.bulletin import Changes, Content
from pipeline.delivery_states import ACCEPTED, DELIVERY_STATES, ON_TIME, STATES
from pipeline.methods import Indicator, Method, load_all
from pipeline.methods import load as load_method
from pipeline.tables import DELIVERED, INDICES, RANKINGS, REJECTED
from pipeline.tables.comparisons import COMPARISONS
from reports.leagues import HEADLINE, RATES
from reports.site import pages

MONTH = "2026-10"
MISSING, REFUSED, FEW, PROVISIONAL = 5, 11, 20, 8
"""Places of the provinces that lack something, in order of code."""
DEPARTMENTS = (
    "Sở Nội vụ", "Sở Xây dựng", "Sở Tài chính", "Sở Y tế", "Sở Tư pháp",
    "Sở Nông nghiệp và Môi trường", "Sở Giáo dục và Đào tạo", "Sở Khoa học & Công nghệ",
)  # fmt: skip
SPREAD = {"share": (0.9, 0.05, 0.01), "points": (84.0, 5.0, 0.8), "days": (4.0, 1.5, 0.3)}
"""Mean, spread between units and standard error of one unit, by unit of measure."""


Row = dict[str, object]


@dataclass(frozen=True)
class MadeUpLeague:
    """A league to make up: its units by code, and the notes of units that lack something."""

    name: str
    level: str
    parent: str | None
    units: dict[str, str]
    notes: dict[str, str] = field(default_factory=dict)


class MadeUpRows:
    """Rows of indices and rankings, made up with a seeded generator."""

    def __init__(self, method: Method) -> None:
        self.random = random.Random(7)
        self.method = method
        self.indices: list[dict[str, object]] = []
        self.rankings: list[dict[str, object]] = []

    def add(self, league: MadeUpLeague) -> None:
        for indicator in self.method.indicators:
            mean, spread, _ = SPREAD[indicator.unit]
            drawn: dict[str, float | None] = {}
            for code in league.units:
                value = round(self.random.gauss(mean, spread), 4)
                drawn[code] = min(value, 0.9999) if indicator.unit == "share" else value
                if league.notes.get(code) not in (None, "provisional"):
                    drawn[code] = None
                self.indices.append(self._index(league, code, indicator, drawn[code]))
            if indicator.is_ranked:
                self._rank(league, indicator, drawn)

    def _index(
        self, league: MadeUpLeague, code: str, indicator: Indicator, value: float | None
    ) -> Row:
        error = SPREAD[indicator.unit][2]
        denominator = 400 + len(self.indices) % 1000
        return {
            "month": MONTH,
            "unit_code": code,
            "unit_name": league.units[code],
            "parent_code": league.parent,
            "level": league.level,
            "indicator": indicator.name,
            "value": value,
            "unit": indicator.unit,
            "clock": "working" if indicator.unit == "days" else None,
            "numerator": None if value is None or value > 1 else float(round(value * denominator)),
            "denominator": None if value is None or value > 1 else float(denominator),
            "lower": None if value is None else round(value - 1.96 * error, 4),
            "upper": None if value is None else round(value + 1.96 * error, 4),
            "interval_source": None if value is None else "chance",
            "note": league.notes.get(code),
            "method": self.method.name,
            "left_out": 3.0,
            "standard_error": None if value is None else error,
        }

    def _rank(
        self, league: MadeUpLeague, indicator: Indicator, drawn: dict[str, float | None]
    ) -> None:
        error = SPREAD[indicator.unit][2]
        sign = 1 if indicator.better == "lower" else -1
        known = sorted((sign * v, code) for code, v in drawn.items() if v is not None)
        ranks = {code: place for place, (_, code) in enumerate(known, 1)}
        order = [sign * v for v, _ in known]
        tier, best = 0, math.nan
        tiers = {}
        for value, code in known:
            if not abs(value - best) <= 4 * error:
                tier, best = tier + 1, value
            tiers[code] = tier
        for code, name in league.units.items():
            value = drawn[code]
            near = (
                []
                if value is None
                else [
                    place for place, other in enumerate(order, 1) if abs(other - value) < 4 * error
                ]
            )
            before = None if value is None else round(value + self.random.gauss(0, 1.5 * error), 4)
            gain = 0 if value is None or before is None else sign * (before - value)
            shown = abs(gain) > 4.5 * error  # z = 4.5 / sqrt(2) = 3.2, Holm's first of about 31
            change = ("better" if gain > 0 else "worse") if shown else None
            self.rankings.append({
                "month": MONTH, "league": league.name, "indicator": indicator.name,
                "unit_code": code, "unit_name": name, "value": value, "rank": ranks.get(code),
                "rank_lower": min(near, default=None), "rank_upper": max(near, default=None),
                "rank_set_kind": "joint", "tier": tiers.get(code), "previous_value": before,
                "previous_rank": ranks.get(code), "note": league.notes.get(code),
                "change": change,
            })  # fmt: skip

    def content(self, deliveries: pl.DataFrame, rejected: pl.DataFrame) -> Content:
        return Content(
            month=MONTH,
            indices=INDICES.conform(pl.DataFrame(self.indices, infer_schema_length=None)),
            rankings=RANKINGS.conform(pl.DataFrame(self.rankings, infer_schema_length=None)),
            deliveries=deliveries,
            rejected=rejected,
            register=load_register(None),
            method=self.method,
            is_simulated=False,
        )


def provinces() -> list[tuple[str, str]]:
    """The provinces in force: code and name."""
    agencies = load_register(None).at(MONTH).filter(pl.col("kind") == "province")
    return list(agencies.select("code", "name_vi").sort("code").iter_rows())


def deliveries(units: list[tuple[str, str]]) -> pl.DataFrame:
    """One accepted file a province, except a missing sender and a refused file."""
    rows = []
    for place, (code, name) in enumerate(units):
        row = {"month": MONTH, "sender_code": code, "sender_name": name, "status": "accepted"}
        if place == MISSING:
            row |= {
                "status": "missing",
                "message": "Nothing was sent: put the file into the inbox and run the month again.",
                "message_vi": "Chưa gửi tệp nào: đặt tệp vào hộp nhận rồi chạy lại tháng này.",
            }
        else:
            row |= {"kind": "dossiers", "sha256": f"{place:064x}", "profile": "national-sync"}
            row |= {"rows": 1234, "accepted": 1230, "rejected": 4}
        if place == REFUSED:
            row |= {
                "status": "refused",
                "accepted": 0,
                "fault": "missing_column",
                "message": "The column “NgayHenTra” is missing: add it & send the file again.",
                "message_vi": "Thiếu cột “NgayHenTra”: thêm cột đó & gửi lại tệp.",
            }
        rows.append(row)
    return DELIVERED.conform(pl.DataFrame(rows, infer_schema_length=None))


def rejected(units: list[tuple[str, str]]) -> pl.DataFrame:
    """Rejected rows of the first two senders, one of them rejected by two rules."""
    faults = [(0, 12, "end_before_receipt"), (0, 15, "end_before_receipt"), (0, 15, "no_due_date")]
    faults += [(0, n, "end_before_receipt") for n in (1016, 1017)] + [(1, 40, "no_due_date")] * 1
    return REJECTED.conform(
        pl.DataFrame(
            {
                "month": MONTH,
                "sender_code": units[place][0],
                "kind": "dossiers",
                "sha256": f"{place:064x}",
                "row_number": row,
                "column": "ended_at",
                "rule": rule,
                "found": "01/09/2026",
                "reason": f"It breaks {rule}.",
                "reason_vi": f"Dòng này trái quy tắc {rule}.",
            }
            for place, row, rule in faults
        )
    )


def delivery_states(units: list[tuple[str, str]]) -> pl.DataFrame:
    """Twelve months of every sender, mostly on time; every state is there."""
    rows = [
        (month, code, name, STATES[(place + number) % len(STATES)])
        if (place + number) % 5 == 0
        else (month, code, name, ON_TIME)
        for number, month in enumerate((*months.before(MONTH, 11), MONTH))
        for place, (code, name) in enumerate(units)
    ]
    told = [
        (*row, None, None)
        if row[-1] in {ON_TIME, ACCEPTED}
        else (*row, f"The file is {row[-1]}.", "Tệp như vậy.")
        for row in rows
    ]
    return pl.DataFrame(told, schema=DELIVERY_STATES.schema, orient="row")


def _make_content() -> Content:
    units = provinces()
    notes = {
        units[MISSING][0]: "no_export",
        units[REFUSED][0]: "refused_export",
        units[FEW][0]: "too_few_due",
        units[PROVISIONAL][0]: "provisional",
    }
    rows = MadeUpRows(load_method())
    rows.add(MadeUpLeague("province", "province", None, dict(units), notes))
    for code, _ in units:
        below = {f"{code}.{n:02d}": name for n, name in enumerate(DEPARTMENTS)}
        few = {f"{code}.03": "too_few_respondents"}
        rows.add(MadeUpLeague(f"department:{code}", "department", code, below, few))
    made = rows.content(deliveries(units), rejected(units))
    return replace(made, delivery_states=delivery_states(units))


@pytest.fixture(scope="session")
def content() -> Content:
    return _make_content()


@pytest.fixture(scope="session")
def small() -> Content:
    """Four provinces and four indicators: quick to draw."""
    method = load_method()
    kept = (*RATES, HEADLINE)
    indicators = tuple(i for i in method.indicators if i.name in kept)
    units = provinces()[:4]
    rows = MadeUpRows(method.model_copy(update={"indicators": indicators}))
    rows.add(MadeUpLeague("province", "province", None, dict(units)))
    return rows.content(deliveries(units), rejected(units))


@pytest.fixture(scope="session")
def simulated(content: Content) -> Content:
    return replace(content, is_simulated=True)


@pytest.fixture(scope="session")
def first_edition() -> Changes:
    deliveries = pl.DataFrame(schema=dict.fromkeys(("sender_code", "kind", "change"), pl.String))
    columns = ("table", "unit_code", "indicator", "before", "after")
    return Changes(None, deliveries, pl.DataFrame(schema=dict.fromkeys(columns, pl.String)))


@pytest.fixture(scope="session")
def simulated_edition(simulated: Content, first_edition: Changes) -> dict[str, bytes]:
    """The files of an edition of 34 provinces and their departments, by path."""
    return pages(simulated, 1, first_edition, [])


@pytest.fixture(scope="session")
def correction(content: Content) -> Changes:
    code = content.rankings["unit_code"][0]
    return Changes(
        1,
        pl.DataFrame({"sender_code": [code], "kind": ["dossiers"], "change": ["replaced"]}),
        pl.DataFrame(
            {
                "table": ["indices"] * 2,
                "unit_code": [code] * 2,
                "indicator": ["due_on_time", "processing_time_index"],
                "before": ["0.91234", None],
                "after": ["0.9", "84.5"],
            },
            schema_overrides={"before": pl.String},
        ),
    )


@pytest.fixture(scope="session")
def long_league() -> Callable[[int], Content]:
    """Makes an edition with one league of the given size and nothing else."""

    def make(size: int) -> Content:
        units = {f"B{n:03d}": f"Cơ quan số {n} <&> thành phố" for n in range(size)}
        rows = MadeUpRows(load_method())
        rows.add(MadeUpLeague("body:CITY", "body", "CITY", units))
        return rows.content(DELIVERED.empty(), REJECTED.empty())

    return make


SERIES_MONTHS = [f"2025-{n:02d}" for n in range(8, 13)] + [f"2026-{n:02d}" for n in range(1, 11)]
"""Months of the series made up; a chart shows the last twelve."""
SIGNALLED = "H26"


def _series(codes: list[str]) -> Iterator[Row]:
    for place, code in enumerate(codes):
        for number, month in enumerate(SERIES_MONTHS):
            value = round(0.8 + 0.005 * place + 0.01 * math.sin(number + place), 4)
            row = {"month": MONTH, "unit_code": code, "indicator": "due_on_time"}
            row |= {"series_month": month, "value": value, "denominator": 400.0}
            yield row | {"basis": "restated", "numerator": 400 * value, "is_break": False}


def _control_charts(series: list[Row]) -> Iterator[Row]:
    for row in series:
        is_signalled = row["unit_code"] == SIGNALLED and row["series_month"] == MONTH
        limits = {"centre": 0.87, "lower": 0.78, "upper": 0.99, "is_rebased": False}
        yield row | limits | {"signal": "above_limit" if is_signalled else None}


def _funnels(codes: list[str]) -> Iterator[Row]:
    for place, code in enumerate(codes):
        row = {"month": MONTH, "league": "province", "indicator": "due_on_time", "unit_code": code}
        row |= {"value": 0.8 + 0.005 * place, "denominator": 100.0 + 40 * place, "centre": 0.9}
        row |= {"lower_95": 0.85, "upper_95": 0.95, "lower_998": 0.81, "upper_998": 0.98}
        row |= {"z": place / 10 - 1.7, "phi": 1.4, "tau2": 0.001, "reliability": 0.9}
        yield row | {"is_outside": "worse" if place < 2 else None, "shrunken_value": 0.9}


def _case_mix(codes: list[str]) -> Iterator[Row]:
    """Every unit keeps its rank, but the second and the seventh change places."""
    adjusted = [1, 7, 3, 4, 5, 6, 2, *range(8, len(codes) + 1)]
    for place, code in enumerate(codes):
        row = {"month": MONTH, "league": "province", "unit_code": code, "due": 400, "late": 40}
        row |= {"expected_late": 38.5, "ratio": 1.04, "lower": 0.9, "upper": 1.2, "z": 0.2}
        row |= {"rank": place + 1, "adjusted_rank": adjusted[place], "shared_due": 400}
        row |= {"adjusted_value": 0.1, "limits_kind": "wilson"}
        yield row | {"moved_by_mix": place + 1 - adjusted[place]}


RANK_MONTHS = [f"2025-{n:02d}" for n in (11, 12)] + [f"2026-{n:02d}" for n in range(1, 11)]
CLIMBER, FALLER, AWAY = 20, 2, 5
"""Places of the units that move: the 21st to the second place, the third to the last; and of the
one that is not ranked in some months.
"""


def _ranks_by_month(codes: list[str], lead: str) -> Iterator[Row]:
    """Neighbours change places all the time; two units move steadily beyond their rank sets."""
    last = len(RANK_MONTHS) - 1
    for number, month in enumerate(RANK_MONTHS):
        wanted = {code: place + (-1) ** (place + number) * 0.6 for place, code in enumerate(codes)}
        wanted[codes[1]] = CLIMBER + (1 - CLIMBER) * number / last + 0.1
        wanted[codes[-1]] = FALLER + (len(codes) - 1 - FALLER) * number / last
        if number in (3, 4, 6):
            del wanted[codes[AWAY]]
        order = sorted(wanted, key=wanted.__getitem__)
        for code in codes:
            row = {"month": MONTH, "league": "province", "indicator": lead, "unit_code": code}
            row |= {"series_month": month, "ranked_units": len(order), "is_break": False}
            row |= {"method_version": "1.1.0", "note": None if code in order else "no_export"}
            if code in order:
                rank = order.index(code) + 1
                row |= {"rank": rank, "rank_lower": max(1, rank - 4)}
                row |= {"rank_upper": min(len(order), rank + 4)}
            yield row


def keep_units(content: Content, leagues: list[str]) -> Content:
    """The edition with these leagues alone: quicker to show."""
    rankings = content.rankings.filter(pl.col("league").is_in(leagues))
    indices = content.indices.join(rankings, on="unit_code", how="semi")
    return replace(content, indices=indices, rankings=rankings)


def _list_by_rank(ranked: pl.DataFrame, indicator: str) -> list[str]:
    return ranked.filter(indicator=indicator).sort("rank")["unit_code"].to_list()


@pytest.fixture(scope="session")
def compared(content: Content) -> Content:
    """Provinces with series, control charts, a funnel and case mix; and the departments of one."""
    content = keep_units(content, ["province", f"department:{SIGNALLED}"])
    ranked = content.rankings.filter(pl.col("rank").is_not_null(), league="province")
    codes = _list_by_rank(ranked, "due_on_time")
    series = list(_series(codes))
    rows = {
        "series": series,
        "control_charts": list(_control_charts(series)),
        "funnels": list(_funnels(codes)),
        "case_mix": list(_case_mix(codes)),
        "ranks_by_month": list(_ranks_by_month(_list_by_rank(ranked, HEADLINE), HEADLINE)),
    }
    tables = {
        name: COMPARISONS[name].conform(pl.DataFrame(found, infer_schema_length=None))
        for name, found in rows.items()
    }
    return replace(content, comparisons={**content.comparisons, **tables})


@pytest.fixture(scope="session")
def folder(
    compared: Content, correction: Changes, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An edition of simulated data with comparisons and scoring methods, as files."""
    root = tmp_path_factory.mktemp("edition")
    shown = replace(compared, is_simulated=True, scorecards=load_all().scorecards)
    edition = pages(shown, 2, correction, ["2026-11"])
    for path, content_of in edition.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content_of)
    return root


QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip


PATIENCE_SECONDS = 600


@pytest.fixture(scope="session")
def browser() -> Iterator[WebDriver]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("no browser: install Debian's chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    for argument in QUIET:
        options.add_argument(argument)
    started = webdriver.Chrome(
        options=options, service=webdriver.ChromeService(executable_path=driver)
    )
    started.set_script_timeout(PATIENCE_SECONDS)
    yield started
    started.quit()
