"""What has arrived, as a table for a terminal: months x senders, in words or, where they do not
fit, in signs.

Here belongs which months are shown and how. Not here: finding the states (status), the console
(printing).
"""

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from assets.command_line.status import CHANGED, GONE, NEW, Status
from assets.month.delivery_states import SHOWN_MONTHS
from pipeline import delivery_states

_SIGNS = {
    delivery_states.ON_TIME: ("✓", "✓", "green"),
    delivery_states.ACCEPTED: ("✓", "✓", "green"),
    delivery_states.LATE: ("late", "L", "yellow"),
    delivery_states.CORRECTED: ("corrected", "C", "cyan"),
    delivery_states.REFUSED: ("refused", "R", "red"),
    delivery_states.MISSING: ("missing", "M", "yellow"),
    delivery_states.WITHDRAWN: ("withdrawn", "W", "magenta"),
    NEW: ("new", "n", "cyan"),
    CHANGED: ("changed", "c", "cyan"),
    GONE: ("gone", "g", "magenta"),
}
"""Of each state its word in a wide table, its sign in a narrow one, its colour."""
_TO_DO = {delivery_states.REFUSED, NEW, CHANGED, GONE}
"""States for which a month is shown however old it is."""
_EXPLAINED = {delivery_states.LATE, delivery_states.CORRECTED, delivery_states.WITHDRAWN}
"""States whose reasons are named under the table: a refused file has a message of its own."""
_MOST_REASONS = 20
_SHORT_NAME, _NARROW_MONTH = 12, 5
"""The letters that a sender has at least in a narrow table, and those of a month with its gap."""
_NO_LIMIT = 100_000
"""More letters than a line of the table has."""

_TITLE = "What has arrived"


def build_status_table(status: Status, console: Console) -> RenderableType:
    """One row a sender, one column a month: the last SHOWN_MONTHS, and earlier ones with a state of
    _TO_DO.

    In words where the console is wide enough, else in signs with a key, the newest months that fit.
    """
    months = list_shown_months(status)
    wide = _build_wide(status, months)
    unlimited = console.options.update(max_width=_NO_LIMIT)
    if console.measure(wide, options=unlimited).maximum <= console.width:
        return wide
    fitting = months[-max(1, (console.width - _SHORT_NAME) // _NARROW_MONTH) :]
    lines = [_describe_signs(status, fitting)]
    if earlier := len(months) - len(fitting):
        lines.append(Text(f"not shown for want of room: {earlier} earlier"))
    return Group(_build_narrow(status, fitting, console.width), *lines)


def list_shown_months(status: Status) -> list[str]:
    """The months that the table has, oldest first."""
    every = sorted(status.cells["month"].unique())
    cells = status.cells.select("month", "state").iter_rows()
    to_do = {month for month, state in cells if _TO_DO.intersection(_split(state))}
    return [month for month in every if month in every[-SHOWN_MONTHS:] or month in to_do]


def list_reasons(status: Status) -> list[str]:
    """Why deliveries of the shown months are late, corrected or withdrawn, the newest month first.

    Only the first _MOST_REASONS, and how many others there are.
    """
    shown = {
        (month, sender)
        for month, sender, state in status.cells.select("month", "sender_code", "state").rows()
        if state in _EXPLAINED and month in list_shown_months(status)
    }
    reasons = [
        f"{month} {sender} is {state}: {reason}"
        for month, sender, state, reason in status.states.sort(
            "month", "sender_code", descending=[True, False]
        )
        .select("month", "sender_code", "state", "reason")
        .iter_rows()
        if (month, sender) in shown
    ]
    more = len(reasons) - _MOST_REASONS
    others = [f"and {more} more: the pages of the editions name all"] if more > 0 else []
    return reasons[:_MOST_REASONS] + others


def _build_wide(status: Status, months: Sequence[str]) -> Table:
    table = Table(title=_TITLE, title_justify="left")
    table.add_column("sender")
    for month in months:
        table.add_column(month, justify="center")
    states = _read_states(status)
    for code, name in _list_senders(status):
        table.add_row(f"{code} {name}", *(_mark(states, month, code, 0) for month in months))
    return table


def _build_narrow(status: Status, months: Sequence[str], width: int) -> Table:
    table = Table(
        title=_TITLE, title_justify="left", box=box.SIMPLE_HEAD, padding=0, pad_edge=False
    )
    most = width - _NARROW_MONTH * len(months) - 1
    table.add_column("sender", no_wrap=True, overflow="ellipsis", max_width=most)
    for month in months:
        table.add_column(month.replace("-", "\n"), justify="center", min_width=4)
    states = _read_states(status)
    for code, name in _list_senders(status):
        table.add_row(f"{code} {name}", *(_mark(states, month, code, 1) for month in months))
    return table


def _describe_signs(status: Status, months: Sequence[str]) -> Text:
    """What the signs of the table mean."""
    found = {
        word
        for month, state in status.cells.select("month", "state").iter_rows()
        if month in months
        for word in _split(state)
    }
    signs = [
        f"{sign} {state.replace('_', ' ')}"
        for state, (_, sign, _) in _SIGNS.items()
        if state in found
    ]
    return Text(", ".join(signs))


def _read_states(status: Status) -> dict[tuple[str, str], str]:
    cells = status.cells.select("month", "sender_code", "state")
    return {(month, sender): state for month, sender, state in cells.iter_rows()}


def _list_senders(status: Status) -> list[tuple[str, str]]:
    senders = status.cells.unique("sender_code").sort("sender_code")
    return senders.select("sender_code", "sender_name").rows()


def _mark(states: Mapping[tuple[str, str], str], month: str, sender: str, place: int) -> Text:
    """A cell: the word (place 0) or the sign (1) of each of its states."""
    marks = [_SIGNS[state] for state in _split(states.get((month, sender), ""))]
    return Text(", " if place == 0 else "").join(Text(mark[place], mark[2]) for mark in marks)


def _split(state: str) -> list[str]:
    return [word for word in state.split(", ") if word]
