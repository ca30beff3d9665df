"""The store's stage, for the engine."""

from tests.store.conftest import database, tx

__all__ = ["database", "tx"]
