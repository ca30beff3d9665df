"""The installed command as a process of its own, with what it cost."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import msgspec

ROOT = Path(__file__).resolve().parent.parent
TIEOUT = (str(ROOT / ".venv" / "bin" / "tieout"),)
_TICK_SECONDS = 0.02


class CommandFailed(Exception):
    """The command ended otherwise than it should; the message holds what it said."""


class Ran(NamedTuple):
    """How a command ended. cpu_seconds: of user and system. peak_bytes: of resident memory, as the kernel saw it."""

    status: int
    answer: Any
    seconds: float
    cpu_seconds: float
    peak_bytes: int


def tieout(home: Path, *arguments: str, allowed: tuple[int, ...] = (0, 1)) -> Ran:
    """Run `tieout … --json` on a home to its end. Raises CommandFailed for an exit code not `allowed`."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.monotonic()
        process = subprocess.Popen(
            [*TIEOUT, *arguments, "--json"], stdout=out, stderr=err, env={**os.environ, "TIEOUT_HOME": str(home)}
        )
        peak, done, status, usage = 0, 0, 0, None
        while not done:
            # The high-water mark of the program itself; `ru_maxrss` would count what it was forked from.
            peak = max(peak, _peak_bytes(process.pid))
            done, status, usage = os.wait4(process.pid, os.WNOHANG)
            time.sleep(0 if done else _TICK_SECONDS)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        said, talk = out.read(), err.read()
        if process.returncode not in allowed or usage is None:
            text = f"{said.decode()[-2000:]}\n{talk.decode()[-2000:]}"
            raise CommandFailed(f"tieout {' '.join(arguments)}: exit {process.returncode}\n{text}")
        return Ran(
            process.returncode,
            msgspec.json.decode(said) if said.strip() else None,
            time.monotonic() - begun,
            usage.ru_utime + usage.ru_stime,
            peak,
        )


@contextmanager
def sandbox(*arguments: str) -> Iterator[dict[str, Any]]:
    """Serve both sandboxes and give their sign-in document. Raises CommandFailed."""
    process = subprocess.Popen(
        [*TIEOUT, "sandbox", "--hubspot-port", "0", "--quickbooks-port", "0", *arguments], stdout=subprocess.PIPE
    )
    try:
        line = process.stdout.readline() if process.stdout else b""
        if not line:
            raise CommandFailed(f"tieout sandbox: exit {process.wait()}")
        yield msgspec.json.decode(line)
    finally:
        process.terminate()
        process.wait()


def set_index_lag(sign_in: dict[str, Any], seconds: float) -> None:
    """Let HubSpot's search index lag so much, in the sandbox and in what its sign-in document says."""
    url = f"{sign_in['hubspot']['base_url']}/_sandbox/company"
    httpx2.patch(url, json={"index_lag_seconds": seconds}).raise_for_status()
    sign_in["hubspot"]["index_lag_seconds"] = seconds


def _peak_bytes(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    line = next((line for line in text.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(line.split()[1]) * 1024
