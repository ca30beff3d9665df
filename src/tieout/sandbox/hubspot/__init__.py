"""A local HubSpot account that speaks the vendor's CRM, OAuth and settings APIs, legacy and dated paths alike."""
