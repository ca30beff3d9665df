"""Both sandboxes of one command, each behind its gate, on one clock."""

import random as randomness
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import msgspec

from tieout.sandbox.clock import AdvancingClock, Clock
from tieout.sandbox.gate import Gate
from tieout.sandbox.hubspot.app import HubSpotSandbox
from tieout.sandbox.quickbooks.app import QuickBooksSandbox
from tieout.sandbox.quickbooks.regimes import Country
from tieout.sandbox.seeds import plant

Seed = Literal["empty", "demo"]


class DamagedState(ValueError):
    """A kept state that cannot be read; the message says what is wrong with it."""


class _State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal[1]
    offset_seconds: float
    hubspot: bytes
    quickbooks: bytes


@dataclass(frozen=True)
class Pair:
    """A HubSpot account and a QuickBooks company, as two ASGI applications."""

    clock: Clock
    hubspot: Gate
    quickbooks: Gate

    def sign_in(self, hubspot_url: str, quickbooks_url: str) -> dict[str, Any]:
        """Return the document that `tieout connect --from` takes: addresses, ids and tokens of both."""
        return {
            "hubspot": self.hubspot.vendor.sign_in(hubspot_url),
            "quickbooks": self.quickbooks.vendor.sign_in(quickbooks_url),
        }

    async def close(self) -> None:
        """Give up the requests that the fault plans hold back."""
        await self.hubspot.close()
        await self.quickbooks.close()

    def dump(self) -> bytes:
        """Return the state of both and of the clock; logs and fault plans are no part of it."""
        offset = self.clock.offset.total_seconds() if isinstance(self.clock, AdvancingClock) else 0.0
        return msgspec.json.encode(
            _State(
                format=1,
                offset_seconds=offset,
                hubspot=self.hubspot.vendor.dump(),
                quickbooks=self.quickbooks.vendor.dump(),
            )
        )

    def load(self, state: bytes) -> None:
        """Replace the state of both with one that `dump` returned. Raises DamagedState."""
        try:
            kept = msgspec.json.decode(state, type=_State)
            self.hubspot.vendor.load(kept.hubspot)
            self.quickbooks.vendor.load(kept.quickbooks)
        except Exception as error:
            raise DamagedState(str(error) or type(error).__name__) from error
        if isinstance(self.clock, AdvancingClock):
            self.clock.offset = timedelta(seconds=kept.offset_seconds)


def open_pair(
    *,
    clock: Clock,
    random: randomness.Random,
    company: Country = "us-manual",
    quotas: bool = True,
    seed: Seed = "empty",
) -> Pair:
    """Make both sandboxes in process: new and empty, or with the seeds of the demo.

    Whatever is not typed in (ids, tokens) comes from `random`, so that equal arguments make equal sandboxes.
    """
    pair = _empty(clock, random, company, quotas=quotas)
    if seed == "demo":
        # Years of work are planted in no time, so by a pair without quotas; the one that is asked for takes over.
        planted = _empty(clock, random, company, quotas=False)
        plant(planted.hubspot.vendor, planted.quickbooks.vendor, clock=clock, company=company)
        pair.load(planted.dump())
    return pair


def _empty(clock: Clock, random: randomness.Random, company: Country, *, quotas: bool) -> Pair:
    country = company.partition("-")[0]
    return Pair(
        clock=clock,
        hubspot=Gate(HubSpotSandbox(clock=clock, random=random, country=country, quotas=quotas), clock=clock),
        quickbooks=Gate(QuickBooksSandbox(clock=clock, random=random, company=company, quotas=quotas), clock=clock),
    )
