"""Thin clients of both vendors' public APIs, as a seller and a bookkeeper use them: batches and pages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import httpx2
import msgspec

Json = dict[str, Any]

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_SECONDS = 120.0


class VendorRefused(Exception):
    """A vendor did not do what the bench asked; the message holds its answer."""


class Caller:
    """Calls one server with one access token."""

    def __init__(self, base_url: str, token: str) -> None:
        self._client = httpx2.Client(
            base_url=base_url,
            timeout=_SECONDS,
            headers={"authorization": f"Bearer {token}", "accept": "application/json"},
        )

    def call(self, method: str, path: str, body: object = None, **query: str) -> Json:
        """Make a call and return the JSON of its answer. Raises VendorRefused."""
        content = None if body is None else _ENCODER.encode(body)
        headers = {"content-type": "application/json"}
        answer = self._client.request(method, path, content=content, params=query, headers=headers)
        if answer.status_code not in (200, 201):
            raise VendorRefused(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        told: Json = _DECODER.decode(answer.content)
        return told

    def log(self, after: int = 0) -> list[Json]:
        """Return what the sandbox was asked since entry `after` of its log."""
        answer = self._client.get("/_sandbox/log", params={"after": str(after)})
        entries: list[Json] = _DECODER.decode(answer.content)
        return entries


class HubSpot:
    """One HubSpot account, by its dated API."""

    def __init__(self, sign_in: Mapping[str, Any]) -> None:
        self.caller = Caller(sign_in["base_url"], sign_in["access_token"])

    def create(self, type_: str, inputs: Sequence[Json]) -> list[str]:
        """Create records and return their ids, in the order of `inputs`.

        Each input: `properties` and `associations` as (id, association type) pairs. Raises VendorRefused.
        """
        ids: dict[str, str] = {}
        for some in batched(list(enumerate(inputs)), 100):
            body = {
                "inputs": [
                    {
                        "objectWriteTraceId": str(place),
                        "properties": one["properties"],
                        "associations": [_association(*pair) for pair in one.get("associations", ())],
                    }
                    for place, one in some
                ]
            }
            answer = self.caller.call("POST", f"/crm/objects/2026-09/{type_}/batch/create", body)
            if answer.get("errors"):
                raise VendorRefused(str(answer["errors"][0]))
            ids |= {made["objectWriteTraceId"]: made["id"] for made in answer["results"]}
        return [ids[str(place)] for place in range(len(inputs))]

    def update(self, type_: str, changes: Mapping[str, Json]) -> None:
        """Change the properties of records by id. Raises VendorRefused."""
        for some in batched(list(changes.items()), 100):
            body = {"inputs": [{"id": id_, "properties": properties} for id_, properties in some]}
            answer = self.caller.call("POST", f"/crm/objects/2026-09/{type_}/batch/update", body)
            if answer.get("errors"):
                raise VendorRefused(str(answer["errors"][0]))

    def all(self, type_: str, *properties: str) -> Iterator[Json]:
        """Read every record of a type. Raises VendorRefused."""
        query = {"limit": "100", "properties": ",".join(properties)}
        while True:
            page = self.caller.call("GET", f"/crm/objects/2026-09/{type_}", **query)
            yield from page["results"]
            if "paging" not in page:
                return
            query["after"] = page["paging"]["next"]["after"]


class QuickBooks:
    """One QuickBooks company, by the Accounting API v3."""

    def __init__(self, sign_in: Mapping[str, Any]) -> None:
        self.caller = Caller(sign_in["base_url"], sign_in["access_token"])
        self._root = f"/v3/company/{sign_in['realm_id']}"

    def create(self, entity: str, objects: Sequence[Json]) -> list[Json]:
        """Create objects and return them as QuickBooks holds them, in the order of `objects`. Raises VendorRefused."""
        return self._written("create", entity, objects)

    def update(self, entity: str, objects: Sequence[Json]) -> list[Json]:
        """Write whole objects back, as `create` returns them. Raises VendorRefused."""
        return self._written("update", entity, objects)

    def void(self, entity: str, objects: Sequence[Json]) -> None:
        """Void objects, one call each. Raises VendorRefused."""
        for one in objects:
            body = {"Id": one["Id"], "SyncToken": one["SyncToken"]}
            path = f"{self._root}/{entity.lower()}"
            self.caller.call("POST", path, body, operation="void", minorversion="75")

    def owed(self) -> Decimal:
        """What QuickBooks' own A/R Aging Summary says is owed today, less what customers have in credit."""
        report = self.caller.call("GET", f"{self._root}/reports/AgedReceivables", minorversion="75")
        total = next(row for row in report["Rows"]["Row"] if row.get("group") == "GrandTotal")
        return Decimal(total["Summary"]["ColData"][-1]["value"] or "0")

    def _written(self, operation: str, entity: str, objects: Sequence[Json]) -> list[Json]:
        made: dict[str, Json] = {}
        for some in batched(list(enumerate(objects)), 30):
            items = [{"bId": str(place), "operation": operation, entity: one} for place, one in some]
            answer = self.caller.call("POST", f"{self._root}/batch", {"BatchItemRequest": items}, minorversion="75")
            for item in answer["BatchItemResponse"]:
                if entity not in item:
                    raise VendorRefused(str(item))
                made[item["bId"]] = item[entity]
        return [made[str(place)] for place in range(len(objects))]

    def all(self, entity: str) -> Iterator[Json]:
        """Read every object of an entity. Raises VendorRefused."""
        start = 1
        while True:
            query = f"SELECT * FROM {entity} ORDERBY Id STARTPOSITION {start} MAXRESULTS 1000"
            page = self.caller.call("GET", f"{self._root}/query", query=query, minorversion="75")
            found: list[Json] = page["QueryResponse"].get(entity, [])
            yield from found
            if len(found) < 1000:
                return
            start += 1000


def batched(items: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    """Return slices of at most `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))


def _association(id_: str, type_: int) -> Json:
    return {"to": {"id": id_}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_}]}
