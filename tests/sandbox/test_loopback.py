"""Ports, and a stop that no client can hold up."""

import asyncio
import time

import httpx2
import pytest

from tieout.sandbox.clock import AdvancingClock
from tieout.sandbox.gate import Gate
from tieout.sandbox.loopback import CannotServe, listen, serving

pytestmark = pytest.mark.anyio


async def test_a_port_in_use_is_named(shop):
    port = shop.client.base_url.port
    with pytest.raises(CannotServe, match=f"HubSpot's port {port} cannot be used: Address already in use"):
        listen("HubSpot", port)


@pytest.mark.parametrize("port", [-1, 65_536])
async def test_what_is_no_port_is_named(port):
    with pytest.raises(CannotServe, match=f"QuickBooks's port {port} is no port"):
        listen("QuickBooks", port)


@pytest.mark.parametrize("do", ["late_commit", "delay"])
async def test_a_stop_does_not_wait_for_a_hanging_request(shop, do):
    gate = Gate(shop.till, clock=AdvancingClock())
    async with httpx2.AsyncClient() as client:
        async with serving(gate, listen("Till", 0)) as url:
            rules = [{"do": do, "with": {"seconds": 3600}}]
            await client.put(f"{url}/_sandbox/faults", json={"rules": rules})
            hanging = asyncio.create_task(client.get(f"{url}/till/notes"))
            await asyncio.sleep(0.1)
            started = time.monotonic()
        with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
            await hanging
        await gate.close()
    assert time.monotonic() - started < 2
