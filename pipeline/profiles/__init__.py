"""Profiles: how one sender's columns and values map to ours.

A profile is a TOML file; the national sync layout is built in, a home folder brings its own.
Here belongs what a profile may say, reading it (profile), and which profile applies to a file
(choice). Not here: reading the file that a profile describes (exports, records).
"""

from pipeline.profiles.choice import Profiles, load_all, with_calendar
from pipeline.profiles.profile import Profile, ProfileError

__all__ = ["Profile", "ProfileError", "Profiles", "load_all", "with_calendar"]
