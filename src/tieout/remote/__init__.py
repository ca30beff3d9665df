"""What both sides share: the Side protocol, outcomes of calls, HTTP, and the ports Clock, Limiter and TokenVault."""
