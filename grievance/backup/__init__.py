"""Backup: a copy of everything, and the way back.

1. `place` opens the instance that is copied or filled, `files`, `rows`, `keys` copy its parts.
2. `manifest` vouches for the copy; `ledger` replays recalls and opt-outs after a restore.
3. `command` is `flask backup create` and `restore`, `drill` and `prune` stand beside it.
"""
