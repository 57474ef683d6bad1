"""Measurements of the running product: `make bench`, or `python -m bench filing queue` for some.

Everything runs on this machine: a PostgreSQL of its own in a temporary folder, the web process as
`flask up` starts it, and the load from threads of this process, to loopback addresses only.
"""
