"""Properties run without a deadline: the machine may be busy."""

from hypothesis import settings

settings.register_profile("tieout", deadline=None)
settings.load_profile("tieout")
