"""What is said on the telephone when somebody else answers: nothing of what it is about, of us, or
of who is meant beyond whose telephone it is."""

from __future__ import annotations

from grievance.i18n import N_

SOMEBODY_ELSE = N_(
    "Hello. May I speak with the person whose telephone this is? If they are not there, I will "
    "call again another time. There is no message. Thank you, goodbye."
)
