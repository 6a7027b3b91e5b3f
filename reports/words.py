"""Texts and numbers in the bulletin's two languages.

Here belong looking a text up in `words.toml` and writing numbers, months and ranks the way a
language does. Not here: what is said where (templates, standouts), or the titles and formulas
of indicators (the method file).
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from unicodedata import normalize

from pipeline.methods import NOTES, Band, Indicator, Part, ScoringMethod
from reports.leagues import League, Standing
from reports.official import Known

LANGUAGES = ("vi", "en")
NOTHING = "–"
_MOST_MORE_DECIMALS = 6
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@cache
def table() -> dict[str, tuple[str, ...]]:
    """All texts by key (`section.name`): Vietnamese, English, and where they differ English and
    Vietnamese for a count of one.
    """
    text = (resources.files("reports") / "words.toml").read_text(encoding="utf-8")
    return {
        f"{section}.{name}": tuple(normalize("NFC", form) for form in forms)
        for section, entries in tomllib.loads(text).items()
        for name, forms in entries.items()
    }


@dataclass(frozen=True)
class Language:
    """One language of the bulletin: `vi` or `en`."""

    code: str

    @property
    def is_vietnamese(self) -> bool:
        """Whether this is Vietnamese."""
        return self.code == "vi"

    def text(self, key: str, **values: object) -> str:
        """The text of a key with its places filled; whole numbers are grouped.

        A text with a form for one takes it when `count` is 1; no other name does that. An
        unknown key or a place left unfilled raises KeyError.
        """
        forms = table()[key]
        many, one = (0, 3) if self.is_vietnamese else (1, 2)
        form = forms[one] if values.get("count") == 1 and len(forms) > one else forms[many]
        return form.format(
            **{
                name: self.number(value, 0) if isinstance(value, int) else value
                for name, value in values.items()
            }
        )

    def number(self, value: float, decimals: int) -> str:
        """A number with thousands grouped: 12.345,6 in Vietnamese, 12,345.6 in English."""
        written = f"{value:,.{decimals}f}"
        if float(written.replace(",", "")) == 0:
            written = written.lstrip("-")
        if self.is_vietnamese:
            written = written.translate(str.maketrans(",.", ".,"))
        return written.replace("-", "\N{MINUS SIGN}")

    def value(self, value: float | None, indicator: Indicator, more_decimals: int = 0) -> str:
        """A value of an indicator: share 96.1%, points 85.20, days 3.5 (the unit not written).

        Points have the decimals that they are published with, two at most.
        """
        if value is None:
            return NOTHING
        if indicator.unit == "share":
            return self.number(100 * value, 1 + more_decimals) + "%"
        decimals = min(indicator.decimals, 2) if indicator.unit == "points" else 1
        return self.number(value, decimals + more_decimals)

    def corrected(
        self, before: str | None, after: str | None, indicator: Indicator | None
    ) -> tuple[str, str]:
        """Two values of published files, with as many decimals as tell them apart; a dash for none.

        An indicator that is not known leaves them as they stand in the files.
        """
        if indicator is None:
            return before or NOTHING, after or NOTHING
        then, now = (float(text) if text else None for text in (before, after))
        written = self.value(then, indicator), self.value(now, indicator)
        for more in range(1, _MOST_MORE_DECIMALS + 1):
            if written[0] != written[1] or then == now:
                break
            written = self.value(then, indicator, more), self.value(now, indicator, more)
        return written

    def difference(self, value: float, indicator: Indicator) -> str:
        """A signed difference; of shares in percentage points, without a sign for them."""
        scaled, decimals = (100 * value, 1) if indicator.unit == "share" else (value, 2)
        decimals = 1 if indicator.unit == "days" else decimals
        written = self.number(scaled, decimals)
        return written if written[0] == "\N{MINUS SIGN}" or scaled == 0 else "+" + written

    def limits(self, standing: Standing, indicator: Indicator) -> str:
        """Lower and upper limit, `84.10–87.30`; `≥ 84.10` where only one is known."""
        if standing.lower is None and standing.upper is None:
            return NOTHING
        if standing.upper is None:
            return f"≥ {self.value(standing.lower, indicator)}"
        if standing.lower is None:
            return f"≤ {self.value(standing.upper, indicator)}"
        lower = self.value(standing.lower, indicator).removesuffix("%")
        return f"{lower}–{self.value(standing.upper, indicator)}"

    def rank_set(self, standing: Standing) -> str:
        """The ranks that the data cannot exclude: `1–4`, or `7` alone."""
        if standing.rank_lower is None or standing.rank_upper is None:
            return NOTHING
        if standing.rank_lower == standing.rank_upper:
            return str(standing.rank_lower)
        return f"{standing.rank_lower}–{standing.rank_upper}"

    def count(self, value: int | None) -> str:
        """A whole number; a dash for none."""
        return NOTHING if value is None else self.number(value, 0)

    def share(self, part: float, whole: float) -> str:
        """Part of a whole as a percentage with two decimals; a dash when the whole is 0."""
        return self.number(100 * part / whole, 2) + "%" if whole else NOTHING

    def month(self, month: str) -> str:
        """`tháng 10 năm 2026` or `October 2026`."""
        year, number = month.split("-")
        if self.is_vietnamese:
            return f"tháng {int(number)} năm {year}"
        return f"{_MONTHS_EN[int(number) - 1]} {year}"

    def short_month(self, month: str) -> str:
        """`10/2026`: for axes and narrow columns."""
        year, number = month.split("-")
        return f"{number}/{year}"

    def title(self, indicator: Indicator) -> str:
        """The indicator's name."""
        return indicator.title_vi if self.is_vietnamese else indicator.title_en

    def short_title(self, indicator: Indicator) -> str:
        """The indicator's name without its scale; a unit such as days stays."""
        return re.sub(r"\s*\(0\D100\)", "", self.title(indicator))

    def phrase(self, indicator: Indicator) -> str:
        """The indicator's name within a sentence: without brackets, its first letter small."""
        title = re.sub(r"\s*\(.*?\)", "", self.title(indicator))
        return title[:1].lower() + title[1:]

    def source(self, indicator: Indicator) -> str:
        """The law or paper behind an indicator."""
        if indicator.source == "ours":
            return self.text("reading.ours")
        return self.law(indicator.source)

    def law(self, source: str) -> str:
        """The law or paper that a method file names; such files name them in English."""
        if not self.is_vietnamese:
            return source
        named = source
        for key, (vietnamese, english, *_) in table().items():
            if key.startswith("law."):
                named = re.sub(rf"(?<!\w){re.escape(english)}(?!\w)", vietnamese, named)
        return named

    def formula(self, indicator: Indicator) -> str:
        """The indicator's formula in one line."""
        return indicator.formula_vi if self.is_vietnamese else indicator.formula_en

    def method_title(self, method: ScoringMethod) -> str:
        """The name of a method of points."""
        return method.title_vi if self.is_vietnamese else method.title_en

    def validity(self, method: ScoringMethod) -> str:
        """From and to which day a method of points is in force, both included."""
        first, last = method.valid_from, method.valid_to
        if first and last:
            return self.text("official.from_to", first=self.day(first), last=self.day(last))
        if first:
            return self.text("official.from_on", first=self.day(first))
        if last:
            return self.text("official.up_to", last=self.day(last))
        return self.text("official.unlimited")

    def day(self, day: date) -> str:
        """`23/6/2022` or `23 June 2022`."""
        if self.is_vietnamese:
            return f"{day.day}/{day.month}/{day.year}"
        return f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"

    def group_title(self, indicator: Indicator) -> str:
        """The name of a group of points without its scale, which stands beside each value."""
        return re.sub(r"\s*\(0\D\d+\)", "", self.title(indicator))

    def part(self, part: Part) -> str:
        """Number and name of an indicator of a method of points."""
        title = part.title_vi if self.is_vietnamese else part.title_en
        return f"{part.number}. {title}" if part.number else title

    def reasons(self, known: Known) -> str:
        """Why units have no points of an indicator, with how many they are unless they are all."""
        return "; ".join(
            self.note(note) + (f" ({units}/{known.of})" if units < known.of else "")
            for note, units in known.reasons
        )

    def bands(self, indicator: Indicator) -> str:
        """The bands of an indicator from the best down, each with the points that it begins at."""
        return "; ".join(
            self.text("official.band_from", band=self._band(band), points=f"{band.from_points:g}")
            for band in indicator.bands
        )

    def band(self, standing: Standing, indicator: Indicator) -> str:
        """The band of a value as it was published; a dash for none."""
        found = {band.name: band for band in indicator.bands}.get(standing.band or "")
        return self._band(found) if found else NOTHING

    def _band(self, band: Band) -> str:
        return band.title_vi if self.is_vietnamese else band.title_en

    def note(self, note: str | None) -> str:
        """What a note of the closed list means; empty for none."""
        if not note:
            return ""
        return NOTES[note].text_vi if self.is_vietnamese else NOTES[note].text_en

    def kind(self, kind: str) -> str:
        """Units of a kind, in the plural; the register's own word for a kind unknown here."""
        key = f"kinds.{kind}"
        return self.text(key) if key in table() else kind

    def league(self, league: League) -> str:
        """A league's name: the kind of its units, and whose they are."""
        if league.parent_name:
            return f"{league.parent_name}: {self.kind(league.kind)}"
        return self.kind(league.kind)

    def listed(self, names: Sequence[str], at_most: int = 6) -> str:
        """Names in a row; those beyond `at_most` are counted."""
        if len(names) > at_most:
            rest = self.text("standouts.others", count=len(names) - at_most + 1)
            return ", ".join(names[: at_most - 1]) + " " + rest
        if len(names) < 2:  # noqa: PLR2004
            return "".join(names)
        return ", ".join(names[:-1]) + self.text("standouts.and") + names[-1]


def places(form: str) -> set[str]:
    """Names of the places in a text that are filled when it is used."""
    return set(re.findall(r"{(\w+)}", form))
