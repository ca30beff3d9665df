"""What goes wrong on the way: fault plans for both vendors, drawn anew every few minutes."""

import asyncio
import json
from collections.abc import Sequence
from random import Random
from typing import Any

from tests.simulation.desk import Desk
from tests.simulation.stage import Stage

from tieout.sandbox.faults import FaultPlan, decode_plan
from tieout.sandbox.gate import Gate

_PATHS = (
    "",
    "/batch/(create|update|archive)$",
    "/commerce_payments/batch/create$",
    "/(batch|invoice|customer|item)$",
    "/batch/read$",
    "/search$",
    "/(query|cdc)$",
)


async def blow(stage: Stage, random: Random) -> None:
    """Change the weather on both sides, for ever."""
    while True:
        for gate in (stage.pair.hubspot, stage.pair.quickbooks):
            rules = [] if random.random() < 0.35 else [_rule(stage, random) for _ in range(random.choice((1, 1, 2, 3)))]
            _put(gate, rules)
        await asyncio.sleep(random.uniform(20, stage.plan.seconds / 5))


async def expire(stage: Stage, random: Random, people: Sequence[Desk]) -> None:
    """Let all access tokens expire now and then; people sign in again, Tieout has its refresh tokens."""
    while stage.plan.expiring:
        await asyncio.sleep(random.uniform(60, stage.plan.seconds / 2))
        vendors: list[Any] = [stage.crm.vendor, stage.books.vendor]
        random.choice(vendors).expire_tokens()
        for person in people:
            person.sign_in()


def calm(stage: Stage) -> None:
    """No more faults."""
    for gate in (stage.pair.hubspot, stage.pair.quickbooks):
        gate.control.faults = FaultPlan()


def _put(gate: Gate, rules: list[dict[str, Any]]) -> None:
    gate.control.faults = decode_plan(json.dumps({"rules": rules}).encode(), check=gate.vendor.fault)


def _rule(stage: Stage, random: Random) -> dict[str, Any]:
    if stage.plan.lateness and random.random() < stage.plan.lateness:
        late = random.uniform(0.5, 0.95) * stage.plan.commit_within
        seed, rate = random.randrange(10**6), random.uniform(0.3, 1)
        match = {"path": "/batch(/create)?$", "method": "POST"}
        return {
            "match": match,
            "rate": rate,
            "seed": seed,
            "do": "late_commit",
            "with": {"seconds": late, "hang": False},
        }
    match = {"path": random.choice(_PATHS)}
    if random.random() < 0.5:
        match["method"] = "POST"
    when: dict[str, Any] = random.choice(
        (
            {"nth": random.randint(1, 6), "times": random.randint(1, 3)},
            {"every": random.randint(2, 5), "times": random.randint(1, 4)},
            {"rate": random.uniform(0.05, 0.5), "seed": random.randrange(10**6), "times": random.randint(1, 6)},
        )
    )
    return {"match": match, **when, **_deed(stage, random)}


def _deed(stage: Stage, random: Random) -> dict[str, Any]:
    """One fault. What is late is late by less than the time-out that the vendor states."""
    late = round(random.uniform(0.1, stage.plan.commit_within * 0.95), 3)
    yes = random.random() < 0.5
    lost = (
        {"do": "drop_after", "with": {"hang": yes}},
        {"do": "late_commit", "with": {"seconds": late, "hang": yes}},
        {"do": "late_commit", "with": {"seconds": late, "hang": False}},
        {"do": "delay", "with": {"seconds": late}},
    )
    other = (
        {"do": "drop_before", "with": {"hang": yes}},
        {"do": "status", "with": {"status": random.choice((500, 502, 503, 504)), "handled": yes}},
        {"do": "status", "with": {"status": 429, "handled": False}},
        {"do": "fault", "with": {"status": 429}},
        {"do": "html", "with": {"status": random.choice((200, 502)), "handled": yes}},
        {"do": "truncate", "with": {"drop": yes}},
        {"do": "stale_read"},
    )
    return random.choice(lost if random.random() < 0.5 else other)
