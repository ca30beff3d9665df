"""Requests of the CRM object API: pages, batches, associations, searches (HubSpot API reference, CRM objects)."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode

import msgspec

from tieout.hubspot import limits
from tieout.hubspot.client import Client
from tieout.hubspot.documents import (
    VERSION,
    AssociationAnswer,
    BatchAnswer,
    Document,
    Hits,
    Page,
    Unread,
    decoder,
    documents,
)
from tieout.remote.errors import Refusal

OBJECTS = f"/crm/objects/{VERSION}"

_PAGE = decoder(Page)
_RAW = decoder(msgspec.Raw)
_BATCH = decoder(BatchAnswer)
_HITS = decoder(Hits)
_ASSOCIATIONS = decoder(AssociationAnswer)


class Found(msgspec.Struct, frozen=True):
    """Records that were read, and those that could not be.

    listed: the records list what they are associated with; one that lists nothing has nothing. after: cursor of the
    next page, empty at the end.
    """

    documents: list[Document]
    unread: list[Unread]
    listed: bool = False
    after: str = ""


class Objects:
    """The records of one HubSpot account. Every method raises SignInTrouble, Refusal or Unavailable."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def page(self, type_: str, properties: Sequence[str], after: str, linked: Sequence[str] = ()) -> Found:
        """One page of all records of a type, with the ids of the associated records of the types `linked`."""
        query = {"limit": str(limits.PAGE), "properties": ",".join(properties)}
        if linked:
            query["associations"] = ",".join(linked)
        if after:
            query["after"] = after
        page = await self._client.read("GET", f"{OBJECTS}/{type_}?{urlencode(query)}", _PAGE)
        legible, illegible = documents(page.results)
        return Found(legible, illegible, listed=bool(linked), after=page.paging.after if page.paging else "")

    async def one(self, type_: str, id_: str, properties: Sequence[str], linked: Sequence[str]) -> Found:
        """One record with the ids of its associated records; none where it is not there."""
        query = urlencode({"properties": ",".join(properties), "associations": ",".join(linked)})
        try:
            raw = await self._client.read("GET", f"{OBJECTS}/{type_}/{id_}?{query}", _RAW)
        except Refusal as refusal:
            if refusal.evidence.get("status") == "404":
                return Found([], [])
            raise
        return Found(*documents([raw]), listed=True)

    async def read(
        self,
        type_: str,
        ids: Sequence[str],
        properties: Sequence[str],
        *,
        history: Sequence[str] = (),
        key: str = "",
        archived: bool = False,
    ) -> Found:
        """Records by id, or by the unique property `key`, in as few batches as there can be.

        history: properties whose former values come too. Records that are not there are left out.
        """
        legible: list[Document] = []
        illegible: list[Unread] = []
        path = f"{OBJECTS}/{type_}/batch/read" + ("?archived=true" if archived else "")
        for some in batches(ids, limits.HISTORY_BATCH if history else limits.BATCH):
            body: dict[str, object] = {"inputs": [{"id": id_} for id_ in some], "properties": properties}
            if history:
                body["propertiesWithHistory"] = history
            if key:
                body["idProperty"] = key
            try:
                answer = await self._client.read("POST", path, _BATCH, msgspec.json.encode(body))
            except Refusal as refusal:
                if refusal.evidence.get("status") == "404":
                    continue
                raise
            good, bad = documents(answer.results)
            legible += good
            illegible += bad
        return Found(legible, illegible)

    async def linked(self, from_: str, to: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """The ids of the records of type `to` that each record is associated with; those without any are left out."""
        found: dict[str, list[str]] = {}
        path = f"/crm/associations/{VERSION}/{from_}/{to}/batch/read"
        for some in batches(ids, limits.ASSOCIATIONS_BATCH):
            inputs: list[dict[str, str]] = [{"id": id_} for id_ in some]
            while inputs:
                body = msgspec.json.encode({"inputs": inputs})
                answer = await self._client.read("POST", path, _ASSOCIATIONS, body)
                inputs = []
                for result in answer.results:
                    known = found.setdefault(result.from_.id, [])
                    known += [id_ for one in result.to if (id_ := str(one.to_object_id)) not in known]
                    if result.paging and result.paging.after:
                        inputs.append({"id": result.from_.id, "after": result.paging.after})
        return found

    async def search(
        self, type_: str, filters: Sequence[Mapping[str, str]], sort: str, properties: Sequence[str]
    ) -> list[Document]:
        """The first page of records that pass all `filters`, ascending by the property `sort`."""
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
            "properties": properties,
            "limit": limits.SEARCH_PAGE,
        }
        path = f"{OBJECTS}/{type_}/search"
        return (await self._client.read("POST", path, _HITS, msgspec.json.encode(body))).results


def batches(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """`ids` without repetition, in slices of at most `size`."""
    single = list(dict.fromkeys(ids))
    for start in range(0, len(single), size):
        yield single[start : start + size]
