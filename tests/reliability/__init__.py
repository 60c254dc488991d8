"""What must hold while things go wrong: real processes on loopback, real kills.

``python -m tests.reliability`` runs the short form, ``--soak`` the long one; the last line is
JSON. A threat is a module with a function that takes a `Run` and returns an `Outcome`, named
in `threats.THREATS`.
"""
