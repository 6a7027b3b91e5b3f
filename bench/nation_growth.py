"""`make bench`: how the parts of a nation's edition grow with months and with units.

Here belongs measuring them at twice the months and twice the units. Not here: the parts (nation),
the way from exports (nation_run).
"""

import sys

from bench.nation import COMMUNES, HISTORY, measure

_BIG_SECONDS = 0.5
"""Parts that take less are not compared: what they take at least hides how they grow."""


def main() -> None:
    """Measures and prints two tables. Arguments: none; or communes and months before."""
    communes, history = [int(text) for text in sys.argv[1:]] or (COMMUNES, HISTORY)
    found = measure(communes, history)
    print(f"\n| {communes:,} communes, {history + 1} months | wall | rows | peak memory so far |")
    print("| --- | ---: | ---: | ---: |")
    for part in found:
        print(f"| {part.name} | {part.seconds:.1f} s | {part.rows:,} | {part.peak_gib:.2f} GiB |")
    fewer = {part.name: part.cpu_seconds for part in measure(communes, history // 2)}
    more = {part.name: part.cpu_seconds for part in measure(2 * communes, history)}
    print("\nSeconds of both processors together:")
    print(
        f"\n| part | {history // 2} months before | {history} | growth "
        f"| {2 * communes:,} communes | growth |\n| --- | ---: | ---: | ---: | ---: | ---: |"
    )
    whole = ("all parts", sum(part.cpu_seconds for part in found))
    fewer["all parts"], more["all parts"] = sum(fewer.values()), sum(more.values())
    for name, seconds in [*((part.name, part.cpu_seconds) for part in found), whole]:
        if seconds >= _BIG_SECONDS:
            print(
                f"| {name} | {fewer[name]:.1f} s | {seconds:.1f} s | {seconds / fewer[name]:.1f} "
                f"| {more[name]:.1f} s | {more[name] / seconds:.1f} |"
            )


if __name__ == "__main__":
    main()
