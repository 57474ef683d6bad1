"""The acts of a hand-over. They take rows the caller has loaded and locked, flush, never commit,
and write no event: the verbs of a case do."""
