"""The simulator: a home filled with exports as agencies would send them, and the truth beside.

Here belongs the composition of a simulated home. Its modules: units (how each unit works), dossiers
(what happens to them), ratings (what applicants think), petitions (complaints and proposals),
exports (what is sent), row_errors (errors in the exports), planting (patterns that an inspector
would ask about, where a parameter asks for them), truth (what no export shows), office_hours (when
offices are open), parameters, simulation (filling the home).

    inbox/<sender>/<YYYY-MM>/dossiers.csv, ratings.csv, petitions.csv
    agencies.csv        the own register: departments and communes below the provinces
    simulation.json     seed and parameters; written before any export
    truth/units.csv     table truth.TRUTH
    truth/faults.csv    rows at fault: month, sender_code, kind, fault, rows
    truth/planted.csv   units with a planted pattern, where any is: unit_code, finding

The same parameters give the same bytes, in whatever order the senders are written: each sender
draws from a seed of its own, made from the seed and its code.
"""

from pipeline.simulator.parameters import Parameters
from pipeline.simulator.simulation import (
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
