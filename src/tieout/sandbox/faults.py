"""The fault plan: which requests go wrong, and how.

A plan is a list of rules. Each rule counts the requests that its `match` describes, from the moment the plan was put:

====================  ==============================================================================================
`nth`: n              strikes at the n-th matching request; with `times` k at k in a row from there
`every`: n            strikes at the n-th, 2n-th, 3n-th ... matching request
`rate`: p, `seed`: s  strikes each matching request with the probability p, drawn from a generator seeded with s (or 0)
none of them          strikes at every matching request
====================  ==============================================================================================

`times` bounds how often a rule strikes (1 for `nth`, else no bound). `match.method` is compared without case,
`match.path` is a regular expression searched in the decoded path; either may be missing. Every rule counts every
request that it matches; the first in the list that wants to strike does, and only its `times` is used up.

What a rule does, and the keys of its `with`:

===============  ========================  =========================================================================
`do`             `with` (and its default)  what happens
===============  ========================  =========================================================================
`delay`          `seconds` (1)             the vendor handles the request that much later, then answers; a client that
                                           gave up meanwhile does not stop it
`drop_before`    `hang` (false)            the vendor never sees the request, the connection is dropped
`drop_after`     `hang` (false)            the vendor handles the request, the connection is dropped without an answer
`late_commit`    `seconds` (1),            no answer; the vendor handles the request `seconds` later
                 `hang` (true)
`status`         `status`, `headers` ({}), this answer; `body` is text, or JSON that is sent as `application/json`
                 `body` (empty),
                 `handled` (false)
`fault`          `handled` (false), and    the vendor's own answer to a fault: HubSpot takes `status`, `category`,
                 the vendor's own keys     QuickBooks `status`, `code` and what else their sandboxes name
`html`           `status` (200), `body`    a page where JSON was due
                 (a page),
                 `handled` (false)
`truncate`       `bytes` (half of them),   the body ends after so many bytes: as a complete answer, or with `drop` in
                 `drop` (false)            the middle of one, with the connection dropped
`stale_read`     none                      a read by id shows the object as it was before its last write
===============  ========================  =========================================================================

`seconds` pass on the sandbox's clock. `hang`: the connection stays silent until the client gives up, instead of being
dropped at once. `handled`: the vendor handles the request first, and its answer is replaced.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec

from tieout.sandbox.vendor import Answer

Count = Annotated[int, msgspec.Meta(ge=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=366 * 86_400)]
StatusCode = Annotated[int, msgspec.Meta(ge=200, le=599)]
HeaderName = Annotated[str, msgspec.Meta(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
HeaderValue = Annotated[str, msgspec.Meta(pattern=r"^[\t\x20-\x7e\xa0-\xff]*$")]

_PAGE = "<!DOCTYPE html><html><head><title>Please wait</title></head><body><h1>Please wait</h1></body></html>"
_FRAMING = {"content-length", "transfer-encoding", "connection"}


class WrongPlan(ValueError):
    """A fault plan that cannot be used; the message says which rule, and why."""


class Delay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Handle the request later, then answer."""

    seconds: Seconds = 1.0


class DropBefore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Drop the connection instead of handling the request."""

    hang: bool = False


class DropAfter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Handle the request, then drop the connection."""

    hang: bool = False


class LateCommit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Say nothing, and handle the request later."""

    seconds: Seconds = 1.0
    hang: bool = True


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answer with a status, headers and a body."""

    status: StatusCode
    headers: dict[HeaderName, HeaderValue] = {}
    body: Any = None
    handled: bool = False


class Html(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answer with a page."""

    status: StatusCode = 200
    body: str = _PAGE
    handled: bool = False


class Truncate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cut the answer's body."""

    bytes: Annotated[int, msgspec.Meta(ge=0)] | None = None
    drop: bool = False


class StaleRead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Read the version before the last write."""


class Fault(msgspec.Struct, frozen=True):
    """Answer with a fault of the vendor's own; `details` are what the vendor's `fault` takes."""

    details: Mapping[str, Any]
    handled: bool = False


Action = Delay | DropBefore | DropAfter | LateCommit | Status | Html | Truncate | StaleRead | Fault

_ACTIONS: Mapping[str, type[Delay | DropBefore | DropAfter | LateCommit | Status | Html | Truncate | StaleRead]] = {
    "delay": Delay,
    "drop_before": DropBefore,
    "drop_after": DropAfter,
    "late_commit": LateCommit,
    "status": Status,
    "html": Html,
    "truncate": Truncate,
    "stale_read": StaleRead,
}


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which requests a rule counts."""

    method: str | None = None
    path: str | None = None


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"with_": "with"}):
    """One rule, as it is written in a plan."""

    do: Literal[
        "delay", "drop_before", "drop_after", "late_commit", "status", "fault", "html", "truncate", "stale_read"
    ]
    match: Match = Match()
    nth: Count | None = None
    every: Count | None = None
    rate: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    seed: int | str | None = None
    times: Count | None = None
    with_: dict[str, Any] = {}


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rules: list[dict[str, Any]]


class Strike(msgspec.Struct, frozen=True):
    """A rule that struck: `rule` as it was put, `action` what it does."""

    rule: Mapping[str, Any]
    action: Action


class _Armed:
    """A rule with its counters."""

    def __init__(self, rule: Rule, strike: Strike) -> None:
        self.strike = strike
        self._method = None if rule.match.method is None else rule.match.method.upper()
        self._path = re.compile(rule.match.path or "")
        self._rule = rule
        self._left = rule.times if rule.times is not None or rule.nth is None else 1
        self._seen = 0
        self._dice = random.Random(0 if rule.seed is None else rule.seed)  # noqa: S311 (repeatable on purpose)

    def wants(self, method: str, path: str) -> bool:
        """Count the request if it matches, and say whether the rule would strike it."""
        if (self._method is not None and method.upper() != self._method) or self._path.search(path) is None:
            return False
        self._seen += 1
        due = True
        if self._rule.nth is not None:
            due = self._seen >= self._rule.nth
        elif self._rule.every is not None:
            due = self._seen % self._rule.every == 0
        elif self._rule.rate is not None:
            due = self._dice.random() < self._rule.rate
        return due and self._left != 0

    def use(self) -> None:
        """Count a strike."""
        if self._left is not None:
            self._left -= 1


class FaultPlan:
    """Rules in their order, with their counters."""

    def __init__(self, rules: Sequence[_Armed] = ()) -> None:
        self._rules = rules

    def document(self) -> dict[str, Any]:
        """Return the plan as it was put."""
        return {"rules": [armed.strike.rule for armed in self._rules]}

    def strike(self, method: str, path: str) -> Strike | None:
        """Let every rule count the request; return the first that strikes it, None if none does."""
        wanting = [armed for armed in self._rules if armed.wants(method, path)]
        if not wanting:
            return None
        wanting[0].use()
        return wanting[0].strike


def decode_plan(body: bytes, *, check: Callable[[Mapping[str, Any]], Answer]) -> FaultPlan:
    """Read a plan, counters at zero.

    body: JSON, `{"rules": [...]}`. check: the vendor's `fault`, called once for each `fault` rule, so that a fault that
    the vendor does not have is refused now and not when it strikes. Raises WrongPlan.
    """
    try:
        document = msgspec.json.decode(body, type=_Document)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise WrongPlan(f'A fault plan is {{"rules": [...]}}: {error}.') from error
    return FaultPlan([_arm(index, rule, check) for index, rule in enumerate(document.rules)])


def _arm(index: int, raw: dict[str, Any], check: Callable[[Mapping[str, Any]], Answer]) -> _Armed:
    where = f"rules[{index}]"
    try:
        rule = msgspec.convert(raw, type=Rule)
    except msgspec.ValidationError as error:
        raise WrongPlan(f"{where}: {error}. A rule does one of {', '.join(_ACTIONS)} and fault.") from error
    if sum(chosen is not None for chosen in (rule.nth, rule.every, rule.rate)) > 1:
        raise WrongPlan(f"{where} takes one of nth, every and rate, not several.")
    if rule.seed is not None and rule.rate is None:
        raise WrongPlan(f"{where} has a seed but no rate.")
    try:
        return _Armed(rule, Strike(rule=raw, action=_action(rule, check)))
    except re.error as error:
        raise WrongPlan(f"{where}: match.path is no regular expression: {error}.") from error
    except (ValueError, TypeError) as error:
        raise WrongPlan(f"{where}: with: {error}") from error


def _action(rule: Rule, check: Callable[[Mapping[str, Any]], Answer]) -> Action:
    """Read what a rule does. Raises ValueError with the keys that `with` takes."""
    if rule.do == "fault":
        handled = rule.with_.get("handled", False)
        if not isinstance(handled, bool):
            raise ValueError("handled is true or false.")
        details = {key: value for key, value in rule.with_.items() if key != "handled"}
        if not 200 <= (answer := check(details)).status <= 599:
            raise ValueError(f"An answer's status is from 200 to 599, not {answer.status}.")
        return Fault(details=details, handled=handled)
    shape = _ACTIONS[rule.do]
    try:
        action = msgspec.convert(rule.with_, type=shape)
    except msgspec.ValidationError as error:
        keys = ", ".join(shape.__struct_encode_fields__) or "nothing"
        raise ValueError(f"{error}. For {rule.do} it takes {keys}.") from error
    if isinstance(action, Status) and (framing := _FRAMING & {name.lower() for name in action.headers}):
        raise ValueError(f"The sandbox itself sets {', '.join(sorted(framing))}.")
    return action
