"""The outbox: letters written in the transaction that gives reason for them, sent by the worker.

PostgreSQL holds every letter until it is delivered, sealed to the notifier key whose private half
only the worker process has. This room takes plain values and knows nobody.
"""
