"""The QuickBooks sandbox: one company behind Intuit's paths."""

import random
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Litestar
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.types import Receive, Scope, Send

from tieout.sandbox.clock import Clock
from tieout.sandbox.quickbooks import faults, merging, names, payments
from tieout.sandbox.quickbooks.company import Company, Settings
from tieout.sandbox.quickbooks.faults import FaultError, Problem
from tieout.sandbox.quickbooks.ledger import Row
from tieout.sandbox.quickbooks.limits import Limits
from tieout.sandbox.quickbooks.oauth import Grants, OAuth
from tieout.sandbox.quickbooks.opening import open_company
from tieout.sandbox.quickbooks.regimes import Country
from tieout.sandbox.quickbooks.replay import Replays
from tieout.sandbox.quickbooks.routes import HANDLERS, Api, page_not_found
from tieout.sandbox.vendor import Answer, WrongSetting


class _State(msgspec.Struct):
    """Everything that `dump` writes."""

    realm: str
    country: Country
    settings: Settings
    last_numbers: dict[str, str]
    living: list[Row]
    dead: list[Row]
    counters: dict[str, int]
    grants: Grants
    first: str
    replays: dict[str, bytes]


class QuickBooksSandbox:
    """A company of QuickBooks Online, new and empty.

    company: `us-manual` (USD, manual sales tax), `us-ast` (USD, automated sales tax), `uk` (GBP, a VAT code on each
    line) or `fr` (EUR, the same, in French). quotas: answer 429 beyond the vendor's limits. Ids and tokens come from
    `random` and counters, so equal seeds give equal answers.
    """

    name = "quickbooks"

    def __init__(
        self, *, clock: Clock, random: random.Random, company: Country = "us-manual", quotas: bool = True
    ) -> None:
        self._clock = clock
        realm = f"{random.randrange(10**15, 10**16)}"
        world = Company(clock=clock, dice=random, country=company)
        open_company(world)
        limits = Limits(clock, enforced=quotas)
        self._api = Api(realm, world, OAuth(clock, random), limits, Replays(), random)
        self._web = Litestar(
            route_handlers=HANDLERS,
            state=State({"api": self._api}),
            exception_handlers={HTTPException: page_not_found},
            openapi_config=None,
            logging_config=None,
            request_max_body_size=None,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak Intuit's protocol."""
        await self._web(scope, receive, send)

    def company(self) -> dict[str, Any]:
        """Return the settings that `GET /_sandbox/company` shows, as JSON values."""
        return self._api.company.show()

    def patch_company(self, changes: Mapping[str, Any]) -> None:
        """Change settings, all or none; what shows in Preferences gives these a new version. Raises WrongSetting."""
        self._api.company.patch(changes)
        if "inactive_names_taken" in changes:
            names.respell(self._api.company)

    def merge(self, entity: str, source: str, target: str) -> None:
        """Merge the customer or item `source` into `target`, as its pages do. Raises WrongSetting."""
        merging.merge(self._api.company, entity, source, target)

    def sign_in(self, base_url: str) -> dict[str, Any]:
        """Return address, ids and tokens for a client of this company."""
        grants = self._api.oauth.grants
        return {
            "base_url": base_url,
            "realm_id": self._api.realm,
            "access_token": self._api.oauth.first,
            "client_id": grants.client_id,
            "client_secret": grants.client_secret,
            "refresh_token": grants.refresh_token,
            "discovery_url": f"{base_url}/.well-known/openid_configuration/",
            "quotas": self._api.limits.enforced,
            "commit_within_seconds": self._api.company.settings.commit_within_seconds,
        }

    def token(self, name: str) -> str:
        """Return a further access token, whose requests are logged as the client `name`."""
        return self._api.oauth.mint(name)

    def expire_tokens(self) -> None:
        """Let every access token given so far expire."""
        self._api.oauth.expire()

    def fault(self, details: Mapping[str, Any]) -> Answer:
        """Return the vendor's answer to a named fault.

        details: `status` (200 with a Fault is possible), `code`, `message`, `detail`; what is absent follows from the
        others. Raises WrongSetting for anything else.
        """
        unknown = details.keys() - {"status", "code", "message", "detail"}
        status = details.get("status")
        if unknown or not isinstance(status, int | None) or not 200 <= (status or 400) <= 599:
            raise WrongSetting("A QuickBooks fault takes `status` (200 to 599), `code`, `message` and `detail`.")
        usual_code = {401: "3200", 403: "3100", 429: "3001"}.get(
            status or 400, "6000" if (status or 400) < 500 else "10000"
        )
        code = str(details.get("code", usual_code))
        usual = faults.example(code) or faults.business("Unexpected Internal Error. (-30000)")
        status = status or usual.status
        problem = usual.problems[0]
        stated = Problem(
            str(details.get("message", problem.message)),
            str(details.get("detail", problem.detail)),
            code,
            problem.element,
            {} if "detail" in details else problem.values,
        )
        refused = FaultError(stated, status=status, kind=usual.kind)
        body = refused.body(self._clock.now(), self._api.company.regime.texts)
        return Answer(status, self._api.headers(), body)

    def dump(self) -> bytes:
        """Return the whole state, for a file."""
        api = self._api
        living, dead, counters = api.company.ledger.dump()
        state = _State(
            realm=api.realm,
            country=api.company.country,
            settings=api.company.settings,
            last_numbers=api.company.last_numbers,
            living=[msgspec.structs.replace(row, keys={}) for row in living],
            dead=[msgspec.structs.replace(row, keys={}) for row in dead],
            counters=counters,
            grants=api.oauth.grants,
            first=api.oauth.first,
            replays=api.replays.answers,
        )
        return msgspec.msgpack.encode(state)

    def load(self, state: bytes) -> None:
        """Replace the whole state by one that `dump` returned. Raises msgspec.ValidationError if it is none."""
        held = msgspec.msgpack.decode(state, type=_State)
        api = self._api
        world = Company(clock=self._clock, dice=api.dice, country=held.country)
        world.settings = held.settings
        world.last_numbers = held.last_numbers
        world.ledger.load(held.living, held.dead, held.counters)
        payments.rebuild(world)
        api.realm, api.company = held.realm, world
        api.oauth.grants, api.oauth.first = held.grants, held.first
        api.replays.load(held.replays)
