"""Properties run without a deadline: the machine may be busy."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "tieout", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("tieout")
