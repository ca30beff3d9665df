"""The stories' world, where things go wrong."""

from tests.stories.conftest import world, worlds

__all__ = ["world", "worlds"]
