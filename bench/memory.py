"""Memory of a process that measures itself.

Here belongs reading what the system counted. Not here: what is measured (steps, nation).
"""

from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak_gib() -> float:
    """The most memory in GiB that this program has held since it began; Linux only.

    `VmHWM`, and not `ru_maxrss`: that one starts at what the process had in hand when it began the
    program, which is its parent's memory.
    """
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) / 1024**2
