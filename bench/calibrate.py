"""`make calibrate`: do the limits and rank sets hold what is true as often as they say?

Writes docs/calibration.md from leagues whose truth is known, since they are simulated. The same
number of leagues gives the same bytes. Not here: the questions (limits_held, ranks_held,
changes_held, response_held), the draws (simulated_leagues, simulated_durations), counting
(coverage).
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bench import changes_held, limits_held, ranks_held, response_held
from bench.coverage import Section, markdown

LEAGUES = 1000
"""Simulated months: a share of 95 % of so many has a standard error of 0.7 percentage points."""
DOCUMENT = Path(__file__).parents[1] / "docs" / "calibration.md"

Question = Callable[[int], Section]
QUESTIONS: tuple[Question, ...] = (
    limits_held.shares,
    limits_held.months,
    limits_held.times,
    limits_held.composite,
    ranks_held.spread,
    ranks_held.equals,
    ranks_held.equals_over_months,
    changes_held.unchanged,
    response_held.responses,
)

_OPENING = """\
# Calibration

Limits and rank sets at 95 % should hold the truth in 95 of 100 months. This can be tested only
where the truth is known. So everything on this page is **simulated**: no number below is about any
agency. Tallies of whole leagues are drawn from units with known probabilities and times.
`pipeline.indices` and `pipeline.rankings` compute limits and ranks from these tallies, as they do
for an edition. `make calibrate` draws again and writes this page. Its bytes stay the same until a
formula or the version of a library changes.

If the shares are right, this shows that **the arithmetic is consistent, not that the model is
true**: simulated dossiers are independent of each other, agencies differ only in the ways that are
described, and nobody sends false dates.

*Held* is the share of simulated months in which the limits contain the truth, with its Monte-Carlo
standard error (the leagues are drawn independently). *By unit* is the lowest and the highest share
of single units. *Asked* is the range in which a published figure must lie. *Naive* figures are what
is often printed instead, from the same tallies; no range is asked of them.
"""


def document(sections: Iterable[Section]) -> str:
    """The page."""
    lines = [_OPENING]
    for section in sections:
        lines += markdown(section)
    return "\n".join(lines)


def asked(leagues: int, questions: Sequence[Question] = QUESTIONS) -> Iterable[Section]:
    """The answers, one after the other, with a line on standard error for each."""
    for number, question in enumerate(questions, start=1):
        name = f"{question.__module__.split('.')[-1]}.{question.__name__}"
        print(f"{number} of {len(questions)}: {name}, {leagues:,} leagues", file=sys.stderr)
        yield question(leagues)


def main() -> None:
    """Writes the page; says on standard error what is not in its range."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--leagues", type=int, default=LEAGUES, help="simulated months, 2 or more")
    parser.add_argument("--document", type=Path, default=DOCUMENT, help="where the page is written")
    options = parser.parse_args()
    if options.leagues < 2:
        parser.error(f"--leagues {options.leagues}: give 2 or more, an error needs several")
    sections = list(asked(options.leagues))
    options.document.write_text(document(sections), encoding="utf-8", newline="\n")
    outside = [row for section in sections for row in section.rows if row.is_within is False]
    for row in outside:
        print(f"not in the range asked for: {row.what}: {row.share:.3f}", file=sys.stderr)
    print(options.document, file=sys.stderr)


if __name__ == "__main__":
    main()
