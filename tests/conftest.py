"""What holds for all tests."""

from hypothesis import settings

# Speed is measured, never tested: other work on the machine must not fail a law.
settings.register_profile("laws", deadline=None)
settings.load_profile("laws")
