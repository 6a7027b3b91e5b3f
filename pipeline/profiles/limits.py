"""Limits: how large a file may be, so that no file takes the memory of the machine.

Here belong the limits that a profile may raise, and their defaults. Not here: the limits that hold
for every file (exports), refusing a file (exports).
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Limits(BaseModel):
    """The largest file that a profile reads.

    `megabytes` of text once unpacked (of 1,048,576 bytes), `lines` with the blank ones, and
    `columns` of the header.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    megabytes: Annotated[int, Field(ge=1, le=1_000_000)] = 2_048
    lines: Annotated[int, Field(ge=1, le=1_000_000_000)] = 12_000_000
    columns: Annotated[int, Field(ge=1, le=100_000)] = 5_000

    @property
    def bytes(self) -> int:
        """The most bytes of text."""
        return self.megabytes << 20
