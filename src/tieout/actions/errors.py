"""What a person can ask wrongly, and what can be in the way. Each message says what to do."""


class ActionError(Exception):
    """An action could not be done."""


class WrongUse(ActionError):
    """The request or the configuration is wrong (exit code 2, HTTP 400)."""


class NotFound(WrongUse):
    """There is no such connection, failure, record or fix (exit code 2, HTTP 404)."""


class OutOfReach(ActionError):
    """The other side or the database cannot be reached (exit code 3, HTTP 503)."""
