"""What an edition changed, in sentences.

Here belongs the choice of sentences for an edition of the archive. Not here: the texts (texts),
what changed (pipeline.edition_history).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from pipeline.agencies import Register
from pipeline.edition_history import (
    ADDED,
    METHOD,
    READ_AGAIN,
    REGISTER,
    REPLACED,
    SOFTWARE,
    WITHDRAWN,
    ChangedDelivery,
    EditionRecord,
)
from reports.language import Language

_OF_MONTH = {
    ADDED: "editions.added",
    REPLACED: "editions.replaced",
    WITHDRAWN: "editions.withdrawn",
    READ_AGAIN: "editions.read_again",
}
_OF_EARLIER_MONTHS = {
    ADDED: "editions.earlier_added",
    REPLACED: "editions.earlier_replaced",
    WITHDRAWN: "editions.earlier_withdrawn",
    READ_AGAIN: "editions.earlier_read_again",
}
_CAUSES = {
    METHOD: "editions.new_method",
    REGISTER: "editions.new_register",
    SOFTWARE: "editions.new_software",
}
_FAULTS = {
    "altered": "editions.altered",
    "missing": "editions.missing",
    "unreadable": "editions.unreadable",
}
_MOST_NAMES = 6
"""So many names stand in a sentence; the others are counted."""


@dataclass(frozen=True)
class Wording:
    """Sentences in one language; agencies have the names of the register."""

    language: Language
    register: Register
    _names_en: dict[str, dict[str, str]] = field(default_factory=dict, init=False, repr=False)

    def name(self, code: str, month: str) -> str:
        """An agency's name in a month, and its code where the name is another."""
        name = self.register.name(code, month)
        if not self.language.is_vietnamese:
            if month not in self._names_en:
                self._names_en[month] = self.register.names_en(month)
            name = self._names_en[month].get(code, name)
        return name if name == code else f"{name} ({code})"

    def describe_fault(self, record: EditionRecord) -> str:
        """What is wrong with an edition; empty where nothing is known to be."""
        return self.language.text(_FAULTS[record.fault]) if record.fault else ""

    def describe_changes(self, record: EditionRecord) -> list[str]:
        """Whose exports made the edition, what else did, and how many values changed."""
        text = self.language.text
        if not record.digest:
            return []
        if record.number == 1:
            return [text("editions.first")]
        causes = [*self._describe_altered(record), *self._describe_deliveries(record)]
        causes += [text(_CAUSES[cause]) for cause in record.other_causes]
        return [*(causes or [text("editions.no_cause")]), self._describe_values(record)]

    def _describe_altered(self, record: EditionRecord) -> Iterator[str]:
        if record.altered_before:
            files = ", ".join(record.altered_before[:_MOST_NAMES])
            files += ", …" * (len(record.altered_before) > _MOST_NAMES)
            yield self.language.text("editions.made_anew", before=record.number - 1, files=files)

    def _describe_deliveries(self, record: EditionRecord) -> Iterator[str]:
        of_month = [each for each in record.deliveries if each.month == record.month]
        earlier = [each for each in record.deliveries if each.month != record.month]
        for (change, kind), codes in _group(of_month, lambda each: (each.change, each.kind)):
            yield self.language.text(
                _OF_MONTH[change],
                kind=self.language.kind(kind) if kind else self.language.text("editions.any_kind"),
                names=self._join(codes, record.month),
            )
        for (change, _), codes in _group(earlier, lambda each: (each.change, "")):
            named = {each.month for each in earlier if each.change == change}
            yield self.language.text(
                _OF_EARLIER_MONTHS[change],
                months=", ".join(self.language.short_month(month) for month in sorted(named)),
                names=self._join(codes, record.month),
            )

    def _describe_values(self, record: EditionRecord) -> str:
        if not record.changed_values:
            return self.language.text("corrections.no_values")
        return self.language.text(
            "editions.values",
            count=record.changed_values,
            names=self._join(record.changed_units, record.month),
        )

    def _join(self, codes: Iterable[str], month: str) -> str:
        """The names of agencies as in a sentence; those that are only counted are not looked up."""
        unique = sorted(set(codes))
        named = [self.name(code, month) for code in unique[:_MOST_NAMES]]
        return self.language.join_names([*named, *unique[_MOST_NAMES:]], _MOST_NAMES)


def _group(
    deliveries: Iterable[ChangedDelivery], key: Callable[[ChangedDelivery], tuple[str, str]]
) -> list[tuple[tuple[str, str], list[str]]]:
    """The codes of the senders by key, in order of key."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for delivery in deliveries:
        found[key(delivery)].append(delivery.sender_code)
    return sorted(found.items())
