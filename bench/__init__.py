"""Measurements: how long the way takes and how much memory, beside a named peer.

Here belongs what `make bench` runs. Not here: tests (nothing here fails for being slow).
"""
