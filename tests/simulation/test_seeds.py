"""Fifty seeds, and those that found something: nothing twice, nothing lost, everything settled; and a seed played twice is the same to the byte."""

import pytest
from tests.simulation.play import play

SEEDS = range(50)
FOUND = (944, 1760, 60, 116, 138, 206, 34, 36, 37, 93, 98, 147, 238, 245, 257)
"""Seeds that have shown a mistake, of when there was one currency only: kept so that it does not come back."""
_REPLAYED_EVERY = 25


@pytest.mark.parametrize("seed", range(12))
def test_all_holds_where_writes_are_taken_back(seed: int) -> None:
    outcome = play(seed, undoes=0.5, fixes=10)
    assert not outcome.violations, "\n".join(outcome.violations)


@pytest.mark.parametrize(
    ("seed", "currency"), [(15, "KWD"), (45, "JPY"), (91, "KWD"), (107, "KWD"), (110, "EUR"), (226, "EUR")]
)
def test_all_holds_where_both_trade_in_a_second_currency(seed: int, currency: str) -> None:
    outcome = play(seed, currency=currency)
    assert not outcome.violations, "\n".join(outcome.violations)


@pytest.mark.parametrize("seed", FOUND)
def test_all_holds_where_a_seed_once_found_something(seed: int) -> None:
    outcome = play(seed, currency="")
    assert not outcome.violations, "\n".join(outcome.violations)


@pytest.mark.parametrize("seed", [301, 302, 306, 311, 312, 313, 315, 320, 324])
def test_all_holds_where_both_had_typed_the_same_in(seed: int) -> None:
    outcome = play(seed, doubled=True, fixes=10, currency="")
    assert not outcome.violations, "\n".join(outcome.violations)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_holds_under_seed(seed: int) -> None:
    outcome = play(seed)
    told = "\n".join(outcome.violations)
    assert not outcome.violations, f"{told}\nReplay it: python -m tests.simulation --seed {seed}"
    if seed % _REPLAYED_EVERY == 0:
        assert play(seed).digest == outcome.digest, f"Seed {seed} does not replay."
