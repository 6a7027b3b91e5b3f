"""The command line `reform-index`: commands, what they print, and how they end.

Not here: the work that a command starts (assets.month, assets.explain).
"""
