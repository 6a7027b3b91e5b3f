"""Methods: what is counted, with which weights and limits, and under which names.

A method is a TOML file. Here belongs reading such a file, checking it key by key, choosing the
version in force, and the closed list of notes that explain an empty or doubtful number. Not here:
the arithmetic (indices, rankings). Built in beside this file are `reform-index`, our own index, and
the scorecards, which are scoring methods: `decision-766`, `circular-01-2018` and `sipas-style`. An
installation may put its own files under the same or other names into `home/methods/`.
"""

from pipeline.methods.loading import load, load_all
from pipeline.methods.notes import NOTES, Note
from pipeline.methods.parts import Part, Switch
from pipeline.methods.scorecards import ScoringMethod
from pipeline.methods.settings import (
    COMPUTED,
    NAMING,
    SMALLEST,
    Band,
    Indicator,
    Method,
    PerformanceWeights,
    ProcessingTimeWeights,
    Weights,
)
from pipeline.methods.versions import MethodError, Methods

__all__ = [
    "COMPUTED",
    "NAMING",
    "NOTES",
    "SMALLEST",
    "Band",
    "Indicator",
    "Method",
    "MethodError",
    "Methods",
    "Note",
    "Part",
    "PerformanceWeights",
    "ProcessingTimeWeights",
    "ScoringMethod",
    "Switch",
    "Weights",
    "load",
    "load_all",
]
