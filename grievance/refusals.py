"""The one way in which an act is refused, and the sentence for each reason.

Every verb of every room raises `Refused` with a code of this list before anything is written. The
sentences are what staff read; a worker's page has fewer and gentler words of its own.
"""

from __future__ import annotations

from grievance.i18n import N_, gettext

_CHANGED = N_("This is not what the person was shown. Show it again and ask again.")
_NOTHING_WAITS = N_("Nothing waits for a second person any more.")
_PROPOSED = ["proposed"]
_PROPOSED += [f"{what}_proposed" for what in ["decline", "close", "erase", "extend"]]
_TOO_BIG = N_("This file is larger than 10 MB. Choose a smaller one.")

SENTENCES: dict[str, str] = {
    # people and keys
    "used": N_("This link was used already or is too old. Ask for a new one."),
    "founded": N_("This place is founded already. Sign in, or ask for an invitation."),
    "address_taken": N_("Somebody here has this address already."),
    "role": N_("Nobody can be given this role."),
    "own_role": N_("Nobody changes their own role. Ask somebody else who manages people."),
    "not_member": N_("This person is not a member any more."),
    "elsewhere": N_(
        "Whoever has this address was at another organisation here. Use another address of theirs."
    ),
    "closed_partner": N_("This partner was closed. Open it again before you invite anybody."),
    "body_taken": N_("This body is a partner already. Look at the list again."),
    "no_body": N_("This entry tells of a kind of body, or is closed. Choose the body itself."),
    "corporate_number": N_(
        "This is no corporate number: thirteen digits, the first of which checks the others."
    ),
    "seat": N_("Say what this person does in the company, and ask what they must never read."),
    "unchecked": N_("Confirm the company's number and a contact first."),
    "key_confirmed": N_("Somebody has confirmed this key already. Look at the list again."),
    "last_holder": N_(
        "Nobody else holds the key. Give the key to another member first, or every case is lost."
    ),
    "unread": N_(
        "Nobody could open one of the open cases then: everybody else has a conflict of interest "
        "in it. Give the key to another member first."
    ),
    "takes": N_("This person cannot take the cases. Choose somebody else, or nobody."),
    "factor_needed": N_("Your role needs a second step. Set up another one first."),
    "passkeys_enough": N_("You have five passkeys. Take one off first."),
    "last_manager": N_("Nobody else manages people. Invite another director or administrator."),
    "days": N_("The last day comes before the first. Look at both again."),
    "days_over": N_("These days have passed already."),
    "days_far": N_("Write days of the next two years; sixty entries at most."),
    "closed_twice": N_("One of these days is closed already. Look at the list again."),
    "closed_long": N_("Nobody would read for more than four weeks. Leave a day open in between."),
    "country": N_("The public holidays of this country are not known here."),
    "deputy": N_("Choose a colleague who works on cases, holds the key and is not away."),
    "decided": N_("Somebody has decided this already. Look at the list again."),
    "not_holder": N_("You do not hold the key of this organisation, so you cannot give it."),
    "fingerprint": N_(
        "These are not the six words of their key. Ask them to read them to you again, from their"
        " own page."
    ),
    "own_request": N_("You asked for this key yourself. Another member who holds it approves."),
    "others_approve": N_("A lead or director who did not ask for it approves this key."),
    "key_too_early": N_(
        "Nobody else holds the key, so 48 hours have to pass before you approve what you asked for"
        " yourself. The person was told by letter."
    ),
    "holders_left": N_("Another member still holds the key. Ask them to approve."),
    "no_way_back": N_("No director or lead who has held the key has this address or this name."),
    "way_back_early": N_("Another member holds the key, so this link does not work yet."),
    "sheet": N_("This is not the recovery sheet of this organisation. Look for the newest one."),
    "changed": N_(
        "Somebody else saved this page while you were writing. What you wrote is still here: look"
        " at theirs in another window, then save again."
    ),
    # standing behind a channel
    "no-value": N_("There is no value to confirm. Choose the second row and write what you saw."),
    "bad-value": N_("This cannot be right for its kind. Write it exactly as the page does."),
    "bad-page": N_("Enter the whole address of the page, beginning with http."),
    "future-day": N_("This day is still to come. Enter the day on which you looked."),
    "not-a-person": N_("Only a person can stand behind a value."),
    "unknown": N_("This entry is not there any more."),
    # files
    **dict.fromkeys(("too_big", "body_too_big"), _TOO_BIG),
    "too_many_files": N_("Choose one file only."),
    "unsupported": N_(
        "This is another kind of file. These work: photos (jpg, png, heic, webp, gif), PDF, Word "
        "and Excel (docx, xlsx), text, sound (mp3, m4a, ogg, wav, amr) and video (mp4, mov)."
    ),
    "too_many_pixels": N_("This picture is very large. Make it smaller first."),
    "too_many_pages": N_("This has more than 50 pages. Choose a shorter one."),
    "encrypted_pdf": N_("This is locked with a password. Choose a copy without it."),
    "broken": N_("This file could not be read. Choose another copy."),
    "empty": N_("This file is empty."),
    "no_room": N_("There is no room for this file right now. Send it again in an hour."),
    # hand-overs and their packets
    "not_now": N_("This cannot be done to the hand-over now. Look at it again."),
    "frozen": N_("This packet is final. Make a new one to change something."),
    "not_frozen": N_("This packet is not final yet."),
    "superseded": N_("A newer packet has taken the place of this one."),
    "other_case": N_("This packet belongs to something else."),
    "recipient": N_("This packet was made for another body."),
    **dict.fromkeys(("digest", "purpose", "form", "ends_on"), _CHANGED),
    "parts": N_("The person ticked other parts than this packet holds. Make a packet of those."),
    "answer": N_("Say yes or no."),
    "ended": N_("The time that the person agreed to is over. Ask again."),
    "past": N_("The day on which the consent ends must be in the future."),
    "provisional": N_(
        "Somebody else has seen the code this was answered with, so it counts as recorded by staff."
    ),
    "recorder": N_("Say who recorded this answer."),
    "consent_words": N_("Write what was read out and what the person answered."),
    "immigration_warning": N_(
        "This body may tell immigration. The person must have read that warning and agreed to it."
    ),
    "refugee": N_(
        "This person fears their own government. Nothing goes to an authority of that country."
    ),
    "consent": N_("The person has not agreed to this hand-over."),
    "recalled": N_("The person has taken the consent back."),
    "channel": N_("Choose how it was handed over."),
    "by": N_("Choose who hands it over."),
    "date": N_("This day is in the future or before the hand-over."),
    "delivered": N_("This packet has gone out already. Make a new hand-over."),
    "parallel": N_("A hand-over to this body is under way already."),
    "no_grant": N_("You do not hold the key of this packet."),
    "kind": N_("Choose what the body answered."),
    "form_code": N_("Choose with name, under another name, or without identity."),
    "pseudonym": N_("Choose the other name under which this is handed over."),
    "part": N_("There is no such part."),
    "language": N_("This document is not made in that language."),
    "untranslated": N_(
        "Words of the worker stand in this document in a language that its reader does not read."
        " They are named on this page: translate them first. A document that was changed needs a"
        " new yes."
    ),
    "no_desk": N_("This body has no desk here. Choose another way."),
    "named_only": N_(
        "The worker agreed that only the people who were named read this, on their desk here. Ask"
        " for a new yes before it goes any other way."
    ),
    "reader": N_("Somebody you named cannot read for this company now. Choose again."),
    "link_over": N_("There is no reply link that could be used. Make a new one."),
    "next_chase": N_("The day to ask again must be in the future."),
    # copies of a case, and who it is about
    "folded": N_("Who it is about is folded for your role. Open it on the page of the case first."),
    "no_font": N_(
        "A letter in it has no font of ours, so there is no PDF. Choose a page to print."
    ),
    # cases
    "actor": N_("Your role does not allow this."),
    "state": N_("The case has moved on, so this cannot be done any more."),
    "recused": N_("There is a conflict of interest: this case is not yours to work on."),
    "not_acknowledged": N_("The worker was told already that a person has read the report."),
    "assigned": N_("Nobody answers for this case yet. Take it or give it to somebody first."),
    "reissue_allowed": N_(
        "The worker asked us never to replace a lost code. We may not issue another one."
    ),
    "same_person": N_("A second person has to issue the code: you asked for it."),
    "passage": N_("Only the worker's story and the thread with them can be translated here."),
    "interpreter_allowed": N_(
        "The worker has not said that an interpreter may read this. Ask them: their page does."
    ),
    "interpreter": N_(
        "This person does not interpret here, or nobody has heard the six words of their key yet."
    ),
    "interpreter_conflict": N_("They have to do with somebody in this case. Choose another one."),
    "reminder_day": N_("This day is over. Choose today or a later day."),
    "reminders_many": N_("You have twenty reminders in this case. Be done with one first."),
    "given_day": N_("This day is over. Write a day by which you need the translation."),
    "other_side": N_("Write who is on the other side."),
    "not_given": N_("This passage is not in these hands any more. Look at the list again."),
    "declare": N_("Say first that you have nothing to do with anybody in this case."),
    "translation": N_("Write the translation."),
    "passage_changed": N_(
        "The passage was changed after it was given, so this is no translation of what it says now."
        " Give it again."
    ),
    "not_to_verify": N_("This one is checked already, yours, or older than the original is now."),
    "assignee": N_("This person does not work on cases or does not hold the key yet."),
    "colleague_away": N_("This colleague is away. Choose somebody who is there."),
    "severity": N_("Somebody is in danger: the severity is high or critical then."),
    "issues": N_("Choose the main problem."),
    "not_taken": N_("Somebody has this case already."),
    "comes_back": N_("This is a tip. Nobody comes back to it, so nobody can answer."),
    "file": N_("This file belongs to another case."),
    "reason": N_("Choose why."),
    "door": N_("Name another door."),
    "own_or_lead": N_("Only who has the case, or a lead, can give it back."),
    "own_case": N_("Only who has the case, or looks after it meanwhile, can pass it on."),
    "other": N_("There is no such case, or somebody is changing it right now."),
    "too_late": N_("More than a year has passed. The worker can file a new report."),
    "appeal_first": N_("The worker can still ask for a second look. That comes first."),
    "not_appealed": N_("The worker had a second look already."),
    "on": N_("Write a day after the report that is not in the future."),
    "danger": N_("Somebody is in danger: open the case and act first."),
    # a second person, a conflict of interest
    "nothing_proposed": N_("A decision on this case waits for a second person already."),
    **dict.fromkeys(_PROPOSED, _NOTHING_WAITS),
    "may_extend": N_("Who has the case does so, while nobody is in danger and nothing waits."),
    "pausable": N_("Nothing of this kind is waited for, or no clock of ours can be stopped now."),
    "extendable": N_("This day cannot be moved, or was moved twice already, or has passed."),
    "later_day": N_("Choose a later day on which somebody reads, within what may be added."),
    "proposer": N_("You proposed this. A second person has to decide it."),
    "too_early": N_("You decide alone, so 48 hours have to pass before you confirm."),
    "one_hand": N_(
        "One person alone let one of you two in, or both. For 30 days you count as one person:"
        " a third has to decide."
    ),
    "heard_before": N_(
        "The worker asked for a second look: somebody who did not decide before has to agree."
    ),
    "hears_own": N_(
        "The worker asked for a second look at what was proposed by this person. Somebody else"
        " has to see to it."
    ),
    "own_escalation": N_(
        "You had this case when it became overdue. Another lead or director sees to it."
    ),
    "escalated_to_them": N_(
        "Somebody has seen to this escalation already, or it did not reach you."
    ),
    "person": N_("This person does not work on cases, or stepped aside already."),
    "last_one": N_("Nobody else could read this case then. Give somebody the key first."),
    "conflict_declared": N_("No conflict of interest waits for your word any more."),
    "conflict_to_lift": N_(
        "There is nothing that you can lift: you declared it, it is yours, or it is gone."
    ),
    "declarer": N_("You declared it. Who is meant, or a second person, has to agree."),
    "lifter": N_("Only a director who neither declared it nor is meant can lift it."),
    # remedies
    "remedy_kind": N_("Choose what kind of remedy it is."),
    "stands": N_("Choose how far it is."),
    "remedy_words": N_("Write what it is."),
    "currency": N_("Choose the currency of the amount."),
    "due_on": N_("Write by which day it was promised, within ten years."),
    "arrived_on": N_("Write on which day it arrived: today or before."),
    "item": N_("This remedy belongs to another case."),
    "items": N_("The promises changed meanwhile. Look at them again."),
    "agree_first": N_(
        "Write it down as offered, with its day. Then record that the worker agreed to it."
    ),
    "agreed_already": N_(
        "The worker said yes to this promise. Write down only what came. If something else is "
        "offered, record that it was not kept, and ask the worker anew."
    ),
    "offers": N_("Choose offers that have a day by which they are promised."),
    "something_promised": N_("Write down first what is offered or promised, and by when."),
    "sums": N_(
        "Less is written down as received than was agreed. If more has come since, write the"
        " sum down at the remedy first."
    ),
    "how": N_("Write how the worker said it."),
    # closing
    "words": N_("Write what was read out and what the worker answered."),
    "rating": N_("Choose a number from 1 to 5."),
    "way": N_("Choose how."),
    "note": N_("Write what happened."),
    "result": N_("Choose what came of it."),
    "remedied": N_(
        "Not everything promised is written down as arrived. Do that first, or choose another."
    ),
    "partly": N_("No remedy is written down as arrived, not even a part. Do that first."),
    "reached": N_("The worker agreed to close, so they could be reached. Choose another."),
    "sign_off": N_("The worker has to agree first, or two tries to reach them over 30 days."),
    "open_bodies": N_(
        "A body still has this case or was asked about. Record its end or take it back first."
    ),
    "worker_waits": N_("The worker wrote to us. Answer them first."),
    # erasing
    "erasure_not_asked": N_("The worker asked for this already."),
    "erasure_to_stop": N_("Nothing waits any more that the worker could stop."),
    "ground": N_("Choose why the case is to be deleted."),
    "target": N_("There are no words of ours there that could be corrected."),
    "corrected": N_("Write how it should read. It has to be different from what stands there."),
    "nothing_new": N_("Nothing is different from what stands there already."),
    "why": N_("Write how you know that."),
    "not_asked": N_("The worker has not asked for it on their page, or took that back."),
    "still_open": N_("The case is open. It is deleted only when the worker asks for it."),
    "appeal_open": N_("The worker's second look is not answered yet. That comes first."),
    "kept_on": N_("The time for which you keep a closed case is not over yet."),
    "tell_first": N_(
        "The worker took something back, and a body was not told yet. Tell it first, for nobody can"
        " when the case is gone."
    ),
    "open_or_wanted": N_("The case is over, and its worker waits for nothing."),
    # after the end
    "check_runs": N_("The worker is not asked any more how they are."),
    "open_or_checked": N_("The case is over, and its worker is not asked any more how they are."),
    "check_said": N_("This is no answer to the question how they are."),
    "linked_busy": N_(
        "A case that is linked to this one is being changed right now. Nothing was deleted. Try "
        "again in a minute."
    ),
    "notice": N_("The worker is told 30 days before on their page, and those are not over yet."),
}
CODES = frozenset(SENTENCES)


class Refused(Exception):
    """An act that the rules do not allow; `name` is what the sender called a file, never told."""

    def __init__(self, code: str, name: str = "") -> None:
        super().__init__(code)
        self.code, self.name = code, name

    @property
    def sentence(self) -> str:
        """Why, as staff read it, in the language being spoken."""
        return gettext(SENTENCES[self.code])
