"""The bench's short run: a small made-up file through both vendors' APIs, the installed command and the tie-out."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_small_retailer_ties_out_with_its_file(tmp_path: Path) -> None:
    sold = tmp_path / "sold.csv"
    subprocess.run([sys.executable, "-m", "bench.sample", str(sold)], cwd=ROOT, check=True)
    ran = subprocess.run(
        [
            ROOT / "bench" / "retail",
            sold,
            "--from",
            "2010-12-01",
            "--to",
            "2010-12-02",
            "--index-lag",
            "0.2",
            "--rest",
            "1",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["ok"]
    assert found["invoices"] == 24
    assert found["audit"]["taken_over"]["invoice"] + found["asked"] == 2  # typed in on both sides
    assert found["idle_calls"] <= 8
    assert found["first_sync"]["passes"] <= 4  # what is needed is created together, not one article a pass
    month = found["month"]
    assert month["invoices"] == 24
    assert month["payments"] >= month["cheques"] > 0
    for edit in ("recoded", "due dates in QuickBooks", "due dates in HubSpot", "voided", "credits applied"):
        assert month[edit] > 0, edit
