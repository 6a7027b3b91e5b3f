"""The simulator: a home filled with exports as agencies would send them, and the truth beside.

Here belongs the composition of a simulated home. Its parts: units (who works how), dossiers
(what happens), ratings (what applicants think), petitions (what they complain of), exports (what
is sent), faults (what is wrong with it), truth (what nobody sees), office_clock (open hours).

    inbox/<sender>/<YYYY-MM>/dossiers.csv, ratings.csv, petitions.csv
    agencies.csv        the own register: departments and communes below the provinces
    simulation.json     seed and parameters; written before any export
    truth/units.csv     table truth.TRUTH
    truth/faults.csv    rows at fault: month, sender_code, kind, fault, rows

The same parameters give the same bytes, in whatever order the senders are written: each draws
from a child of the seed that its own code names.
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
