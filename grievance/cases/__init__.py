"""Cases: a grievance from filing to remedy.

1. `file` takes a complaint and its receipts, draws the case's three keys and seals everything.
2. A handler or the worker opens the case (`opening`): the rows say *that*, the keys say *what*.
3. Every change is a verb: `operations/` holds one function each, `states` the table they obey.
4. `move` is the only writer of a case's state; it writes the event and the clocks with it.
"""
