"""The contents of an edition on their way to another process, in a tenth of their size.

Here belongs nothing but that: what pickles of large tables take is several times their memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO

import polars as pl

from pipeline.bulletin import Content


@dataclass(frozen=True)
class PackedContent:
    """The contents of an edition without rows, and the bytes of their tables by name."""

    light: Content
    tables: Mapping[str, bytes]

    def unpack(self) -> Content:
        """The contents as they were packed."""
        tables = {name: pl.read_ipc(written) for name, written in self.tables.items()}
        return _replace_tables(self.light, tables)


_OWN = ("indices", "rankings", "deliveries", "rejected", "delivery_states", "set_findings")
"""The tables of Content that have a name of their own there; the others are its comparisons."""


def pack(content: Content) -> PackedContent:
    """The contents, packed."""
    packed = {name: _write(frame) for name, frame in _list_tables(content).items()}
    return PackedContent(clear(content), packed)


def clear(content: Content) -> Content:
    """The contents, their tables without rows."""
    cleared = {name: frame.clear() for name, frame in _list_tables(content).items()}
    return _replace_tables(content, cleared)


def _list_tables(content: Content) -> dict[str, pl.DataFrame]:
    return {name: getattr(content, name) for name in _OWN} | dict(content.comparisons)


def _replace_tables(content: Content, tables: Mapping[str, pl.DataFrame]) -> Content:
    return replace(
        content,
        indices=tables["indices"],
        rankings=tables["rankings"],
        deliveries=tables["deliveries"],
        rejected=tables["rejected"],
        delivery_states=tables["delivery_states"],
        set_findings=tables["set_findings"],
        comparisons={name: frame for name, frame in tables.items() if name not in _OWN},
    )


def _write(frame: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()
