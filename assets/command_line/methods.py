"""What the command line prints of methods: which there are, and what one of them counts.

Not here: what a method may say (pipeline.methods), what it made of a month (explain).
"""

from rich.console import Group
from rich.table import Table
from rich.text import Text

from pipeline.methods import Indicator, Method, MethodError, Methods, ScoringMethod
from pipeline.suggestions import did_you_mean

_ALWAYS = "-"


def build_overview(methods: Methods) -> Table:
    """Every version of every method, one a row."""
    table = Table(title="Methods, each with its versions", title_justify="left")
    for name in ("name", "version", "in force from", "to"):
        table.add_column(name, no_wrap=True)
    for name in ("title", "source"):
        table.add_column(name, overflow="fold")
    for name in ("indicators", "points"):
        table.add_column(name, justify="right")
    for method in methods.all:
        number, points = len(method.indicators), ""
        if isinstance(method, ScoringMethod):
            number, points = len(method.parts), f"{method.total.points}"
        table.add_row(
            method.name,
            method.version,
            *_show_validity(methods, method),
            Text(f"{method.title_vi}\n{method.title_en}"),
            Text(method.source),
            str(number),
            points,
        )
    return table


def build_details(methods: Methods, name: str) -> Group:
    """Every version of one method: indicators, formulas, law, confidence, switches, bands.

    MethodError when there is none of that name.
    """
    versions = [method for method in methods.all if method.name == name]
    if not versions:
        known = list(dict.fromkeys(method.name for method in methods.all))
        raise MethodError(
            f"there is no method {name!r}{did_you_mean(name, known)}: "
            f"choose one of {', '.join(known)}, or add methods/{name}.toml to the home"
        )
    return Group(*(part for method in versions for part in _describe(methods, method)))


def _describe(methods: Methods, method: Method | ScoringMethod) -> list[Text | Table]:
    begins, ends = _show_validity(methods, method)
    heading = [
        f"{method.name} {method.version}: {method.title_vi}",
        method.title_en,
        f"source: {method.source}",
        f"file: {method.file}",
        f"in force from {begins} to {ends}",
        f"deadlines by the {method.deadline_grain}, clock {method.clock_rule}",
    ]
    if not isinstance(method, ScoringMethod):
        lines = [*heading, f"satisfaction {method.satisfaction}"]
        return [*map(Text, lines), _build_table(method)]
    law = [
        f"from {each.day}, {each.confidence}: {each.title_vi} / {each.title_en}"
        for each in method.boundaries
    ]
    switches = [
        f"switch {each.name} = {each.chosen} (of {', '.join(each.choices)}): "
        f"{each.title_vi} / {each.title_en}"
        for each in method.switches
    ]
    bands = [f"{band.title_vi} / {band.title_en} from {band.from_points}" for band in method.bands]
    lines = [
        *heading,
        *law,
        *switches,
        *([f"bands: {'; '.join(bands)}"] if bands else []),
    ]
    return [*map(Text, lines), _build_table(method)]


def _build_table(method: Method | ScoringMethod) -> Table:
    table = Table()
    table.add_column("indicator", no_wrap=True)
    table.add_column("points", justify="right")
    for name in ("title and formula", "law or source"):
        table.add_column(name, overflow="fold")
    table.add_column("confidence")
    points = _list_points(method) if isinstance(method, ScoringMethod) else {}
    for indicator in method.indicators:
        table.add_row(
            indicator.name,
            points.get(indicator.name, ""),
            Text(_describe_indicator(indicator)),
            Text(indicator.source),
            indicator.confidence,
        )
    return table


def _describe_indicator(indicator: Indicator) -> str:
    return (
        f"{indicator.title_vi}: {indicator.formula_vi}\n"
        f"{indicator.title_en}: {indicator.formula_en}"
    )


def _list_points(method: ScoringMethod) -> dict[str, str]:
    parts = {part.name: f"{part.points}" for part in method.parts}
    groups = {group.name: f"{group.points}" for group in method.groups}
    return {**parts, **groups, method.total.name: f"{method.total.points}"}


def _show_validity(methods: Methods, method: Method | ScoringMethod) -> tuple[str, str]:
    return str(method.valid_from or _ALWAYS), str(methods.last_day_of(method) or _ALWAYS)
