"""Which rows of an organisation an event vouches for: who is what there, who waits for its key, and
what it says of itself to workers, its telephone numbers and where *Leave* goes among them.

Not a person's own row, which is of no organisation, nor keys: a false one does not open.
"""

from __future__ import annotations

from grievance.accounts.models import KeyRequest, Membership, OperatorProfile, Organisation
from grievance.accounts.named import HEADED, NAMED, Heading, Naming, columns_but

for model in (Membership, KeyRequest, OperatorProfile):
    NAMED[model] = Naming(columns_but(model), under="organisation_id")

# Its name as a hash: events stay for ever and hold no words.
NAMED[Organisation] = Naming(("name",), under="id")
HEADED[Organisation] = Heading(("kind", "founded_at"))
