"""Verifying: is what lies in a home still what was received, stored and published?

    findings   what was found, and how bad it is
    hashes     editions, chain, register, archive, store: every byte against the hash kept of it
    basis      what an edition was computed from, as chain, manifest and register say
    anew       an edition computed anew in an empty store
    verify     all of it, of one month or of every month

Nothing of the home is changed, no lock is held, and nothing is asked of the network. Not here: what
the command prints (command_line.verify_command).
"""
