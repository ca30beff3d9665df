"""Requests that carry a `requestid`: the first answer is given again, byte for byte.

QuickBooks API guide, Idempotent requests. Kept for answers of success only; the same id with another body is answered
all the same, also after the object was deleted. How long the vendor keeps them is unknown: here the latest 64 MiB.
"""

from typing import Final

from tieout.sandbox.quickbooks import faults

LONGEST: Final = 50
_ROOM: Final = 64 * 1024 * 1024


class Replays:
    """The answers given under each request id, oldest first."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self._size = 0

    def known(self, request_id: str) -> bytes | None:
        """Return the answer given before. Raises FaultError (2130) for an id that is too long."""
        if len(request_id) > LONGEST:
            raise faults.bad_request_id()
        return self.answers.get(request_id)

    def keep(self, request_id: str, answer: bytes) -> None:
        """Remember an answer, and forget the oldest where room is short."""
        self.answers[request_id] = answer
        self._size += len(answer)
        while self._size > _ROOM:
            self._size -= len(self.answers.pop(next(iter(self.answers))))

    def load(self, answers: dict[str, bytes]) -> None:
        """Replace everything by the answers of a stored state."""
        self.answers = dict(answers)
        self._size = sum(map(len, answers.values()))
