"""Write docs/causes.md: `python -m tests.causes`."""

from pathlib import Path

from tests.causes.catalogue import PAGE, page, shown

ROOT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    (ROOT / PAGE).write_text(page(shown(ROOT)))
