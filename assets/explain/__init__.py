"""Where a published number comes from: its formula, its counts, its files. And findings.

Here belongs following a number back. Not here: how it is printed (assets.command_line).
"""
