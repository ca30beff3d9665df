"""Sign-ins that do not work: what is said, that nothing is kept, and that all goes on once they do."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.stories.virtual import NAME, Shop, in_virtual_time

from tieout.actions import lookup
from tieout.actions.actor import Actor, Role
from tieout.actions.errors import OutOfReach, WrongUse
from tieout.actions.overview import list_companies, overview
from tieout.actions.rehearse import rehearse
from tieout.store.tables import account

EXPIRED = {"match": {"path": "^/(crm|v3|account)"}, "do": "fault", "with": {"status": 401}}
NOT_RENEWED = {"match": {"path": "/(token|tokens/bearer)$"}, "do": "fault", "with": {"status": 400}}


@pytest.mark.parametrize(
    ("hubspot", "quickbooks", "said"),
    [
        ({"access_token": "wrong", "refresh_token": "wrong"}, {}, "HubSpot no longer accepts this sign-in."),
        ({"access_token": "wrong", "refresh_token": ""}, {}, "HubSpot no longer accepts this token."),
        ({}, {"access_token": "wrong", "refresh_token": "wrong"}, "QuickBooks did not renew the sign-in"),
        ({}, {"access_token": "wrong", "refresh_token": ""}, "QuickBooks no longer takes the access token."),
        ({"portal_id": 999}, {}, "This token belongs to HubSpot account 4700001, not to 999."),
        ({}, {"realm_id": "999"}, "This sign-in does not belong to this QuickBooks company."),
    ],
    ids=["HubSpot, wrong", "HubSpot, no refresh", "QuickBooks, wrong", "QuickBooks, no refresh", "portal", "realm"],
)
def test_a_wrong_sign_in_is_refused_and_nothing_is_kept(
    tmp_path: Path, hubspot: Mapping[str, Any], quickbooks: Mapping[str, Any], said: str
) -> None:
    async def story(shop: Shop) -> None:
        with pytest.raises(WrongUse) as refused:
            await shop.connect_with(dict(hubspot), dict(quickbooks))
        assert str(refused.value).startswith(said)
        assert str(refused.value).endswith(". Nothing was changed.")
        assert list_companies(shop.home) == []

    in_virtual_time(tmp_path, story)


def test_an_access_token_that_has_run_out_is_renewed(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        await shop.connect_with({"access_token": "old"}, {"access_token": "old"})
        await shop.sync(until_quiet=True)

    in_virtual_time(tmp_path, story)


def test_another_pair_under_the_same_name_is_refused(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        await shop.connect()
        with pytest.raises(WrongUse, match=f"'{NAME}' already pairs HubSpot 4700001 with QuickBooks"):
            await shop.connect_with({}, {"realm_id": "999"})

    in_virtual_time(tmp_path, story)


@pytest.mark.parametrize("side", ["hubspot", "quickbooks"])
@pytest.mark.cause("sign_in_expired")
def test_a_sign_in_that_ends_pauses_the_pair_and_the_next_one_goes_on(tmp_path: Path, side: str) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00"))
        await shop.connect()
        shop.plan(side, EXPIRED, NOT_RENEWED)
        with pytest.raises(WrongUse, match=r"Connect.*again.*paused until that is mended"):
            await shop.sync()
        assert "has expired or was taken back. Connect" in overview(shop.home, NAME).trouble
        shop.plan(side)
        await shop.connect_with({})
        await shop.sync(until_quiet=True)
        assert overview(shop.home, NAME).trouble == ""
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 200
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_sign_in_that_ends_during_a_write_leaves_nothing_in_doubt(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00"))
        await shop.connect()
        expired = {"match": {"path": "/invoice$"}, "do": "fault", "with": {"status": 401, "code": "3200"}}
        shop.plan("quickbooks", expired, NOT_RENEWED)
        with pytest.raises(WrongUse, match="paused"):
            await shop.sync()
        shop.plan("quickbooks")
        await shop.connect_with({})
        done = await shop.sync(until_quiet=True)
        assert done.operations["books"]["create"] == 1
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 200
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.cause("missing_scope", foreseen="the permissions of the sign-in")
def test_a_missing_permission_is_named(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        everything = shop.hubspot.company()["scopes"]
        shop.set_hubspot(scopes=[scope for scope in everything if scope != "crm.schemas.invoices.write"])
        await shop.connect()
        with pytest.raises(WrongUse, match=r"lacks permissions: crm\.schemas\.invoices\.write\. The pair is paused"):
            await shop.sync()
        assert "crm.schemas.invoices.write" in overview(shop.home, NAME).trouble
        shop.set_hubspot(scopes=everything)
        await shop.sync(until_quiet=True)
        assert overview(shop.home, NAME).trouble == ""

    in_virtual_time(tmp_path, story)


def test_preflight_names_every_missing_permission(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        lacking = {"crm.objects.companies.read", "crm.objects.commercepayments.write"}
        shop.set_hubspot(scopes=[scope for scope in shop.hubspot.company()["scopes"] if scope not in lacking])
        await shop.connect()
        (check,) = [one for one in await shop.preflight() if one.check == "scopes"]
        assert check.level == "blocks"
        assert all(scope in check.title for scope in lacking)
        assert check.remedy == "Grant them in the HubSpot app, and connect again."

    in_virtual_time(tmp_path, story)


def test_a_permission_that_is_missing_for_records_is_named(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        everything = shop.hubspot.company()["scopes"]
        shop.set_hubspot(scopes=[scope for scope in everything if scope != "crm.objects.invoices.read"])
        await shop.connect()
        with pytest.raises(WrongUse, match=r"crm\.objects\.invoices\.read"):
            await shop.sync()
        shop.set_hubspot(scopes=everything)
        await shop.sync(until_quiet=True)

    in_virtual_time(tmp_path, story)


@pytest.mark.parametrize("side", ["hubspot", "quickbooks"])
def test_a_vendor_that_cannot_be_reached_is_named_and_tried_again(tmp_path: Path, side: str) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00"))
        shop.plan(side, {"do": "drop_before"})
        with pytest.raises(OutOfReach, match=r"gave no answer.*Nothing was changed\."):
            await shop.connect()
        assert list_companies(shop.home) == []
        shop.plan(side)
        await shop.connect()
        shop.plan(side, {"do": "drop_before"})
        with pytest.raises(OutOfReach, match="run it again"):
            await shop.sync()
        shop.plan(side)
        await shop.sync(until_quiet=True)
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 200
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_sign_in_that_is_renewed_during_a_rehearsal_is_kept(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        await shop.connect()
        once = EXPIRED | {"times": 1}
        for side in ("hubspot", "quickbooks"):
            shop.plan(side, once)
        with shop.home.database.read() as tx:
            hubspot = lookup.connection(tx, NAME).crm.base_url
        before = _tokens(shop)
        await rehearse(
            shop.home,
            Actor("ana", Role.OWNER),
            NAME,
            transport=lambda url: shop.hubspot if url == hubspot else shop.quickbooks,
        )
        assert not set(before) & set(_tokens(shop))

    in_virtual_time(tmp_path, story)


def _tokens(shop: Shop) -> list[bytes]:
    with shop.home.database.read() as tx:
        return list(tx.execute(select(account.c.tokens).order_by(account.c.id)).scalars())
