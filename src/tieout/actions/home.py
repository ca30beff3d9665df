"""The home: the folder that holds the database, the key and the locks."""

import os
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

from tieout.actions.errors import OutOfReach
from tieout.remote.ports import Clock, SystemClock
from tieout.store.database import Database, DatabaseTrouble


class Home:
    """An opened home. Close it when done."""

    def __init__(self, path: Path, database: Database, cipher: MultiFernet, clock: Clock) -> None:
        self.path = path
        self.database = database
        self.cipher = cipher
        self.clock = clock

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def default_path() -> Path:
    """`TIEOUT_HOME`, else `.tieout` in the user's home folder."""
    named = os.environ.get("TIEOUT_HOME", "")
    return Path(named) if named else Path.home() / ".tieout"


def open_home(path: Path | None = None, *, clock: Clock | None = None) -> Home:
    """Open the home, creating folder, key and schema where they are missing.

    Raises OutOfReach where the folder is not writable, the key is damaged, or the database is of a newer version.
    """
    folder = path or default_path()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        cipher = MultiFernet([Fernet(key) for key in _keys(folder / "key")])
    except OSError as error:
        raise OutOfReach(
            f"The home {folder} cannot be written: {error.strerror}. Set TIEOUT_HOME to a folder of your own."
        ) from error
    except ValueError as error:
        raise OutOfReach(f"The key in {folder / 'key'} is damaged. Restore it from a backup of the home.") from error
    try:
        (folder / "tieout.db").touch(mode=0o600)
        database = Database(folder / "tieout.db")
        database.migrate()
    except DatabaseTrouble as error:
        raise OutOfReach(str(error)) from error
    return Home(folder, database, cipher, clock or SystemClock())


def _keys(file: Path) -> list[bytes]:
    """The home's keys, newest first, one a line; made on first use, readable by its owner only."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_bytes().split()
    with os.fdopen(handle, "wb") as new:
        new.write(Fernet.generate_key() + b"\n")
    return file.read_bytes().split()
