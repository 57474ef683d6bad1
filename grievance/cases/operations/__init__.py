"""Every verb of a case: one function each. Plain values in, no request, no commit.

The caller has loaded and locked the case (`queries.for_change`), passes the actor and the time,
and commits. A verb refuses with `Refused` (not in this state, not by this actor, a guard) or with
`Conflict` (somebody changed the case since the page was made).
"""

from __future__ import annotations

from grievance.cases.operations import resealing  # tells the keys which grants to move on

__all__ = ["resealing"]
