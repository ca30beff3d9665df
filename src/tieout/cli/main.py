"""`tieout`: one command, thin over the actions."""

from tieout.cli import auditing, mapping, setting_up, using
from tieout.cli.command import app

__all__ = ["auditing", "main", "mapping", "setting_up", "using"]


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
