"""Local HubSpot and QuickBooks Online that speak the vendors' real protocols.

Two ASGI applications behind one gate (faults, request log, control paths). They know nothing of Tieout:
whoever tests against either vendor can use them. Their arithmetic is a deliberate twin of Tieout's own,
so that a shared bug cannot hide itself.
"""
