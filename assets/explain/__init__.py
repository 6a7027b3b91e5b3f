"""Where a published number comes from: its formula, its counts and its files.

Here belongs following a number back. Not here: how it is printed (assets.command_line).
"""
