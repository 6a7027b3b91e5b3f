"""Texts and numbers in the bulletin's two languages.

Here belong the reading of the files in texts/ and the formats of numbers, months and ranks in each
language. Not here: which text stands where (templates, highlights), or the titles and formulas of
indicators (the method file).
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from unicodedata import normalize

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list

from pipeline.methods import NOTES, Band, Indicator, Method, Part, ScoringMethod
from reports.leagues import League, Standing
from reports.official import Coverage

LANGUAGES = ("vi", "en")
DASH = "–"
_MOST_EXTRA_DECIMALS = 6
_LOCALES = {"vi": Locale("vi"), "en": Locale("en", "GB")}
"""How each language writes numbers, months, days and lists, by the Unicode CLDR."""


@cache
def load_texts() -> dict[str, tuple[str, ...]]:
    """All texts by key (`section.name`): in Vietnamese, in English and, where a count of one needs
    another form, that form in English and in Vietnamese.
    """
    folder = resources.files("reports") / "texts"
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return {
        f"{section}.{name}": tuple(normalize("NFC", form) for form in forms)
        for file in files
        for section, entries in tomllib.loads(file.read_text(encoding="utf-8")).items()
        for name, forms in entries.items()
    }


@cache
def _load_translations(section: str) -> dict[str, str]:
    return {
        english: vietnamese
        for key, (vietnamese, english, *_) in load_texts().items()
        if key.startswith(f"{section}.")
    }


@cache
def _load_marks(code: str) -> dict[int, str]:
    """What stands for comma, point and hyphen in a number written by Python."""
    symbols = _LOCALES[code].number_symbols["latn"]
    return str.maketrans({",": symbols["group"], ".": symbols["decimal"], "-": "\N{MINUS SIGN}"})


@cache
def _write_month(month: str, code: str) -> str:
    year, number = month.split("-")
    return format_skeleton("yMMMM", date(int(year), int(number), 1), locale=_LOCALES[code])


@dataclass(frozen=True)
class Language:
    """One language of the bulletin: `vi` or `en`."""

    code: str

    @property
    def is_vietnamese(self) -> bool:
        """Whether this is Vietnamese."""
        return self.code == "vi"

    def text(self, key: str, **values: object) -> str:
        """The text of a key with its placeholders filled; thousands of whole numbers are grouped.

        Where the text has a form for one, that form is taken when `count` is 1. KeyError for an
        unknown key, and for a placeholder without a value.
        """
        forms = load_texts()[key]
        many, one = (0, 3) if self.is_vietnamese else (1, 2)
        form = forms[one] if values.get("count") == 1 and len(forms) > one else forms[many]
        return form.format(
            **{
                name: self.number(value, 0) if isinstance(value, int) else value
                for name, value in values.items()
            }
        )

    def translate(self, section: str, english: str) -> str:
        """What the source says in English, in this language: the text of a section whose English
        it is. KeyError where the section has none.
        """
        return english if not self.is_vietnamese else _load_translations(section)[english]

    def number(self, value: float, decimals: int) -> str:
        """A number with thousands grouped: 12.345,6 in Vietnamese, 12,345.6 in English.

        The marks are the CLDR's; the writing is ours, because the pages of a nation have a million
        numbers and Babel takes twenty times as long. A minus is the true sign, and -0 has none.
        """
        written = f"{value:,.{decimals}f}"
        if float(written.replace(",", "")) == 0:
            written = written.lstrip("-")
        return written.translate(_load_marks(self.code))

    def value(self, value: float | None, indicator: Indicator, more_decimals: int = 0) -> str:
        """A value of an indicator: share 96.1%, points 85.20, days 3.5 (the unit not written).

        Points have the decimals that they are published with, two at most.
        """
        if value is None:
            return DASH
        if indicator.unit == "share":
            return self.number(100 * value, 1 + more_decimals) + "%"
        decimals = min(indicator.decimals, 2) if indicator.unit == "points" else 1
        return self.number(value, decimals + more_decimals)

    def correction(
        self, before: str | None, after: str | None, indicator: Indicator | None
    ) -> tuple[str, str]:
        """A value before and after a correction, with as many decimals as show the difference.

        A dash for none. Without an indicator both values stay as they are in the published files.
        """
        if indicator is None:
            return before or DASH, after or DASH
        then, now = (float(text) if text else None for text in (before, after))
        written = self.value(then, indicator), self.value(now, indicator)
        for more in range(1, _MOST_EXTRA_DECIMALS + 1):
            if written[0] != written[1] or then == now:
                break
            written = self.value(then, indicator, more), self.value(now, indicator, more)
        return written

    def difference(self, value: float, indicator: Indicator) -> str:
        """A difference with its sign; of shares in percentage points, without a percent sign."""
        scaled, decimals = (100 * value, 1) if indicator.unit == "share" else (value, 2)
        decimals = 1 if indicator.unit == "days" else decimals
        written = self.number(scaled, decimals)
        return written if written[0] == "\N{MINUS SIGN}" or scaled == 0 else "+" + written

    def limits(self, standing: Standing, indicator: Indicator) -> str:
        """Lower and upper limit, `84.10–87.30`; `≥ 84.10` where only one is known."""
        if standing.lower is None and standing.upper is None:
            return DASH
        if standing.upper is None:
            return f"≥ {self.value(standing.lower, indicator)}"
        if standing.lower is None:
            return f"≤ {self.value(standing.upper, indicator)}"
        lower = self.value(standing.lower, indicator).removesuffix("%")
        return f"{lower}–{self.value(standing.upper, indicator)}"

    def rank_set(self, standing: Standing) -> str:
        """The rank set: `1–4`, or `7` where it is a single rank."""
        if standing.rank_lower is None or standing.rank_upper is None:
            return DASH
        if standing.rank_lower == standing.rank_upper:
            return str(standing.rank_lower)
        return f"{standing.rank_lower}–{standing.rank_upper}"

    def count(self, value: int | None) -> str:
        """A whole number; a dash for none."""
        return DASH if value is None else self.number(value, 0)

    def share(self, part: float, whole: float) -> str:
        """Part of a whole as a percentage with two decimals; a dash when the whole is 0."""
        return self.number(100 * part / whole, 2) + "%" if whole else DASH

    def percent(self, value: float | None) -> str:
        """A share of 0-1 as a percentage with one decimal; a dash for none."""
        return DASH if value is None else self.number(100 * value, 1) + "%"

    def percentage_points(self, hundredths: int) -> str:
        """Hundredths of a percentage point with a sign, without a unit: +1.25."""
        written = self.number(hundredths / 100, 2)
        return f"+{written}" if hundredths > 0 else written

    def month(self, month: str) -> str:
        """`tháng 10 năm 2026` or `October 2026`."""
        return _write_month(month, self.code)

    def short_month(self, month: str) -> str:
        """`10/2026`: for axes and narrow columns."""
        year, number = month.split("-")
        return f"{number}/{year}"

    def title(self, indicator: Indicator) -> str:
        """The indicator's name."""
        return indicator.title_vi if self.is_vietnamese else indicator.title_en

    def short_title(self, indicator: Indicator) -> str:
        """The indicator's name without its scale, and with a unit such as days."""
        return re.sub(r"\s*\(0\D100\)", "", self.title(indicator))

    def phrase(self, indicator: Indicator) -> str:
        """The indicator's name within a sentence: without brackets, its first letter small."""
        title = re.sub(r"\s*\(.*?\)", "", self.title(indicator))
        return title[:1].lower() + title[1:]

    def source(self, indicator: Indicator) -> str:
        """The law or paper behind an indicator."""
        if indicator.source == "ours":
            return self.text("how_to_read.ours")
        return self.law(indicator.source)

    def law(self, source: str) -> str:
        """The law or paper that a method file names; method files name them in English."""
        if not self.is_vietnamese:
            return source
        named = source
        for key, (vietnamese, english, *_) in load_texts().items():
            if key.startswith("law."):
                named = re.sub(rf"(?<!\w){re.escape(english)}(?!\w)", vietnamese, named)
        return named

    def formula(self, indicator: Indicator) -> str:
        """The indicator's formula in one line."""
        return indicator.formula_vi if self.is_vietnamese else indicator.formula_en

    def method_title(self, method: Method | ScoringMethod) -> str:
        """The name of a method."""
        return method.title_vi if self.is_vietnamese else method.title_en

    def validity(self, method: ScoringMethod) -> str:
        """From which day to which day a scoring method is in force, both days included."""
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
            return format_skeleton("yMd", day, locale=_LOCALES[self.code])
        return format_date(day, "long", locale=_LOCALES[self.code])

    def group_title(self, indicator: Indicator) -> str:
        """The name of a group of points without its scale; the page has the scale at each value."""
        return re.sub(r"\s*\(0\D\d+\)", "", self.title(indicator))

    def part(self, part: Part) -> str:
        """Number and name of an indicator of a scoring method."""
        title = part.title_vi if self.is_vietnamese else part.title_en
        return f"{part.number}. {title}" if part.number else title

    def reasons(self, coverage: Coverage) -> str:
        """Why units have no points of an indicator, each reason with the number of units unless all
        units have it.
        """
        return "; ".join(
            self.note(note)
            + (f" ({units}/{coverage.all_units})" if units < coverage.all_units else "")
            for note, units in coverage.reasons
        )

    def bands(self, indicator: Indicator) -> str:
        """The bands of an indicator from the best down, each with its least number of points."""
        return "; ".join(
            self.text(
                "official.band_from", band=self._band_title(band), points=f"{band.from_points:g}"
            )
            for band in indicator.bands
        )

    def band(self, standing: Standing, indicator: Indicator) -> str:
        """The name of the published band of a value; a dash for none."""
        found = {band.name: band for band in indicator.bands}.get(standing.band or "")
        return self._band_title(found) if found else DASH

    def _band_title(self, band: Band) -> str:
        return band.title_vi if self.is_vietnamese else band.title_en

    def note(self, note: str | None) -> str:
        """The meaning of a note of the closed list; empty for none."""
        if not note:
            return ""
        return NOTES[note].text_vi if self.is_vietnamese else NOTES[note].text_en

    def kind(self, kind: str) -> str:
        """The name of a kind of units, in the plural; without a text, the register's own word."""
        key = f"kinds.{kind}"
        return self.text(key) if key in load_texts() else kind

    def league(self, league: League) -> str:
        """A league's name: the kind of its units, after the name of their parent."""
        if league.parent_name:
            return f"{league.parent_name}: {self.kind(league.kind)}"
        return self.kind(league.kind)

    def join_names(self, names: Sequence[str], at_most: int = 6) -> str:
        """Names joined as in a sentence; those beyond `at_most` are counted."""
        shown = list(names)
        if len(names) > at_most:
            rest = self.text("highlights.others", count=len(names) - at_most + 1)
            shown = [*names[: at_most - 1], rest]
        return format_list(shown, locale=_LOCALES[self.code])
