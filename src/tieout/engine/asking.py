"""Asking: what decisions must know of the rest of the account, and a digest of what one rested on."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from tieout.core.decide import Pair, World
from tieout.core.plan import Reservations
from tieout.core.questions import Answers, Question, Reply
from tieout.engine.work import Work
from tieout.kinds.rules import questions
from tieout.store.answers import answer
from tieout.store.codec import encode
from tieout.store.pairs import Stored

_ROUNDS = 4


def ask(
    tx: Connection, work: Work, due: Sequence[Stored], world: World, known: Mapping[Question, Reply]
) -> dict[Question, Reply]:
    """Answer all that these pairs need, with what planned records will take."""
    return answered(tx, work.connection, work.reserved, [one.pair for one in due], world, known)


def answered(
    tx: Connection,
    connection: int,
    reserved: Reservations,
    due: Sequence[Pair[Any]],
    world: World,
    known: Mapping[Question, Reply] = {},
) -> dict[Question, Reply]:
    """Answer all that these pairs need, in as many rounds as their questions build on each other."""
    answers = dict(known)
    for _ in range(_ROUNDS):
        wanted: set[Question] = set()
        for pair in due:
            wanted |= questions(pair, world, answers)
        wanted -= answers.keys()
        if not wanted:
            break
        answers.update(answer(tx, connection, wanted, reserved))
    return answers


def digest(stored: Stored, world: World, answers: Answers) -> str:
    """A digest of all that the decision rested on."""
    made = hashlib.blake2b(digest_size=16)
    for part in (stored.pair.crm, stored.pair.books, dict(stored.pair.choices), world.settings, world.facts):
        made.update(encode(part))
    for reply in sorted(encode(reply) for reply in own(stored, world, answers).values()):
        made.update(reply)
    return made.hexdigest()


def own(stored: Stored, world: World, answers: Answers) -> dict[Question, Reply]:
    """Those of a batch's answers that this pair asked for."""
    found: dict[Question, Reply] = {}
    for _ in range(_ROUNDS):
        asked = questions(stored.pair, world, found) & answers.keys()
        if asked <= found.keys():
            break
        found.update({question: answers[question] for question in asked})
    return found
