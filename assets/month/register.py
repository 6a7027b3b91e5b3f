"""The register of a home: agencies, built in and own, of the senders that its settings name.

Here belongs that every command takes the same one. Not here: reading registers (pipeline.agencies),
the settings (pipeline.delivery_states).
"""

from collections.abc import Collection
from pathlib import Path

from pipeline import agencies
from pipeline.agencies import Register, RegisterError
from pipeline.delivery_states import load_settings
from pipeline.home import Home


def load_register(home: Home, own: Path | None = None) -> Register:
    """The register of a home; `own` is a file to take in place of its agencies.csv.

    Raises RegisterError where that file is at fault, or the settings name an agency that is not in
    it; DeliverySettingsError where the settings are at fault.
    """
    register = agencies.load(own or home.agencies)
    settings = load_settings(home.deliveries)
    selected = _select(register, settings.senders, f"{home.deliveries}: senders")
    _select(register, settings.set_rules.senders, f"{home.deliveries}: set_rules.senders")
    return selected


def _select(register: Register, senders: Collection[str], place: str) -> Register:
    """The register of some senders, of all where none is named; `place` names them in errors."""
    if not senders:
        return register
    try:
        return agencies.keep_senders(register, senders)
    except RegisterError as error:
        raise RegisterError(f"{place}: {error}") from None
