"""Files that come with an answer: cleaned, sealed under the key of the packet, read by the desk
first and then by the worker; nobody else has them."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select, update

from grievance import storage
from grievance.accounts import verifying
from grievance.cases.operations import consenting, erasing, linking, shredding
from grievance.cases.operations.linking import Shown
from grievance.cases.operations.referring import About
from grievance.clock import now, real_now
from grievance.files.cleaning import CHILDREN
from grievance.questions import drafts
from grievance.referrals.models import PacketFile, ReferralAnswer
from grievance.vault.turns import Busy
from grievance.web.uploads import UploadLimits
from tests.cases.conftest import World
from tests.cast import browser
from tests.pages import read_page
from tests.partner_desk.conftest import Theirs
from tests.partner_desk.test_desk_papers import visiting

HERE = "company-hotline-template"
SLIP = "Paid on 10 April: 210,000 yen"
WORDS = {"words": "It was paid in April.", "reference": "HR-7"}
pytestmark = pytest.mark.usefixtures("loaded")


def picture() -> bytes:
    """A photo that tells where it was taken."""
    drawn = BytesIO()
    tags = Image.Exif()
    tags[0x010E] = "Plant 2, Suzuki"
    Image.new("RGB", (8, 8), "white").save(drawn, "JPEG", exif=tags)
    return drawn.getvalue()


def slip(text: str = SLIP, name: str = "slip.txt") -> tuple[BytesIO, str]:
    """A file as a browser sends it."""
    return BytesIO(text.encode()), name


@pytest.fixture
def firm(app: Flask, world: World) -> Theirs:
    """Something lies on the desk of a company, for two of its three people."""
    company = world.add_company()
    world.bring_to("accepted")
    world.on_desk(HERE, [one.id for one in company.people[:2]])
    world.session.commit()
    return Theirs(app, world)


def rows(theirs: Theirs) -> list[PacketFile]:
    """What came with answers."""
    theirs.world.session.expire_all()
    mine = select(PacketFile).where(PacketFile.answer_id.is_not(None))
    return list(theirs.world.session.scalars(mine.order_by(PacketFile.place)))


def blobs(theirs: Theirs) -> set[str]:
    """What lies in the store."""
    return set(theirs.world.site.blobs.ids())


def path_of_staff(theirs: Theirs) -> str:
    """The desk's page of the hand-over."""
    world = theirs.world
    return f"/staff/cases/{world.case.reference}/referrals/{world.referral.id}"


def path_of_worker(theirs: Theirs) -> str:
    """The worker's."""
    return f"/en/case/handover/{theirs.world.referral.id}"


def let_read(theirs: Theirs, *, words: bool = True) -> None:
    """Somebody at the desk reads it, and says whether the worker may."""
    world = theirs.world
    linking.read_reply(world.act(), About(world.referral, Shown(words=words)))
    world.session.commit()


def test_proof_goes_the_way_of_the_words(firm: Theirs) -> None:
    sent = [slip(), (BytesIO(picture()), "Suzuki scan.jpg")]
    assert firm.send(kind="disagree", **WORDS, proof=sent).status_code == 303
    one, two = rows(firm)
    page = firm.get()
    (listed,) = page.all("ul", data_proof="")
    links = [link.get("href") for link in listed.iter("a")]
    assert links == [f"{firm.path}/proof/{one.id}", f"{firm.path}/proof/{two.id}"]
    got = firm.by().get(links[0])
    assert got.get_data(as_text=True).strip() == SLIP
    assert "attachment" in got.headers["Content-Disposition"]
    photo = firm.by(1).get(links[1]).get_data()
    assert b"Suzuki" in picture()
    assert b"Suzuki" not in photo
    for row in (one, two):
        assert b"Suzuki" not in row.meta
        assert b"slip" not in row.meta
    for blob in blobs(firm):
        with firm.world.site.blobs.open(blob) as kept:
            assert SLIP.encode() not in kept.read()
    assert firm.by(2).get(links[0]).status_code == 404  # a colleague who was not named
    world = firm.world
    worker, mine = visiting(firm.app, world), path_of_worker(firm)
    assert "slip.txt" not in read_page(worker.get(mine)).main
    assert worker.get(f"{mine}/proof/{one.id}").status_code == 404
    assert worker.get(f"{mine}/files/{one.id}").status_code == 404
    handler = browser(firm.app, world.session, world.handler)
    desk = read_page(handler.get(path_of_staff(firm)))
    assert "slip.txt" in desk.main
    got = handler.get(f"{path_of_staff(firm)}/proof/{one.id}")
    assert got.get_data(as_text=True).strip() == SLIP
    assert handler.get(f"{path_of_staff(firm)}/copies/{one.id}").status_code == 404
    let_read(firm)
    shown = read_page(worker.get(mine))
    assert "slip.txt" in shown.main
    got = worker.get(f"{mine}/proof/{one.id}")
    assert got.get_data(as_text=True).strip() == SLIP
    ring = firm.app.config["KEY_RING"]
    assert verifying.verify(world.session, event_key=ring.event_key).broken == []


def test_words_that_the_worker_may_not_read_keep_their_proof(firm: Theirs) -> None:
    firm.send(kind="disagree", **WORDS, proof=[slip()])
    let_read(firm, words=False)
    worker, mine = visiting(firm.app, firm.world), path_of_worker(firm)
    assert "slip.txt" not in read_page(worker.get(mine)).main
    assert worker.get(f"{mine}/proof/{rows(firm)[0].id}").status_code == 404


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ([slip("", "empty.txt")], "empty.txt is empty."),
        ([(BytesIO(b"\x7fELF" + bytes(60)), "a.exe")], "We cannot take a.exe."),
        ([slip(), (BytesIO(b"%PDF-1.7 nothing"), "b.pdf")], "We could not read b.pdf."),
        ([slip() for _ in range(11)], "up to 10 files at once"),
        ([slip("x" * 5000, "c.txt")], "c.txt is larger than 10 MB"),
    ],
)
def test_a_file_that_is_refused_leaves_the_words_and_nothing_else(
    firm: Theirs, sent: list[tuple[BytesIO, str]], why: str
) -> None:
    before = blobs(firm)
    firm.app.config["UPLOAD_LIMITS"] = UploadLimits(file=4000)
    page = read_page(firm.send(kind="disagree", **WORDS, proof=sent))
    assert page.status == 422
    assert why in page.errors["proof"]
    assert WORDS["words"] in page.html
    assert WORDS["reference"] in page.html
    assert blobs(firm) == before
    assert rows(firm) == []
    assert firm.row.state == "delivered"


def test_a_cleaner_that_is_busy_and_a_store_that_is_away_are_said(
    firm: Theirs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise Busy(2)

    with monkeypatch.context() as patched:
        patched.setattr(type(CHILDREN), "hold", busy)
        page = read_page(firm.send(kind="disagree", **WORDS, proof=[slip()]))
    assert "could not be checked just now" in page.errors["proof"]

    def away(*_: object) -> None:
        raise OSError("away")

    with monkeypatch.context() as patched:
        patched.setattr(storage.FolderBlobs, "put", away)
        page = read_page(firm.send(kind="disagree", **WORDS, proof=[slip()]))
    assert "No file could be kept" in page.errors["proof"]
    assert WORDS["words"] in page.html


def test_words_that_are_missing_say_that_the_file_is_chosen_again(firm: Theirs) -> None:
    before = blobs(firm)
    page = read_page(firm.send(kind="disagree", proof=[slip()]))
    assert set(page.errors) == {"words", "proof"}
    assert "Choose them again" in page.errors["proof"]
    assert blobs(firm) == before


def test_sent_twice_it_is_kept_once_and_a_changed_page_keeps_none(firm: Theirs) -> None:
    page = firm.get()
    assert firm.send(kind="time", by_day="2026-12-20", proof=[slip()], page=page).status_code == 303
    there = blobs(firm)
    assert firm.send(kind="time", by_day="2026-12-20", proof=[slip()], page=page).status_code == 303
    assert len(rows(firm)) == 1
    assert blobs(firm) == there
    old = read_page(firm.send(kind="time", by_day="2026-12-21", proof=[slip()], page=page))
    assert old.status == 409
    assert "Choose them again" in old.errors["proof"]
    assert blobs(firm) == there


def test_recall_takes_it_from_them_and_erasing_takes_it_from_all(firm: Theirs) -> None:
    firm.send(kind="disagree", **WORDS, proof=[slip()])
    (row,) = rows(firm)
    blob, world = row.blob.hex, firm.world
    consenting.recall(world.own(), world.referral.mechanism)
    world.session.commit()
    assert firm.by().get(f"{firm.path}/proof/{row.id}").status_code == 404
    act = world.act(now=real_now())
    shredding.shred(act, *erasing.reached(act), ground="retention")
    world.session.commit()
    assert rows(firm) == []
    assert blob in drafts.left(world.session, 100)


def test_a_file_that_was_swapped_or_taken_away_is_seen(firm: Theirs) -> None:
    firm.send(kind="disagree", **WORDS, proof=[slip(), slip("Another", "b.txt")])
    one, two = rows(firm)
    session = firm.world.session
    session.execute(update(PacketFile).where(PacketFile.id == two.id).values(answer_id=None))
    session.commit()
    handler = browser(firm.app, session, firm.world.handler)
    firm.app.config["PROPAGATE_EXCEPTIONS"] = False
    assert handler.get(f"{path_of_staff(firm)}/proof/{one.id}").status_code == 500
    assert firm.by().get(f"{firm.path}/copies/{two.id}").status_code != 200


def test_copies_hold_what_was_read(firm: Theirs) -> None:
    firm.send(kind="disagree", **WORDS, proof=[slip()])
    world = firm.world
    worker = visiting(firm.app, world)

    def copied() -> ZipFile:
        page = read_page(worker.get("/en/case/copy"))
        return ZipFile(BytesIO(worker.post("/en/case/copy", data=page.fields()).get_data()))

    assert not [one for one in copied().namelist() if "from-them" in one]
    let_read(firm)
    made = copied()
    (name,) = [one for one in made.namelist() if "from-them" in one]
    assert made.read(name).decode().strip() == SLIP
    handler = browser(firm.app, world.session, world.handler)
    where = f"/staff/cases/{world.case.reference}/export"
    typed = {**read_page(handler.get(where)).fields(), "reason": "review", "shape": "zip"}
    answer = handler.post(where, data={one: typed[one] for one in typed if typed[one]})
    staff = ZipFile(BytesIO(answer.get_data()))
    assert staff.read("files/from-them-01-slip.txt").decode().strip() == SLIP


def test_a_body_without_an_account_sends_it_over_its_link(app: Flask, world: World) -> None:
    world.bring_to("accepted")
    world.hand_over("delivered")
    door = world.open_door()
    world.session.commit()
    client, path = browser(app, world.session), f"/reply/{door.token}"
    page = read_page(client.get(f"{path}?lang=en"))
    client.post(f"{path}?lang=en", data={**page.fields(), "code": door.code})
    page = read_page(client.get(f"{path}?lang=en"))
    sent = {**page.fields(), "kind": "accepted", "words": "We look.", "proof": [slip()]}
    assert client.post(f"{path}/answer?lang=en", data=sent).status_code == 303
    world.session.expire_all()
    (row,) = world.session.scalars(select(PacketFile)).all()
    shown = read_page(client.get(f"{path}?lang=en"))
    assert "slip.txt" in shown.main
    got = client.get(f"{path}/proof/{row.id}")
    assert got.get_data(as_text=True).strip() == SLIP
    # another link later: it may be somebody else
    again = world.open_door()
    world.session.commit()
    other, path = browser(app, world.session), f"/reply/{again.token}"
    page = read_page(other.get(f"{path}?lang=en"))
    other.post(f"{path}?lang=en", data={**page.fields(), "code": again.code})
    assert "slip.txt" not in read_page(other.get(f"{path}?lang=en")).main
    assert other.get(f"{path}/proof/{row.id}").status_code == 404
    assert client.get(f"{path}/proof/{row.id}").status_code == 404
    answer = world.session.scalars(select(ReferralAnswer)).one()
    assert answer.at <= now()
