"""The simulated units below the provinces, and how each of them truly works.

Here belong the register of simulated units, the procedures that they handle and their traits,
drawn from a seed. Not here: single dossiers (dossiers) and ratings (ratings).

The codes of procedures look like national codes, and the names of departments are those of real
kinds of departments; deadlines, case mixes and all traits are invented.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from pipeline.agencies import Register
from pipeline.tables import AGENCIES

Numbers = npt.NDArray[np.float64]

DEPARTMENTS = (
    ("Sở Xây dựng", "Department of Construction"),
    ("Sở Tài chính", "Department of Finance"),
    ("Sở Nông nghiệp và Môi trường", "Department of Agriculture and Environment"),
    ("Sở Y tế", "Department of Health"),
    ("Sở Tư pháp", "Department of Justice"),
    ("Sở Nội vụ", "Department of Home Affairs"),
    ("Sở Công Thương", "Department of Industry and Trade"),
    ("Sở Giáo dục và Đào tạo", "Department of Education and Training"),
    ("Sở Khoa học và Công nghệ", "Department of Science and Technology"),
    ("Sở Văn hóa, Thể thao và Du lịch", "Department of Culture, Sports and Tourism"),
)
PROCEDURES = (
    ("2.000815", 1),
    ("1.001193", 1),
    ("1.004873", 3),
    ("1.000894", 2),
    ("2.001255", 5),
    ("1.010803", 10),
    ("1.009994", 20),
    ("2.001610", 3),
    ("1.005169", 5),
    ("1.004227", 10),
    ("1.003003", 15),
    ("1.012781", 30),
)
"""Code and deadline in working days; communes handle the first seven, departments the others."""
_OF_COMMUNES = 7
FACTORS = ("TC", "TT", "CB", "KQ", "PA")
"""Codes of the five questions as sent: access, procedures, officials, results, feedback."""
LARGEST_FIRST = ("H29", "H26", "H56", "H41")
"""The largest senders: Ho Chi Minh City, Ha Noi, Thanh Hoa, Nghe An; then others by code."""


@dataclass(frozen=True, eq=False)
class Traits:
    """How the units of a sender truly work; the first axis of every array is the unit.

    A dossier takes its allowed working time x exp(slowness + its procedure's slowness +
    spread x normal deviate), so it ends on time with the probability
    Phi(-(slowness + procedure's) / spread). `slowness` has one column a month of receipt.
    """

    mix: Numbers
    """Share of the sender's dossiers, unit x procedure; sums to 1."""
    slowness: Numbers
    """Unit x month of receipt, natural logarithm."""
    procedure_slowness: Numbers
    """One element is a procedure, natural logarithm."""
    spread: Numbers
    online_share: Numbers
    moving_share: Numbers
    """Share of the late dossiers whose due date is moved before it passes."""
    satisfaction: Numbers
    """Unit x factor: probit of the share satisfied among applicants served on time."""
    response_share: Numbers


def choose_senders(register: Register, month: str, count: int) -> list[str]:
    """Codes of the first provinces in force in a month, the largest first.

    Raises:
        ValueError: there are fewer provinces than `count`.
    """
    codes = register.at(month).filter(pl.col("kind") == "province")["code"].to_list()
    if not 1 <= count <= len(codes):
        raise ValueError(f"{count} senders: choose 1 to {len(codes)}, the provinces of {month}")
    ordered = [code for code in LARGEST_FIRST if code in codes]
    return [*ordered, *(code for code in codes if code not in ordered)][:count]


def sender_shares(count: int, largest_share: float) -> Numbers:
    """Share of all dossiers by sender, the largest first; sums to 1.

    The first sender has `largest_share`, or more where there are too few others; the shares of the
    others fall with their rank to the power -0.4.
    """
    falling: Numbers = np.arange(1, count + 1, dtype=np.float64) ** -0.4
    shares: Numbers = falling / falling.sum()
    if count > 1 and shares[0] < largest_share:
        shares[1:] *= (1 - largest_share) / shares[1:].sum()
        shares[0] = largest_share
    return shares


def unit_codes(sender: str, count: int) -> list[str]:
    """Codes of a sender's units: departments first, then communes."""
    return [f"{sender}.{number:02d}" for number in range(1, count + 1)]


def register_rows(
    register: Register, month: str, codes: list[str], departments: int, communes: int
) -> pl.DataFrame:
    """The own register of a simulated home: one row is a unit, its name marked as simulated.

    Units of a province that is absorbed end with the province.
    """
    rows = []
    for sender in codes:
        place = register.at(month).filter(pl.col("code") == sender).row(0, named=True)
        ends = register.table.filter(pl.col("code") == sender)["valid_to"]
        last_day = None if ends.null_count() else ends.max()
        names = [
            *(("department", vi, en) for vi, en in DEPARTMENTS[:departments]),
            *(("commune", f"Xã số {n}", f"Commune {n}") for n in range(1, communes + 1)),
        ]
        for code, (kind, vi, en) in zip(unit_codes(sender, len(names)), names, strict=True):
            name_vi = f"{vi} {place['name_vi']} (mô phỏng)"
            name_en = f"{en}, {place['name_en']} (simulated)"
            rows.append((code, name_vi, name_en, kind, sender, last_day))
    columns = ("code", "name_vi", "name_en", "kind", "parent_code", "valid_to")
    schema = {name: AGENCIES.schema[name] for name in columns}
    return pl.DataFrame(rows, schema=schema, orient="row")


def draw_traits(
    rng: np.random.Generator, departments: int, communes: int, month_count: int
) -> Traits:
    """The traits of a sender's units, departments first."""
    units, procedures = departments + communes, len(PROCEDURES)
    handles = np.ones((units, procedures))
    handles[:departments, :_OF_COMMUNES] = 0
    handles[departments:, _OF_COMMUNES:] = 0
    mix = handles * rng.gamma(3.0, size=(units, procedures))
    size = rng.lognormal(0.0, 0.25, units)
    mix *= (size / size.sum() / mix.sum(axis=1))[:, None]
    # Senders differ more than their units do, so that a ranking has something to find.
    level = rng.normal(-0.95, 0.3) + rng.normal(0.0, 0.2, units)
    content = rng.normal(1.1, 0.35) + rng.normal(0.0, 0.2, (units, 1))
    return Traits(
        mix=mix,
        slowness=level[:, None] + rng.normal(0.0, 0.08, (units, month_count)),
        procedure_slowness=rng.normal(0.0, 0.15, procedures),
        spread=rng.uniform(0.55, 0.85, units),
        online_share=rng.uniform(0.3, 0.8, units),
        moving_share=rng.uniform(0.05, 0.5, units),
        satisfaction=content + rng.normal(0.0, 0.15, (units, len(FACTORS))),
        response_share=rng.uniform(0.45, 0.7, units),
    )
