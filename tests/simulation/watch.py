"""A vendor under watch: every write that takes effect is written down, whoever makes it, as the protocol shows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qs

import msgspec
from litestar.types import Message, Receive, Scope, Send

from tieout.core.records import Side
from tieout.sandbox.clock import Clock
from tieout.sandbox.exchange import request_body
from tieout.sandbox.vendor import Answer, Vendor

Json = dict[str, Any]
Act = Literal["create", "update", "void", "delete"]
US = "app"
"""The name under which both vendors know Tieout's own token."""

_DECODER = msgspec.json.Decoder(float_hook=str)
_READS = ("/query", "/search", "/batch/read")


class Effect(msgspec.Struct, frozen=True):
    """One write that took effect.

    who: `app`, or the person. entity: QuickBooks' entity name, or HubSpot's object type.
    key: QuickBooks' `requestid`, HubSpot's `objectWriteTraceId`.
    sent: what was asked for. before, after: the object around the write, as far as answers showed it.
    """

    at: datetime
    who: str
    side: Side
    act: Act
    entity: str
    id: str
    sent: Json
    before: Json
    after: Json
    key: str = ""


class Watched:
    """Stands before a vendor and hands everything through."""

    def __init__(self, vendor: Vendor, side: Side, clock: Clock) -> None:
        self.vendor = vendor
        self.name = vendor.name
        self.side = side
        self.effects: list[Effect] = []
        self._clock = clock
        self._known: dict[tuple[str, str], Json] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fields: Any = scope
        if fields["method"] == "GET" or fields["path"].endswith(_READS):
            await self.vendor(scope, receive, send)
            return
        body = await request_body(receive)
        status = 0
        parts: list[bytes] = []

        async def once() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                parts.append(message["body"])
            await send(message)

        await self.vendor(scope, once, noting)
        if 200 <= status < 300:
            query = {name: values[-1] for name, values in parse_qs(fields["query_string"].decode()).items()}
            who = fields["state"].get("sandbox.who", "")
            note = self._quickbooks if self.side is Side.BOOKS else self._hubspot
            note(who, fields["method"], fields["path"], query, _read(body), _read(b"".join(parts)))

    def _quickbooks(
        self, who: str, _method: str, path: str, query: Mapping[str, str], sent: Json, answer: Json
    ) -> None:
        key = query.get("requestid", "")
        if not path.endswith("/batch"):
            self._quickbooks_one(who, query.get("operation", ""), sent, answer, key)
            return
        asked = {item["bId"]: item for item in sent.get("BatchItemRequest", [])}
        for item in answer.get("BatchItemResponse", []):
            if "Fault" not in item:
                request = asked[item["bId"]]
                body = next(value for name, value in request.items() if name not in ("bId", "operation"))
                self._quickbooks_one(who, request.get("operation", ""), body, item, key)

    def _quickbooks_one(self, who: str, operation: str, sent: Json, answer: Json, key: str) -> None:
        for entity, after in answer.items():
            if not isinstance(after, dict) or "Id" not in after:
                continue
            place = (entity, after["Id"])
            before = self._known.get(place, {})
            act: Act = "delete" if after.get("status") == "Deleted" else "void" if operation == "void" else "update"
            if place not in self._known and act != "delete":  # QuickBooks itself may have made what a person deletes
                act = "create"
            elif act != "delete" and int(after["SyncToken"]) <= int(before.get("SyncToken", "1000000")):
                continue  # a replayed answer: nothing happened again
            self._known[place] = after
            self._note(who, act, entity, after["Id"], sent, before, after, key)

    def _hubspot(self, who: str, method: str, path: str, _query: Mapping[str, str], sent: Json, answer: Json) -> None:
        parts = path.strip("/").split("/")
        if parts[:2] == ["crm", "associations"]:
            self._associations(who, *parts[3:5], sent)
            return
        if parts[:2] != ["crm", "objects"]:
            return
        entity, rest = parts[3], parts[4:]
        match method, rest:
            case "POST", []:
                self._hubspot_one(who, "create", entity, answer["id"], _told(sent), answer)
            case "PATCH", [id_]:
                self._hubspot_one(who, "update", entity, id_, sent.get("properties", {}), answer)
            case "DELETE", [id_]:
                self._hubspot_one(who, "delete", entity, id_, {}, {})
            case "PUT" | "DELETE", [id_, "associations", *_, type_, other] if who != US:
                self._hubspot_one(who, "update", entity, id_, {"linked": {type_: other}}, {})
            case "POST", ["merge"]:
                for absorbed in sorted({sent["primaryObjectId"], sent["objectIdToMerge"]} - {answer["id"]}):
                    self._hubspot_one(who, "delete", entity, absorbed, {}, {})
                self._known[entity, answer["id"]] = answer.get("properties", {})
            case "POST", ["batch", "archive"]:
                for one in sent.get("inputs", []):
                    self._hubspot_one(who, "delete", entity, one["id"], {}, {})
            case "POST", ["batch", "create" | "update" as act]:
                for asked, one in _paired(sent.get("inputs", []), answer.get("results", [])):
                    key = asked.get("objectWriteTraceId", "")
                    self._hubspot_one(who, act, entity, one["id"], _told(asked), one, key)

    def _associations(self, who: str, entity: str, type_: str, sent: Json) -> None:
        """What a batch puts on objects, or takes off them."""
        for one in sent.get("inputs", []):
            others = one["to"] if isinstance(one["to"], list) else [one["to"]]
            for other in others:
                self._hubspot_one(who, "update", entity, one["from"]["id"], {"linked": {type_: other["id"]}}, {})

    def _hubspot_one(self, who: str, act: Act, entity: str, id_: str, sent: Json, answer: Json, key: str = "") -> None:
        place = (entity, id_)
        before = self._known.get(place, {})
        after = {**before, **sent, **{n: v for n, v in answer.get("properties", {}).items() if v is not None}}
        self._known[place] = after
        self._note(who, act, entity, id_, sent, before, after, key)

    def _note(self, who: str, act: Act, entity: str, id_: str, sent: Json, before: Json, after: Json, key: str) -> None:
        self.effects.append(Effect(self._clock.now(), who, self.side, act, entity, id_, sent, before, after, key))

    def merge(self, entity: str, source: str, target: str) -> None:
        """Merge as a person does in the vendor's pages. Whatever named the one names the other from then on."""
        self.vendor.merge(entity, source, target)
        was = self._known.pop((entity, source), {})
        self._note("bookkeeper", "delete", entity, source, {}, was, {}, "")
        self._known = {place: _renamed(known, f"{entity}Ref", source, target) for place, known in self._known.items()}

    def company(self) -> Json:
        return self.vendor.company()

    def patch_company(self, changes: Mapping[str, Any]) -> None:
        self.vendor.patch_company(changes)

    def sign_in(self, base_url: str) -> Json:
        return self.vendor.sign_in(base_url)

    def token(self, name: str) -> str:
        return self.vendor.token(name)

    def fault(self, details: Mapping[str, Any]) -> Answer:
        return self.vendor.fault(details)

    def dump(self) -> bytes:
        return self.vendor.dump()

    def load(self, state: bytes) -> None:
        self.vendor.load(state)


def _renamed(document: Any, name: str, old: str, new: str) -> Any:
    """A document with every reference of this name to `old` leading to `new`."""
    if isinstance(document, list):
        return [_renamed(one, name, old, new) for one in document]
    if not isinstance(document, dict):
        return document
    found = {key: _renamed(value, name, old, new) for key, value in document.items()}
    if isinstance(ref := found.get(name), dict) and ref.get("value") == old:
        found[name] = {**ref, "value": new}
    return found


def _told(input_: Json) -> Json:
    """The properties of an input, and as `linked` the ids of the objects it is associated with, by type of link."""
    linked = {str(one["types"][0]["associationTypeId"]): one["to"]["id"] for one in input_.get("associations") or ()}
    return {**input_.get("properties", {}), **({"linked": linked} if linked else {})}


def _paired(inputs: list[Json], results: list[Json]) -> list[tuple[Json, Json]]:
    """Each result of a batch with the input that it answers: by id, or for a creation by its trace id."""
    by_id = {one["id"]: one for one in inputs if "id" in one}
    by_trace = {one.get("objectWriteTraceId"): one for one in inputs}
    return [(by_id.get(one["id"]) or by_trace.get(one.get("objectWriteTraceId"), {}), one) for one in results]


def _read(body: bytes) -> Json:
    try:
        found = _DECODER.decode(body)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}
