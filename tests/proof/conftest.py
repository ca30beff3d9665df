"""Properties run without a deadline: the machine may be busy."""

from hypothesis import HealthCheck, settings

settings.register_profile("tieout", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tieout")
