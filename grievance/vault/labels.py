"""The one registry of labels. A value stands in ciphertexts for ever: add lines, never rename one.

`Label` names where a sealed value lives (`<thing>.<column>/<format>`); `Derive` names what a
derived key, MAC or hash is for. The same secret under two labels gives two unrelated keys.
"""

from enum import StrEnum


class Label(StrEnum):
    """The place of a sealed value, part of its AAD: a value moved to another column is refused."""

    # the case: story, identity and internal compartments
    CASE_ANSWERS = "case.answers/1"
    CASE_IDENTITY = "case.identity/1"
    CASE_NARRATIVE = "case.narrative/1"
    CASE_PROFILE = "case.profile/1"
    CASE_WAGES = "case.wages/1"
    CASE_SUGGESTION = "case.suggestion/1"
    CASE_NOTE = "case.note/1"
    OWN_REMINDER = "own-reminder.words/1"
    CASE_DECISION = "case.decision/1"
    CASE_KEY = "case.key/1"
    NOTE_OPENING = "note.opening/1"
    MESSAGE_BODY = "message.body/1"
    MESSAGE_TRANSLATION = "message.translation/1"
    PASSAGE_TRANSLATION = "passage.translation/1"
    STAFF_MESSAGE = "staff.message/1"
    EVENT_DETAIL = "event.detail/1"
    LIMITATION_FACTS = "limitation.facts/1"
    OUTCOME_WORDS = "outcome.words/1"
    FEEDBACK_WORDS = "feedback.words/1"
    REMEDY_FACTS = "remedy.facts/1"
    ATTEMPT_NOTE = "attempt.note/1"
    OVERRIDE_REASON = "override.reason/1"
    CORRECTION_STORY = "correction.story/1"
    CORRECTION_IDENTITY = "correction.identity/1"
    CORRECTION_INTERNAL = "correction.internal/1"
    MEMBER_NAME = "member.name/1"  # a further member of a group, read by the operator only

    # files
    FILE_META = "file.meta/1"
    FILE_KEY = "file.key/1"
    FILE_BODY = "file.body/1"

    # hand-over
    CONSENT_WORDS = "consent.words/1"
    REFERRAL_NOTE = "referral.note/1"
    REFERRAL_ANSWER = "referral.answer/1"
    PACKET_CONTENT = "packet.content/1"
    PACKET_DRAFT = "packet.draft/1"
    PACKET_FILE = "packet.file/1"
    PACKET_KEY = "packet.key/1"
    PACKET_READERS = "packet.readers/1"
    ASSIGNED_KEY = "assigned.key/1"  # of a passage that was given to an interpreter
    ASSIGNED_CONTENT = "assigned.content/1"
    ASSIGNED_SAID = "assigned.said/1"
    REPLY_BODY = "reply.body/1"
    REPLY_SESSION = "reply.session/1"
    DESK_ITEM_NOTE = "desk-item.note/1"

    # finding cases
    SEARCH_CHUNK = "search.chunk/1"
    SEARCH_KEY = "search.key/1"

    # drafts, sessions, outbox
    DRAFT_ANSWERS = "draft.answers/1"
    DRAFT_KEY = "draft.key/1"
    DRAFT_RECEIPT = "draft.receipt/1"
    WORDS_KEPT = "words.kept/1"
    OUTBOX_MESSAGE = "outbox.message/1"
    RECEIPT_SESSION = "receipt.session/1"
    STAFF_SESSION = "staff.session/1"
    STAFF_ENTRY = "staff.entry/1"

    # people and organisations
    MEMBER_KEY = "member.key/1"
    MEMBERSHIP_KEY = "membership.key/1"
    ORGANISATION_KEY = "organisation.key/1"
    RECOVERY_KEY = "recovery.key/1"
    SECOND_FACTOR_SECRET = "second-factor.secret/1"  # noqa: S105  a label, not a secret
    PASSKEY = "passkey.kept/1"
    STAFF_ADDRESS = "staff.address/1"
    WORKER_ADDRESS = "worker.address/1"
    PERSON_NAME = "person.name/1"
    PERSON_CONTACT = "person.contact/1"
    ORGANISATION_NOTE = "organisation.note/1"
    KEY_REQUEST_NOTE = "key-request.note/1"
    BACKUP_RING = "backup.ring/1"


class Derive(StrEnum):
    """What a derived key, MAC or hash is for."""

    CHECK = "check/1"
    RECEIPT_TAG = "receipt tag/1"
    RECEIPT_KEY = "receipt key/1"
    REPLY_KEY = "reply key/1"
    MEMBER_KEK = "member kek/1"
    PUBLIC_KEY = "public key/1"
    GRANT = "grant/1"
    SESSION_KEY = "session key/1"
    SESSION_SECRET = "session secret/1"  # noqa: S105  a label, not a secret
    FINGERPRINT = "fingerprint/1"
    HEADS = "heads/1"
    ANCHOR = "anchor/1"
    ANCHOR_COUNTED = "anchor/2"
    EVENT = "event/1"
    EVENT_HEAD = "event head/1"
    JOB_EVENTS = "job events/1"
    READ = "read/1"
    LEDGER = "recall ledger/1"
    BACKUP_MANIFEST = "backup manifest/1"
    BACKUP_PASSPHRASE = "backup passphrase/1"  # noqa: S105  a label, not a secret
    LETTER_TAG = "letter tag/1"
    LETTER_CODE = "letter code/1"
    LETTER_TRY = "letter try/1"
    LETTER_DAY = "letter day/1"
    SECOND_FACTOR = "second factor/1"
    RECOVERY_CODE = "recovery code/1"
    PASSKEY = "passkey/1"
    NOTE = "dated note/1"
    NOTE_DIGEST = "dated note digest/1"
    FORM_TOKEN = "form token/1"  # noqa: S105  a label, not a secret
