"""The tables that pass between the stages: columns, types, units, meaning.

Here belongs what one row is and what each column holds, a module for each part of the way. Not
here: how a table is filled (the stage of its name), or what is allowed in it (expectations).
"""

# ruff: noqa: F403 -- the package is the sum of its modules
from pipeline.tables.records import *
from pipeline.tables.results import *
from pipeline.tables.tallies import *
from pipeline.tables.words import *
