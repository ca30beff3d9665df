"""Play seeds: `python -m tests.simulation [SEEDS] [--first N]`, or one with its story: `--seed N`."""

import argparse
import os
import sys
import time

from tests.simulation.play import Outcome, play


def main() -> int:
    """Play what the arguments ask for; returns 1 if anything was violated."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=None, metavar="SEEDS", help="how many seeds to play")
    parser.add_argument("--seeds", type=int, default=200, help="the same, by name (200)")
    parser.add_argument("--first", type=int, default=0, help="the first of them (0)")
    parser.add_argument("--seed", type=int, help="play this one alone, and tell its story")
    given = parser.parse_args()
    if given.seed is not None:
        outcome = play(given.seed, tell=True)
        print("\n".join(outcome.story))
        print(f"digest {outcome.digest}")
        return _report([outcome])
    count = given.seeds if given.count is None else given.count
    return _many(range(given.first, given.first + count))


def _many(seeds: range) -> int:
    began = time.process_time()
    outcomes: list[Outcome] = []
    for seed in seeds:
        outcomes.append(play(seed))
        if outcomes[-1].violations:
            _report(outcomes[-1:])
    seconds = time.process_time() - began
    broken = sum(1 for one in outcomes if one.violations)
    print(
        f"{len(outcomes)} schedules from seed {seeds.start}: {broken} with violations; "
        f"{sum(one.passes for one in outcomes)} passes, {sum(one.crashes for one in outcomes)} crashes, "
        f"{sum(one.overtaken for one in outcomes)} workers overtaken, {sum(one.effects for one in outcomes)} effects; "
        f"{len(outcomes) / seconds * 3600:.0f} schedules an hour of CPU."
    )
    return 1 if broken else 0


def _report(outcomes: list[Outcome]) -> int:
    broken = [one for one in outcomes if one.violations]
    for one in broken:
        for violation in one.violations:
            print(f"seed {one.seed}: {violation}", file=sys.stderr)
        print(f"Replay it: python -m tests.simulation --seed {one.seed}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        # Sets of text are walked in the order of their hashes: the same in every process, so that a seed replays.
        os.execve(
            sys.executable,
            [sys.executable, "-m", "tests.simulation", *sys.argv[1:]],
            {**os.environ, "PYTHONHASHSEED": "0"},
        )
    sys.exit(main())
