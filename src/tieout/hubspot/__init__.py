"""The crm side: HubSpot's client, sign-in, feed, lenses, writer, errors, limits and set-up."""
