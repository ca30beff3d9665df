"""What a person can ask wrongly, and what can be in the way. Each message says what to do, in the reader's language."""

from tieout.actions.language import Words


class ActionError(Exception):
    """An action could not be done. message: an id of the catalogue of words, with {placeholders} for `values`."""

    def __init__(self, message: str, **values: str) -> None:
        super().__init__(message.format_map(values) if values else message)
        self.message = message
        self.values = values

    def said(self, words: Words) -> str:
        """The message in the reader's language."""
        return words(self.message, **self.values)


class WrongUse(ActionError):
    """The request or the configuration is wrong (exit code 2, HTTP 400)."""


class NotFound(WrongUse):
    """There is no such connection, failure, record or fix (exit code 2, HTTP 404)."""


class OutOfReach(ActionError):
    """The other side or the database cannot be reached (exit code 3, HTTP 503)."""
