"""Passes: read both sides, decide, journal, apply, and leave every record in a state with a reason."""
