"""Senders: the agency that a person names on the command line, by its code in the register.

Here belongs that a code is one of the register, or of a new agency on purpose. Not here: searching
the register (pipeline.agencies), the arguments (options).
"""

import re
from pathlib import Path

from assets.command_line.options import LIST_AGENCIES
from assets.month.register import load_register
from pipeline import agencies
from pipeline.agencies import Register, RegisterError
from pipeline.home import Home

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def check_sender(home: Home, sender: str, month: str, own: Path | None = None) -> str:
    """The sender as it is shown, like `H38 = Lào Cai`, by the home's register in a month.

    `own` is a register to take in place of the home's. Raises RegisterError where the register does
    not have it in the month.
    """
    register = load_register(home, own)
    if sender in register.left_out:
        raise RegisterError(
            f"{sender} is none of the agencies that send here: correct --sender, or add it to "
            f"senders in {home.deliveries}"
        )
    if not register.below(sender, month):
        raise RegisterError(
            f"{agencies.explain_unknown(register, sender, month)}: correct --sender "
            f"({LIST_AGENCIES}), or add it to {home.agencies}"
        )
    return agencies.show_agency(register, sender, month)


def check_drafted_sender(register: Register, sender: str, name: str) -> None:
    """Raises RegisterError for a sender that is neither in the register nor, by its name, new."""
    codes = register.table["code"].unique().to_list()
    if not sender:
        if name:
            raise RegisterError("--sender-name names a new agency: give its code with --sender")
        return
    if sender in codes:
        if name:
            raise RegisterError(
                f"{agencies.show_agency(register, sender)} is in the register already: leave out "
                "--sender-name, or choose another code"
            )
        return
    unknown = agencies.explain_unknown(register, sender)
    is_near = sender.casefold() in {code.casefold() for code in codes}
    if is_near or not name:
        raise RegisterError(
            f"{unknown}: correct --sender ({LIST_AGENCIES}); an agency that is not there is added "
            f'with a code of its own and --sender-name, like --sender BOS --sender-name "City of '
            'Boston"'
        )
    if not _CODE.fullmatch(sender):
        raise RegisterError(
            f"{sender!r} cannot be the code of a new agency: use letters without accents, digits "
            "and . _ -, at most 40"
        )
