"""The paths of the API: who asks, what for, and the answer's frame.

QuickBooks API guide, REST API features. `Accept` is not looked at: the answer is always JSON, where the vendor would
send XML to who does not ask for JSON.
"""

import random
from collections.abc import Callable
from typing import Final

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from tieout.sandbox.quickbooks import batch, cdc, faults, rates, reports, search, tax_service, wire, writes
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.entities import BY_LOWER_NAME
from tieout.sandbox.quickbooks.entity import Entity
from tieout.sandbox.quickbooks.limits import Limits
from tieout.sandbox.quickbooks.oauth import OAuth, OAuthError, discovery
from tieout.sandbox.quickbooks.replay import Replays

Asked = Request[None, None, State]
_COMPANY: Final = "/v3/company/{realm:str}"
_MISSING_PAGE: Final = b"<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>"


class Api(msgspec.Struct):
    """What the handlers work on."""

    realm: str
    company: Company
    oauth: OAuth
    limits: Limits
    replays: Replays
    dice: random.Random

    def headers(self) -> dict[str, str]:
        """Return the headers of every answer, with an `intuit_tid` of its own."""
        digits = f"{self.dice.getrandbits(128):032x}"
        return {**wire.HEADERS, "intuit_tid": f"1-{digits[:8]}-{digits[8:]}"}

    def answer(
        self, request: Asked, realm: str, work: Callable[[], bytes], *, batched: bool = False
    ) -> Response[bytes]:
        """Check sign-in, company and quota, do the work, and frame its answer or its fault."""
        try:
            request.scope["state"]["sandbox.who"] = self.oauth.who(request.headers.get("authorization", ""))
            if realm != self.realm:
                raise faults.unauthorized()
            self.limits.admit(batch=batched)
            return Response(work(), status_code=200, headers=self.headers())
        except faults.FaultError as refused:
            body = refused.body(self.company.clock.now(), self.company.regime.texts)
            return Response(body, status_code=refused.status, headers=self.headers())

    def once(self, request: Asked, work: Callable[[], bytes]) -> bytes:
        """Do the work, or answer as before if the request's `requestid` was seen with success."""
        request_id = request.query_params.get("requestid", "")
        if not request_id:
            return work()
        known = self.replays.known(request_id)
        if known is None:
            known = work()
            self.replays.keep(request_id, known)
        return known

    def envelope(self, **content: object) -> bytes:
        """Return an answer's JSON."""
        return wire.envelope(self.company.clock.now(), **content)


def _api(request: Asked) -> Api:
    api: Api = request.app.state["api"]
    return api


def _stale(request: Asked) -> bool:
    return bool(request.scope["state"].get("sandbox.stale"))


def _read_json(body: bytes) -> object:
    try:
        return wire.decode(body)
    except (msgspec.DecodeError, RecursionError):
        raise faults.unsupported_property() from None


@post(_COMPANY + "/batch")
async def run_batch(request: Asked, realm: FromPath[str]) -> Response[bytes]:
    """Carry out up to 30 operations."""
    api, body, stale = _api(request), await request.body(), _stale(request)

    def work() -> bytes:
        return api.envelope(BatchItemResponse=batch.run(api.company, _read_json(body), stale=stale))

    if api.company.settings.batch_requestid:
        return api.answer(request, realm, lambda: api.once(request, work), batched=True)
    return api.answer(request, realm, work, batched=True)


@get(_COMPANY + "/query")
async def query_by_address(request: Asked, realm: FromPath[str]) -> Response[bytes]:
    """Answer a query given in the address."""
    return _query(request, realm, request.query_params.get("query", ""))


@post(_COMPANY + "/query")
async def query_by_body(request: Asked, realm: FromPath[str]) -> Response[bytes]:
    """Answer a query given as the body."""
    return _query(request, realm, (await request.body()).decode("utf-8", "replace"))


def _query(request: Asked, realm: str, statement: str) -> Response[bytes]:
    api, stale = _api(request), _stale(request)
    return api.answer(
        request,
        realm,
        lambda: api.envelope(QueryResponse=search.answer(api.company, statement, stale=stale)),
    )


@get(_COMPANY + "/cdc")
async def change_data_capture(request: Asked, realm: FromPath[str]) -> Response[bytes]:
    """Answer what changed since a moment."""
    api, params = _api(request), request.query_params

    def work() -> bytes:
        groups = cdc.changes(api.company, params.get("entities", ""), params.get("changedSince", ""))
        return api.envelope(CDCResponse=[{"QueryResponse": groups}])

    return api.answer(request, realm, work)


@get([_COMPANY + "/preferences", _COMPANY + "/preferences/1"])
async def read_preferences(request: Asked, realm: FromPath[str]) -> Response[bytes]:
    """Read the preferences, whose address needs no id."""
    return _read(request, realm, BY_LOWER_NAME["preferences"], "1")


@get(_COMPANY + "/exchangerate")
async def read_exchange_rate(request: Asked, realm: FromPath[str]) -> Response[bytes]:
    """Read the rate of a currency that counts on a day, today by default."""
    api, params = _api(request), request.query_params

    def work() -> bytes:
        code, day = params.get("sourcecurrencycode", "").upper(), params.get("asofdate", "")
        return api.envelope(ExchangeRate=msgspec.Raw(rates.shown_on(api.company, code, day).body))

    return api.answer(request, realm, work)


@get(_COMPANY + "/reports/{name:str}")
async def read_report(request: Asked, realm: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Work out a report; its answer has no frame."""
    api, params = _api(request), dict(request.query_params)

    def work() -> bytes:
        found = reports.report(api.company, name, params)
        if found is None:
            raise faults.unknown_report(name)
        return wire.encode(found)

    return api.answer(request, realm, work)


@get(_COMPANY + "/{name:str}/{identity:str}")
async def read(request: Asked, realm: FromPath[str], name: FromPath[str], identity: FromPath[str]) -> Response[bytes]:
    """Read one object by its id."""
    entity = BY_LOWER_NAME.get(name.lower())
    if entity is None:
        return _missing_page()
    return _read(request, realm, entity, "1" if entity.name == "CompanyInfo" and identity == realm else identity)


def _read(request: Asked, realm: str, entity: Entity, identity: str) -> Response[bytes]:
    api = _api(request)

    def work() -> bytes:
        row = api.company.ledger.find(entity.name, identity)
        if row is None:
            raise faults.not_found()
        body = row.previous if _stale(request) and row.previous else row.body
        return api.envelope(**{entity.name: msgspec.Raw(body)})

    return api.answer(request, realm, work)


@post(_COMPANY + "/preferences")
async def write_preferences(request: Asked, realm: FromPath[str]) -> Response[bytes]:
    """Change the preferences."""
    return _write(request, realm, BY_LOWER_NAME["preferences"], await request.body())


@post(_COMPANY + "/exchangerate")
async def write_exchange_rate(request: Asked, realm: FromPath[str]) -> Response[bytes]:
    """Set a currency's rate."""
    return _write(request, realm, BY_LOWER_NAME["exchangerate"], await request.body())


@post(_COMPANY + "/{name:str}")
async def write(request: Asked, realm: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Create, update, delete or void one object."""
    entity = BY_LOWER_NAME.get(name.lower())
    return _missing_page() if entity is None else _write(request, realm, entity, await request.body())


def _write(request: Asked, realm: str, entity: Entity, body: bytes) -> Response[bytes]:
    api, params = _api(request), request.query_params

    def work() -> bytes:
        includes = frozenset(part.strip() for part in params.get("include", "").split(","))
        done = writes.perform(api.company, entity, _read_json(body), params.get("operation", ""), includes)
        return api.envelope(**{entity.name: done.document if isinstance(done, writes.Stub) else msgspec.Raw(done.body)})

    return api.answer(request, realm, lambda: api.once(request, work))


@post(_COMPANY + "/taxservice/taxcode")
async def write_tax_code(request: Asked, realm: FromPath[str]) -> Response[bytes]:
    """Create a tax code with its rates."""
    api, body = _api(request), await request.body()

    def work() -> bytes:
        return wire.encode(tax_service.create(api.company, _read_json(body)))

    return api.answer(request, realm, lambda: api.once(request, work))


@post(_COMPANY + "/{name:str}/{identity:str}/send")
async def send(request: Asked, realm: FromPath[str], name: FromPath[str], identity: FromPath[str]) -> Response[bytes]:
    """Mail a sales form."""
    api, address = _api(request), request.query_params.get("sendTo")
    entity = BY_LOWER_NAME.get(name.lower())
    if entity is None:
        return _missing_page()

    def work() -> bytes:
        row = writes.send(api.company, entity, identity, address)
        return api.envelope(**{entity.name: msgspec.Raw(row.body)})

    return api.answer(request, realm, lambda: api.once(request, work))


@get(
    [
        f"/.well-known/openid{separator}{scope}configuration"
        for separator, scope in (("_", ""), ("_", "sandbox_"), ("-", ""), ("-", "sandbox-"))
    ]
)
async def discover(request: Asked) -> Response[bytes]:
    """Serve the discovery document."""
    return _json(request, discovery(str(request.base_url).rstrip("/")))


@get("/op/v1/jwks")
async def keys(request: Asked) -> Response[bytes]:
    """Serve no keys: the sandbox signs no identity."""
    return _json(request, {"keys": []})


@get("/connect/oauth2")
async def authorize(request: Asked) -> Response[bytes] | Redirect:
    """Consent at once, and lead back with a code."""
    api = _api(request)
    try:
        return Redirect(api.oauth.authorize(dict(request.query_params), api.realm), status_code=302)
    except OAuthError as refused:
        return _json(request, refused.body, status=400)


@post("/oauth2/v1/tokens/bearer")
async def bearer(request: Asked) -> Response[bytes]:
    """Exchange a refresh token or a code for tokens."""
    form = dict(await request.form())
    authorization = request.headers.get("authorization", "")
    try:
        return _json(request, _api(request).oauth.token_answer(authorization, form))
    except OAuthError as refused:
        return _json(request, refused.body, status=400)


@post("/v2/oauth2/tokens/revoke")
async def revoke(request: Asked) -> Response[bytes]:
    """Withdraw a token."""
    try:
        sent = _read_json(await request.body())
        token = str(sent.get("token", "")) if isinstance(sent, dict) else ""
        _api(request).oauth.revoke(request.headers.get("authorization", ""), token)
    except (OAuthError, faults.FaultError) as refused:
        body = refused.body if isinstance(refused, OAuthError) else {"error": "invalid_request"}
        return _json(request, body, status=400)
    return Response(b"", status_code=200, headers=_api(request).headers())


@get("/v1/openid_connect/userinfo")
async def user_info(request: Asked) -> Response[bytes]:
    """Say who signed in."""
    api = _api(request)
    try:
        who = api.oauth.who(request.headers.get("authorization", ""))
    except faults.FaultError as refused:
        body = refused.body(api.company.clock.now(), api.company.regime.texts)
        return Response(body, status_code=refused.status, headers=api.headers())
    request.scope["state"]["sandbox.who"] = who
    return _json(request, {"sub": who, "email": f"{who}@company.example", "emailVerified": True, "givenName": who})


def page_not_found(_request: Asked, refused: HTTPException) -> Response[bytes]:
    """Answer a path or method that does not exist with a page, as the vendor's gateway does."""
    return Response(_MISSING_PAGE, status_code=refused.status_code, media_type="text/html")


def _missing_page() -> Response[bytes]:
    return Response(_MISSING_PAGE, status_code=404, media_type="text/html")


def _json(request: Asked, document: object, *, status: int = 200) -> Response[bytes]:
    return Response(wire.encode(document), status_code=status, headers=_api(request).headers())


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    run_batch, query_by_address, query_by_body, change_data_capture, read_preferences, write_preferences, read_report,
    read_exchange_rate, write_exchange_rate, read, write, write_tax_code, send, discover, keys, authorize, bearer,
    revoke, user_info,
)  # fmt: skip
