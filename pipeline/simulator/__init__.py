"""The simulator: a home filled with exports as agencies would send them, and the truth beside.

Here belongs the composition of a simulated home. Its modules: units (how each unit works), dossiers
(what happens to them), ratings (what applicants think), petitions (complaints and proposals),
exports (what is sent), faults (errors in the exports), truth (what no export shows), office_hours
(when offices are open).

    inbox/<sender>/<YYYY-MM>/dossiers.csv, ratings.csv, petitions.csv
    agencies.csv        the own register: departments and communes below the provinces
    simulation.json     seed and parameters; written before any export
    truth/units.csv     table truth.TRUTH
    truth/faults.csv    rows at fault: month, sender_code, kind, fault, rows

The same parameters give the same bytes, in whatever order the senders are written: each sender
draws from a seed of its own, made from the seed and its code.
"""

from pipeline.simulator.simulation import (
    Parameters,
    SimulationError,
    Summary,
    read_parameters,
    simulate,
)
from pipeline.simulator.truth import TRUTH, Truth

__all__ = [
    "TRUTH",
    "Parameters",
    "SimulationError",
    "Summary",
    "Truth",
    "read_parameters",
    "simulate",
]
