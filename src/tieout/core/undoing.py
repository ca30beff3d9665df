"""Taking back a write of ours: what a decision asks about it, and why it may have to stay.

A person's wish is kept with the pair, as the ids of the operations to take back, the one to begin with first. Once one
is taken back the pair is left out, so that the next sync does not make it again.
"""

from collections.abc import Mapping, Sequence

import msgspec

from tieout.core.records import Kind, Side, Verb

UNDO = "undo"
"""The choice that holds the operations still to be taken back."""
UNDONE = "undone"
"""What the choice `exclude` says of a pair that is left out since a write of ours was taken back."""


class UndoOf(msgspec.Struct, frozen=True, tag=True):
    """What did this operation write, and what stood there before?  Answered by `Written`."""

    operation: str


class UsersOf(msgspec.Struct, frozen=True, tag=True):
    """Which other records of its side use this one?  Answered by `Users`."""

    kind: Kind
    side: Side
    id: str


class Written(msgspec.Struct, frozen=True):
    """One write of ours. before, wrote: the record on `side`; `wrote` as the side returned it, else as it was sent.

    lasts: nobody but us has written the record since, as far as its version tells (HubSpot's tells nothing).
    undone: it has been taken back already. target: the record's id on `side`.
    """

    side: Side
    kind: Kind
    verb: Verb
    target: str
    fields: tuple[str, ...] = ()
    before: msgspec.Struct | None = None
    wrote: msgspec.Struct | None = None
    lasts: bool = True
    undone: bool = False
    undoes: str = ""


class Users(msgspec.Struct, frozen=True):
    """Names of the records that use one. undoing: those whose making a person has asked to take back."""

    standing: tuple[str, ...] = ()
    undoing: tuple[str, ...] = ()


class NotUndone(msgspec.Struct, frozen=True, tag=True):
    """It stays. why: one of `WHY_NOT`, whose placeholders `evidence` fills."""

    why: str
    evidence: Mapping[str, str] = {}


WHY_NOT: dict[str, str] = {
    "already": "It has been undone already.",
    "note": "It is a note on the HubSpot record, which follows the record's state by itself.",
    "voided": "A void cannot be taken back. Take the record in again, and it is made anew.",
    "withdrawn": "What was taken out of HubSpot can only be restored there, by hand.",
    "forgotten": "Its pair was forgotten or replaced since.",
    "entry": "It is an entry of its own in QuickBooks, and can only be reversed there.",
    "gone": "It is gone there.",
    "changed_since": "Somebody has changed it since.",
    "period_closed": "Its period is closed up to {closed}.",
    "locked": "It lies in a month that is locked up to {closed}. Set an earlier lock date, undo it, and sign the month "
    "again.",
    "mailed": "QuickBooks has mailed it to the customer.",
    "paid": "Something was paid or credited on it.",
    "deposited": "It was deposited at the bank.",
    "returned": "Money of it went back, which is an entry of its own in QuickBooks.",
    "in_use": "It is used by {names}.",
    "has_balance": "The customer has an open balance of {balance}.",
    "inactive": "It is inactive already.",
    "copy": "HubSpot's copy follows the invoice in QuickBooks. Change it there, or undo the making of the copy.",
    "person": "The contact that was made for its company stays. Archive it in HubSpot.",
    "invoice_stays": "The invoice that it pays stays.",
    "refused": "{text}",
}
"""Why a write cannot be taken back."""


def next_undo(choices: Mapping[str, str]) -> str:
    """The operation to take back next; empty where there is none."""
    return choices.get(UNDO, "").partition(",")[0]


def asked_for(choices: Mapping[str, str], operations: Sequence[str]) -> dict[str, str]:
    """The choices with these operations to be taken back, besides those that are already."""
    known = [one for one in choices.get(UNDO, "").split(",") if one]
    return dict(choices) | {UNDO: ",".join(dict.fromkeys((*known, *operations)))}


def dropped(choices: Mapping[str, str], operation: str) -> dict[str, str]:
    """The choices once an operation is not to be taken back any more."""
    left = [one for one in choices.get(UNDO, "").split(",") if one and one != operation]
    kept = {name: value for name, value in choices.items() if name != UNDO}
    return kept | ({UNDO: ",".join(left)} if left else {})


def taken_back(choices: Mapping[str, str], operation: str, *, again: bool) -> dict[str, str]:
    """The choices once an operation was taken back. again: it had taken back another one, which stands again."""
    left = dropped(choices, operation)
    if not again:
        return {"exclude": UNDONE} | left
    return {name: value for name, value in left.items() if (name, value) != ("exclude", UNDONE)}
