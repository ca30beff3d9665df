"""The plain script and Tieout do the same work, Tieout with few calls."""

from bench import plain


def test_both_make_the_same_records_and_tieout_makes_them_in_batches() -> None:
    script, ours = plain.compare(4, 2, 0.0)
    assert ours.records == script.records > 100
    assert ours.calls < script.calls / 5
