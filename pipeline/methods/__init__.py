"""Methods: what is counted, with which weights and limits, and under which names.

A method is a TOML file. Here belongs reading one, checking it key by key, and the closed list of
notes that explain an empty or doubtful number. Not here: the arithmetic (indices, rankings).
The built-in method `reform-index` lies beside this file; an installation may lay its own under
the same or another name in `home/methods/`.
"""

from pipeline.methods.loading import MethodError, load
from pipeline.methods.notes import NOTES, Note
from pipeline.methods.settings import (
    COMPUTED,
    Indicator,
    Method,
    PerformanceWeights,
    ProcessingTimeWeights,
    Weights,
)

__all__ = [
    "COMPUTED",
    "NOTES",
    "Indicator",
    "Method",
    "MethodError",
    "Note",
    "PerformanceWeights",
    "ProcessingTimeWeights",
    "Weights",
    "load",
]
