"""The HubSpot sandbox: one account behind an ASGI application.

A plain ASGI application with its own dispatch (routes): every call has the same frame (token, quota, scope, envelope)
and takes raw bytes both ways, so that no amount meets a float.
"""

import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from litestar.enums import ScopeType
from litestar.types import Receive, Scope, Send

from tieout.sandbox.clock import Clock
from tieout.sandbox.hubspot import errors, faults, oauth, routes, settling, state, wire
from tieout.sandbox.hubspot.company import Company
from tieout.sandbox.hubspot.errors import Refusal
from tieout.sandbox.hubspot.limits import Limits
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.records import HUBSPOT, Source
from tieout.sandbox.hubspot.wire import Reply, Request
from tieout.sandbox.vendor import Answer, WrongSetting

_COUNTRIES = {"us": ("USD", "America/New_York"), "uk": ("GBP", "Europe/London"), "fr": ("EUR", "Europe/Paris")}
_PORTAL_ID = 4_700_001
_JSON = "application/json;charset=utf-8"


class HubSpotSandbox:
    """A new, empty HubSpot account in USD and New York's time, or in GBP and London's.

    random: where ids and tokens come from; quotas: whether the account answers 429.
    """

    name = "hubspot"

    def __init__(self, *, clock: Clock, random: random.Random, country: str = "us", quotas: bool = True) -> None:
        currency, time_zone = _COUNTRIES[country]
        company = Company(time_zone=time_zone, currency=currency)
        self._portal = Portal(clock=clock, chance=random, portal_id=_PORTAL_ID, company=company)
        self._sign_ins = oauth.opened(random)
        self._access_token = oauth.token(self._sign_ins, random, oauth.APP)
        self._quotas = quotas
        self._limits = Limits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP call; says in the scope's state who made it."""
        if scope["type"] != ScopeType.HTTP:
            return
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        kept = scope.setdefault("state", {})
        headers = {name: value for name, value in scope["headers"] if name in (b"authorization", b"content-type")}
        request = Request(
            method=str(scope["method"]),
            path=scope["path"],
            query=parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True),
            body=body,
            authorization=headers.get(b"authorization", b"").decode("latin-1"),
            stale=bool(kept.get("sandbox.stale", False)),
        )
        answer = self.answer(request)
        if request.who:
            kept["sandbox.who"] = request.who
        await send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()],
            }
        )
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})

    def answer(self, request: Request) -> Answer:
        """Answer one request, and note in it who made it."""
        correlation_id = self._portal.uuid()
        try:
            reply = self._reply(request)
        except Refusal as refusal:
            reply = Reply(refusal.envelope(correlation_id), refusal.status, refusal.headers)
        headers = {"content-type": _JSON, "x-hubspot-correlation-id": correlation_id, **reply.headers}
        encoded = b"" if reply.body is None else wire.encode(reply.body)
        return Answer(reply.status, {**headers, "content-length": str(len(encoded))}, encoded)

    def token(self, name: str) -> str:
        """Return a new access token for a client of this name."""
        return oauth.token(self._sign_ins, self._portal.chance, name)

    def expire_tokens(self) -> None:
        """Let every access token expire now."""
        oauth.expire(self._sign_ins, self._portal.now())

    def company(self) -> dict[str, Any]:
        """Return the account's settings, as JSON values."""
        return self._portal.company.shown()

    def patch_company(self, changes: Mapping[str, Any]) -> None:
        """Change settings, all or none. Raises WrongSetting."""
        self._portal.company = self._portal.company.patched(changes)

    def merge(self, entity: str, source: str, target: str) -> None:
        """Refuse: HubSpot's own API merges. Raises WrongSetting."""
        raise WrongSetting(f"HubSpot merges by its API: POST /crm/v3/objects/{entity}/merge, {source} into {target}.")

    def sign_in(self, base_url: str) -> dict[str, Any]:
        """Return address, ids and tokens with which a client can use this account."""
        company = self._portal.company
        return {
            "base_url": base_url,
            "portal_id": str(self._portal.id),
            "access_token": self._access_token,
            "client_id": self._sign_ins.client_id,
            "client_secret": self._sign_ins.client_secret,
            "refresh_token": self._sign_ins.refresh_token,
            "quotas": self._quotas,
            "commit_within_seconds": company.commit_within_seconds,
            "index_lag_seconds": company.index_lag_seconds,
        }

    def fault(self, details: Mapping[str, Any]) -> Answer:
        """Return a named fault in HubSpot's envelope; `details` as `faults.named` takes them. Raises WrongSetting."""
        refusal = faults.named(details)
        encoded = wire.encode(refusal.envelope(self._portal.uuid()))
        return Answer(refusal.status, {"content-type": _JSON, **refusal.headers}, encoded)

    def dump(self) -> bytes:
        """Return the whole state, for a file."""
        return state.dumped(self._portal, self._sign_ins, self._access_token)

    def load(self, kept: bytes) -> None:
        """Replace the whole state with one that `dump` returned."""
        self._sign_ins, self._access_token = state.load(self._portal, kept)

    def _reply(self, request: Request) -> Reply:
        portal, sign_ins = self._portal, self._sign_ins
        if request.length > portal.company.longest_url:
            raise Refusal(414, f"The request URI is longer than {portal.company.longest_url} characters.")
        if request.path in ("/oauth/authorize", f"/oauth/{portal.id}/authorize"):
            return oauth.authorize(sign_ins, portal.chance, request)
        found = routes.address(request.path)
        if found[0] == "oauth":
            return self._oauth(found[2], request)
        now = portal.now()
        request.who = oauth.who(sign_ins, request.authorization, now)
        headers = self._count(request.who, now, is_search=routes.is_search(found))
        if request.who == oauth.APP:
            needed = routes.scopes(found, request.method)
            if not set(needed).issubset(portal.company.scopes):
                raise errors.missing_scopes(needed)
        portal.source = _source(request.who)
        portal.store.request += 1
        portal.catch_up()
        if portal.unsettled:
            settling.settle(portal)
        reply = routes.answer(portal, found, request)
        return Reply(reply.body, reply.status, {**headers, **reply.headers})

    def _count(self, who: str, now: int, *, is_search: bool) -> dict[str, str]:
        if not self._quotas:
            return {}
        return self._limits.search(now) if is_search else self._limits.call(who, self._portal.company.tier, now)

    def _oauth(self, rest: list[str], request: Request) -> Reply:
        portal, sign_ins = self._portal, self._sign_ins
        scopes = portal.company.scopes
        match request.method, rest:
            case "POST", ["token"]:
                return oauth.grant(sign_ins, portal.chance, request, portal.id, scopes)
            case "POST", ["token", "introspect"]:
                return oauth.introspect(sign_ins, request, portal.id, scopes)
            case "GET", [("access-tokens" | "refresh-tokens") as kind, text]:
                return oauth.describe(sign_ins, kind, text, portal.id, scopes)
            case "POST", ["private-apps", "get", "access-token-info"]:
                return oauth.describe_private(sign_ins, request, portal.id, scopes)
        raise errors.no_page(request.path)


def _source(who: str) -> Source:
    """Return how HubSpot records a client: the app, HubSpot itself, or a person in its pages."""
    if who == oauth.APP:
        return Source("INTEGRATION", str(oauth.APP_ID), "Integration")
    if who == oauth.HUBSPOT:
        return HUBSPOT
    return Source("CRM_UI", f"userId:{who}", "CRM UI")
