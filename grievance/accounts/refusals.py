"""Why something about people or keys is refused, and the sentence for each reason."""

from __future__ import annotations

from grievance.i18n import N_

SENTENCES: dict[str, str] = {
    "used": N_("This link was used already or is too old. Ask for a new one."),
    "founded": N_("This place is founded already. Sign in, or ask for an invitation."),
    "address_taken": N_("Somebody here has this address already."),
    "role": N_("Nobody can be given this role."),
    "not_member": N_("This person is not a member any more."),
    "last_holder": N_(
        "Nobody else holds the key. Give the key to another member first, or every case is lost."
    ),
    "last_manager": N_("Nobody else manages people. Invite another director or administrator."),
    "decided": N_("Somebody has decided this already. Look at the list again."),
    "not_holder": N_("You do not hold the key of this organisation, so you cannot give it."),
    "fingerprint": N_(
        "These are not the six words of their key. Ask them to read them to you again, from their"
        " own page."
    ),
    "own_request": N_("You asked for this key yourself. Another member who holds it approves."),
    "others_approve": N_("A lead or director who did not ask for it approves this key."),
    "too_early": N_(
        "Nobody else holds the key, so 48 hours have to pass before you approve what you asked for"
        " yourself. The person was told by letter."
    ),
    "holders_left": N_("Another member still holds the key. Ask them to approve."),
    "sheet": N_("This is not the recovery sheet of this organisation. Look for the newest one."),
    "changed": N_(
        "Somebody else saved this page while you were writing. What you wrote is still here: look"
        " at theirs in another window, then save again."
    ),
}


class Refused(Exception):
    """An act that the rules do not allow; `code` is one of `SENTENCES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = SENTENCES[code]
