"""What can go wrong between us and a vendor, sorted by what to do about it."""


class RemoteError(Exception):
    """A vendor could not be asked, or did not answer as it should. Its message is a whole sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(message if message.endswith((".", "!", "?")) else f"{message}.")


class SignInTrouble(RemoteError):
    """Nothing can be done on this account before a person acts; the connection pauses and says why.

    cause: a code of the catalogue, such as `sign_in_expired`, `wrong_company`, `missing_scope`.
    """

    def __init__(self, cause: str, message: str, evidence: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.cause = cause
        self.evidence = evidence or {}


class Unavailable(RemoteError):
    """No usable answer to a read now: network, 429, 5xx, HTML, truncated JSON. Try again after `retry_after` s."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refusal(RemoteError):
    """The vendor understood a read and refused it: a mistake of ours, shown with the vendor's own words."""

    def __init__(self, message: str, code: str = "", evidence: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.evidence = evidence or {}
