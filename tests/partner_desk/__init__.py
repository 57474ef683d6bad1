"""Partners' pages: who gets in, keys, colleagues."""
