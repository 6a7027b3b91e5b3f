"""The feed: every edition as an entry of news, in Atom (RFC 4287).

An edition says nothing of the time at which it was made, for the same exports give the same bytes.
So `updated` of an entry is the last second of its month, and a corrected edition, which has the
same, is news by its own id: it is made from the edition's manifest, which has month and number.
Links are relative to the feed, for nothing published knows the address that it is read at. Not
here: the sentences (wording).
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from pipeline import letters, months
from pipeline.edition_history import EditionRecord
from reports.all_months.values import MonthEditions, describe_place
from reports.all_months.wording import Wording
from reports.site.places import FOLDERS, link

_ATOM = "http://www.w3.org/2005/Atom"
_LAST_SECOND = "T23:59:59+07:00"
"""Of a day, in Asia/Ho_Chi_Minh."""


def make_feed(newest_first: Sequence[MonthEditions], wording: Wording) -> bytes:
    """The feed in one language; editions without a manifest that can be read are left out."""
    language = wording.language
    here = describe_place(language.code, "feed.xml")
    known = [each for each in _list_editions(newest_first) if each[1].digest]
    is_simulated = any(record.is_simulated for _, record in known)
    # The first edition of all stands for the installation, which has no name of its own.
    first = known[-1][1].digest if known else ""
    root = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": language.code})
    _add_text(root, "id", _make_id(f"feed/{language.code}/{first}"))
    _add_text(root, "title", _mark(language.text("page.product"), wording, is_simulated))
    _add_text(root, "updated", _describe_end(newest_first[0].month))
    author = ElementTree.SubElement(root, "author")
    _add_text(author, "name", language.text("page.product"))
    _add_link(root, "self", "feed.xml", "application/atom+xml")
    _add_link(root, "alternate", "index.html", "text/html")
    for month, record in known:
        entry = ElementTree.SubElement(root, "entry")
        _add_text(entry, "id", _make_id(f"edition/{language.code}/{record.digest}"))
        title = language.text(
            "editions.title", month=language.month(month.month), number=record.number
        )
        _add_text(entry, "title", _mark(title, wording, record.is_simulated))
        _add_text(entry, "updated", _describe_end(month.month))
        folder = f"editions/{month.month}/{record.number}/{FOLDERS[language.code]}"
        _add_link(entry, "alternate", link(here, f"{folder}index.html"), "text/html")
        _add_text(entry, "summary", " ".join(_summarize(month, record, wording)))
    ElementTree.indent(root)
    written = ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{written}\n'.encode()


def _list_editions(
    newest_first: Sequence[MonthEditions],
) -> list[tuple[MonthEditions, EditionRecord]]:
    """All editions, the newest month first and its last edition first."""
    return [(month, record) for month in newest_first for record in reversed(month.editions)]


def _summarize(month: MonthEditions, record: EditionRecord, wording: Wording) -> list[str]:
    """What the edition changed and, of the one in force, what stands out."""
    told = month.summary.told.get(wording.language.code) if month.summary else None
    highlights = told.highlights if told and record is month.in_force else ()
    fault = wording.describe_fault(record)
    return [*([fault] if fault else []), *wording.describe_changes(record), *highlights]


def _mark(title: str, wording: Wording, is_simulated: bool) -> str:
    return f"[{wording.language.text('page.simulated')}] {title}" if is_simulated else title


def _make_id(name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, name)}"


def _describe_end(month: str) -> str:
    return f"{(months.end(month) - timedelta(days=1)).date()}{_LAST_SECOND}"


def _add_text(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = letters.without_steering(text)


def _add_link(parent: ElementTree.Element, relation: str, target: str, kind: str) -> None:
    ElementTree.SubElement(parent, "link", {"rel": relation, "href": target, "type": kind})
