"""The verbs about people, keys and sessions. None of them commits, none knows of a request."""
