"""Equal bytes: files of one sender that hold the same, of which one counts for each kind.

Here belongs the choice among the rows of a plan. Not here: the plan itself (planning).
"""

from collections.abc import Iterable

from pipeline.faults import FileFault, fault_columns

Row = dict[str, object]
"""A row of a plan, by column."""


def count_once(rows: Iterable[Row]) -> list[Row]:
    """The rows with equal bytes of a sender once for each kind.

    Rows, tallies and results are told apart by sender, kind and hash, so two profiles of one kind
    cannot both read the same bytes. Whatever file is seen first, the outcome is the same.
    """
    of_bytes: dict[tuple[object, object], dict[object, list[Row]]] = {}
    for row in sorted(rows, key=lambda row: str(row["file_name"])):
        kinds = of_bytes.setdefault((row["sender_code"], row["sha256"]), {})
        kinds.setdefault(row.get("kind"), []).append(row)
    counted = []
    for kinds in of_bytes.values():
        is_read = any("fault" not in row for same in kinds.values() for row in same)
        for kind, same in kinds.items():
            if kind is not None or not is_read:
                counted.append(_choose_row(same))
    return counted


def _choose_row(same: list[Row]) -> Row:
    """One of the rows with equal bytes and kind: that which is read, or why none is."""
    readable = [row for row in same if "fault" not in row]
    if len({(row["profile"], row["profile_digest"]) for row in readable}) > 1:
        names = " and ".join(sorted({str(row["profile"]) for row in readable}))
        names_vi = names.replace(" and ", " và ")
        unread: Row = {"profile": None, "profile_digest": None}
        return (readable[0] | unread) | fault_columns(
            FileFault(
                "ambiguous_profile",
                f"files with the same bytes are read by two profiles ({names}): send the data "
                "once, or for each profile a file with its own columns alone",
                f"các tệp có nội dung giống hệt nhau được đọc bằng hai cấu hình ánh xạ "
                f"({names_vi}): chỉ gửi dữ liệu một lần, hoặc gửi cho mỗi cấu hình một tệp "
                "chỉ có các cột của nó",
            )
        )
    return readable[0] if readable else same[0]
