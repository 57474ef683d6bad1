"""Drafts: sealed, found only with their cookie, lost to nobody, gone in time."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from grievance.clock import real_now
from grievance.questions import drafts, jobs
from grievance.questions.bank import shipped
from grievance.questions.models import Draft, DraftBlob
from grievance.storage import FolderBlobs
from grievance.vault import receipts
from grievance.vault.values import Tampered

CANARY = "Nguyen Thi Linh, unpaid since August"


@pytest.fixture
def ring(app):
    """The keys of the web process."""
    return app.config["KEY_RING"]


def begin(session, ring, **options):
    secret, draft = drafts.start(session, ring, real_now(), **options)
    session.flush()
    return secret, draft


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def stored():
    sizes = {"size": 9, "clean_size": 9}
    return {"id": uuid4().hex, "clean_blob": uuid4().hex, "name": "pay.png", **sizes}


class Away(FolderBlobs):
    """A store that stops answering after so many calls."""

    answers = 0

    def delete(self, blob):
        if not self.answers:
            raise OSError("away")
        self.answers -= 1
        super().delete(blob)


def test_nothing_of_a_draft_can_be_read_in_the_database(session, ring):
    secret, draft = begin(session, ring)
    drafts.save(draft, {"what-happened": CANARY, "name": CANARY}, real_now(), seen="what-happened")
    drafts.add_file(session, draft, stored() | {"name": CANARY}, real_now())
    drafts.draw_codes(draft, ["worker"], real_now())
    session.flush()
    row = session.execute(text("SELECT * FROM draft")).mappings().one()
    dumped = b"".join(v if isinstance(v, bytes) else str(v).encode() for v in row.values())
    for hidden in (CANARY, "what-happened", secret, draft.codes["worker"]):
        assert hidden.encode() not in dumped
    opened = drafts.load(session, ring, secret, real_now())
    assert opened.answers["what-happened"] == CANARY
    assert opened.codes == draft.codes
    assert CANARY not in repr(opened)
    assert opened.codes["worker"] not in repr(opened)


def test_the_same_words_take_the_same_room_so_length_tells_little(session, ring):
    _, short = begin(session, ring, answers={"name": "Li"})
    _, longer = begin(session, ring, answers={"name": "Nguyen Thi Linh"})
    assert len(short.row.answers) == len(longer.row.answers)


def test_another_cookie_or_another_row_opens_nothing(session, ring):
    secret, draft = begin(session, ring, answers={"name": CANARY})
    other_secret, other = begin(session, ring)
    assert drafts.load(session, ring, "", real_now()) is None
    assert drafts.load(session, ring, secret + "x", real_now()) is None
    other.row.answers = draft.row.answers
    session.flush()
    assert drafts.load(session, ring, other_secret, real_now()) is None
    with pytest.raises(Tampered):
        drafts.open_json(
            other.key, drafts._place(other.row, drafts.Label.DRAFT_ANSWERS), draft.row.answers
        )


def test_two_tabs_add_their_own_answers_to_what_the_row_holds(session, ring):
    secret, draft = begin(session, ring)
    drafts.save(draft, {"goal": "money"}, real_now(), seen="wants")
    session.flush()
    for answers, page in (({"company": "Aoba"}, "company"), ({"location": "japan"}, "place")):
        tab = drafts.load(session, ring, secret, real_now(), lock=True)
        drafts.save(tab, answers, real_now(), seen=page)
        session.flush()
    after = drafts.load(session, ring, secret, real_now())
    assert after.answers == {"goal": "money", "company": "Aoba", "location": "japan"}
    assert after.seen == ["wants", "company", "place"]
    assert after.row.version == 4


def test_an_empty_answer_takes_an_earlier_one_back(session, ring):
    _, draft = begin(session, ring, answers={"company": "Aoba", "also": ["health"]})
    drafts.save(draft, {"company": "", "also": []}, real_now())
    assert draft.answers == {}


def test_a_phone_of_ones_own_keeps_answers_for_a_day(session, ring):
    now = real_now()
    _, draft = begin(session, ring)
    assert draft.row.expires_at <= now + drafts.SHARED + timedelta(minutes=1)
    drafts.save(draft, {"phone": "own"}, now)
    assert draft.row.expires_at == now + drafts.OWN
    assert not draft.row.shared_phone


def test_the_finder_goes_on_as_a_filing_with_its_answers(session, ring):
    secret, draft = begin(session, ring, kind="finder", answers={"problem": "money"})
    drafts.become_filing(draft, {"who": "own"}, real_now())
    session.flush()
    after = drafts.load(session, ring, secret, real_now())
    assert (after.row.kind, after.answers) == ("file", {"problem": "money", "who": "own"})


def test_codes_are_drawn_once_and_a_helper_adds_one(session, ring):
    _, draft = begin(session, ring)
    drafts.draw_codes(draft, ["worker"], real_now())
    first = dict(draft.codes)
    drafts.draw_codes(draft, ["worker"], real_now())
    assert draft.codes == first
    drafts.draw_codes(draft, ["worker", "helper"], real_now())
    assert draft.codes["worker"] == first["worker"]
    assert receipts.parse(draft.codes["helper"]) != first["worker"]


def test_a_sent_draft_holds_only_its_code_and_for_an_hour(session, ring):
    secret, draft = begin(session, ring, answers={"name": CANARY, "who": "own"})
    drafts.add_file(session, draft, stored(), real_now())
    drafts.draw_codes(draft, ["worker"], real_now())
    now = real_now()
    drafts.mark_sent(session, draft, now)
    session.flush()
    after = drafts.load(session, ring, secret, now)
    assert after.sent
    assert after.answers == {"who": "own"}
    assert after.codes["worker"]
    assert after.row.expires_at == now + drafts.SENT
    assert count(session, DraftBlob) == 0
    drafts.save(after, {"name": "again"}, now)
    assert after.answers == {"who": "own"}
    assert drafts.load(session, ring, secret, now + timedelta(minutes=61)) is None


def test_a_file_taken_out_names_its_blobs(session, ring):
    _, draft = begin(session, ring)
    one, two = stored(), stored() | {"clean_blob": ""}
    drafts.add_file(session, draft, one, real_now())
    drafts.add_file(session, draft, two, real_now())
    assert drafts.drop_file(session, draft, one["id"], real_now()) == [one["id"], one["clean_blob"]]
    assert drafts.drop_file(session, draft, one["id"], real_now()) == []
    assert drafts.forget(session, draft) == [two["id"]]
    assert count(session, Draft) == 0
    waiting = {one["id"], one["clean_blob"], two["id"]}
    assert set(drafts.left(session, 9)) == waiting
    assert drafts.unsent(session) == len(waiting) * drafts.STEP  # until the store let go of them


def test_drafts_that_ran_out_go_with_their_blobs_and_others_stay(session, ring, tmp_path):
    blobs = FolderBlobs(tmp_path)
    kept_secret, kept = begin(session, ring)
    drafts.save(kept, {"phone": "own"}, real_now())
    _, old = begin(session, ring)
    file = stored()
    for blob in (file["id"], file["clean_blob"]):
        blobs.put(blob, b"sealed")
    drafts.add_file(session, old, file, real_now())
    session.flush()
    gone = jobs.purge(session, blobs, real_now() + drafts.SHARED + timedelta(minutes=1))
    assert gone == 1
    assert not blobs.exists(file["id"])
    assert (count(session, Draft), count(session, DraftBlob)) == (1, 0)
    assert drafts.load(session, ring, kept_secret, real_now())


def test_one_run_leaves_no_draft_that_ran_out_however_many_there_are(session, ring, tmp_path):
    begin(session, ring)
    columns = "kind, state, shared_phone, answers, receipt, version, created_at, expires_at"
    session.execute(
        text(
            f"INSERT INTO draft (id, token_hash, filing_id, {columns}) SELECT gen_random_uuid(), "
            f"sha256(n::text::bytea), gen_random_uuid(), {columns} FROM draft, "
            "generate_series(1, 2500) n"
        )
    )
    assert jobs.purge(session, FolderBlobs(tmp_path), real_now() + drafts.OWN) == 2501
    assert count(session, Draft) == 0


@pytest.mark.parametrize("answers", [0, 1])
def test_a_blob_that_the_store_did_not_delete_waits_for_the_next_run(
    session, ring, tmp_path, answers
):
    blobs, file = Away(tmp_path), stored()
    blobs.answers = answers
    for blob in (file["id"], file["clean_blob"]):
        blobs.put(blob, b"sealed")
    _, draft = begin(session, ring)
    drafts.add_file(session, draft, file, real_now())
    session.flush()
    late = real_now() + drafts.SHARED + timedelta(minutes=1)
    assert jobs.purge(session, blobs, late) == 1
    assert (count(session, Draft), count(session, DraftBlob)) == (0, 2 - answers)
    blobs.answers = 9
    assert jobs.purge(session, blobs, late) == 0
    assert count(session, DraftBlob) == 0
    assert list(blobs.ids()) == []


def test_what_stands_beside_the_phone_says_how_long_a_draft_lies():
    asked = shipped().questions["phone"]
    hours = drafts.SHARED // timedelta(hours=1)
    assert f"{hours} hours" in str(asked.help)
    assert "close the browser" not in str(asked.help)
