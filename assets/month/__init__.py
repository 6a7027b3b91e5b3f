"""The work of a month, without Dagster: what a scheduler, a command or another machine can call.

Here belong the inputs of a month as a value, its deliveries and their counts, the edition made of
them, and what each edition rests on. Not here: Dagster (assets), commands (assets.command_line).
"""
