"""Two-way sync between HubSpot and QuickBooks Online that agrees to the cent and can prove it."""
