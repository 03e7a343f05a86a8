"""Properties are tried without a clock: how busy the machine is says nothing about a rule."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
