"""How each kind reads in HubSpot, and how its fields are written there. Pure."""
