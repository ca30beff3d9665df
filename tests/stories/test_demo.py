"""The demo tells its story: each failure of the article, one of them fixed, the tie-out before and after."""

import subprocess
import sys
from pathlib import Path

FORESEEN = (
    "No customer in QuickBooks",
    "The display name is taken",
    "The number is taken",
    "A tax rate is not mapped",
    "That period is closed",
    "Is this the same one?",
)


def test_the_demo_tells_each_failure_of_the_article_and_ties_out_twice():
    tieout = Path(sys.executable).with_name("tieout")
    told = subprocess.run(
        [tieout, "demo", "--once", "--port", "0"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={"COLUMNS": "200", "PATH": "/usr/bin:/bin"},
    ).stdout
    before, _, after = told.partition("Fixed with one command")
    for title in FORESEEN:
        assert title in before, told
        assert title in after, told
    assert "A service date is missing" in before
    assert "A service date is missing" not in after
    assert "The invoice was changed in QuickBooks" not in before
    assert "The invoice was changed in QuickBooks" in after
    assert "Both sides differ" in after
    assert before.count("It ties out") == after.count("It ties out") == 1
