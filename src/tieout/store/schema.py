"""Migrations: from whatever schema a database has to the newest."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from tieout.store.database import NewerDatabase


def bring_up_to_date(tx: Connection) -> None:
    """Create the schema, or migrate it, within the transaction. Raises NewerDatabase."""
    config = alembic_config(tx)
    script = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(tx).get_current_revision()
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise NewerDatabase(
            f"This database has the schema {current} of a newer version of Tieout. Install that version, "
            "or restore a backup made with this one. Nothing was changed."
        )
    if current != script.get_current_head():
        command.upgrade(config, "head")


def alembic_config(tx: Connection) -> Config:
    """Alembic's configuration for this transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = tx
    return config
