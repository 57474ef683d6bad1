"""Files at the desk, and filing for somebody who called."""

from __future__ import annotations

import errno
import io

from PIL import Image

from grievance.cases import files
from grievance.files import cleaning
from grievance.storage import FolderBlobs
from tests.cast import NOW
from tests.faults.staff import form_of
from tests.pages import read_page


def attach(house, filed):
    """A text file sent by the worker."""
    site = house.app.config["SITE"]
    stored = files.keep(site.blobs, "Ngày 3: 14 giờ\n".encode(), "ghi chú.txt")
    opened = filed.open(house.session)
    file = files.attach(house.session, opened, stored, files.Brought("worker", NOW))
    house.session.commit()
    return file, stored


def test_a_file_comes_clean_and_the_original_only_for_a_reason(house, show):
    client, filed = house.browser(house.hire()), house.case()
    file, _stored = attach(house, filed)
    page = show(client, f"/staff/cases/{filed.case.reference}")
    assert "ghi chú.txt" in page.main
    path = f"/staff/cases/{filed.case.reference}/files/{file.id}"
    clean = client.get(path)
    assert "14 giờ" in clean.get_data(as_text=True)
    assert "attachment" in clean.headers["Content-Disposition"]
    token = page.fields()["token"]
    without = client.post(f"{path}/open_original", data={"token": token, "reason": " "})
    assert without.status_code == 422
    assert "reason" in read_page(without).errors
    answer = client.post(
        f"{path}/open_original", data={"token": token, "reason": "The date is in question"}
    )
    assert answer.status_code == 200
    assert answer.data == "Ngày 3: 14 giờ\n".encode()
    page = show(client, f"/staff/cases/{filed.case.reference}")
    assert "opened an original file, giving a reason." in page.main
    assert client.get(f"{path}/open_original").status_code == 405


def test_while_the_store_is_away_the_reason_stays_typed_and_is_not_kept(house, show, monkeypatch):
    client, filed = house.browser(house.hire()), house.case()
    file, _stored = attach(house, filed)
    page = show(client, f"/staff/cases/{filed.case.reference}")
    path = f"/staff/cases/{filed.case.reference}/files/{file.id}"
    typed = {"token": page.fields()["token"], "reason": "The date is in question"}
    with monkeypatch.context() as away:
        away.setattr(FolderBlobs, "open", store_away)
        refused = client.post(f"{path}/open_original", data=typed)
        assert client.get(path).status_code == 503
    assert refused.status_code == 503
    page = read_page(refused)
    assert "cannot be reached just now" in page.errors["reason"]
    assert page.fields(form_of(page, "open_original"))["reason"] == typed["reason"]
    assert "giving a reason" not in show(client, f"/staff/cases/{filed.case.reference}").main
    assert client.post(f"{path}/open_original", data=typed).status_code == 200


def store_away(_store, _blob):
    """What a store that does not answer says."""
    raise OSError(errno.EIO, "the store does not answer")


def test_what_was_guessed_or_left_out_stands_beside_the_file(house, show):
    client, filed = house.browser(house.hire()), house.case()
    photo = io.BytesIO()
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    frames[0].save(photo, "GIF", save_all=True, append_images=frames[1:])
    stored = files.keep(house.app.config["SITE"].blobs, photo.getvalue(), "chat.gif")
    opened = filed.open(house.session)
    file = files.attach(house.session, opened, stored, files.Brought("worker", NOW))
    house.session.commit()
    page = show(client, f"/staff/cases/{filed.case.reference}")
    assert "Only its first picture is shown" in page.main
    path = f"/staff/cases/{filed.case.reference}/files/{file.id}/open_original"
    answer = client.post(path, data={"token": page.fields()["token"], "reason": "It moves"})
    assert answer.data == photo.getvalue()
    assert "chat.gif" in answer.headers["Content-Disposition"]


def test_a_file_that_could_not_be_cleaned_has_no_download_without_a_reason(house, show):
    client, filed = house.browser(house.hire()), house.case()
    file, stored = attach(house, filed)
    gone = {"state": "not_cleaned", "clean_blob": "", "clean_key": "", "warnings": ()}
    desk = filed.open(house.session)
    house.session.delete(file)
    house.session.flush()
    raw = files.Stored(**{**files.plain(stored), **gone})
    file = files.attach(house.session, desk, raw, files.Brought("worker", NOW))
    house.session.commit()
    page = show(client, f"/staff/cases/{filed.case.reference}")
    assert "Still waiting to be cleaned" in page.main
    path = f"/staff/cases/{filed.case.reference}/files/{file.id}"
    assert path not in [link.get("href") for link in page.all("a")]
    assert client.get(path).status_code == 404


def test_swapped_ids_open_nothing(house):
    client = house.browser(house.hire())
    one, other = house.case(), house.case()
    file, _stored = attach(house, one)
    right = f"/staff/cases/{one.case.reference}/files/{file.id}"
    wrong = f"/staff/cases/{other.case.reference}/files/{file.id}"
    assert client.get(right).status_code == 200
    assert client.get(wrong).status_code == 404
    token = read_page(client.get(f"/staff/cases/{other.case.reference}")).fields()["token"]
    answer = client.post(f"{wrong}/open_original", data={"token": token, "reason": "Looking"})
    assert answer.status_code == 404


def test_a_file_of_any_case_is_cleaned_once_a_page_of_staff_is_out(house, show):
    """Nobody has to open the case that it lies in."""
    client, filed, blobs = house.browser(house.hire()), house.case(), house.app.config["SITE"].blobs
    with cleaning.CHILDREN.hold(b"one"), cleaning.CHILDREN.hold(b"other"):
        stored = files.keep(blobs, b"14 hours", "note.txt", b"worker")
    opened = filed.open(house.session)
    row = files.attach(house.session, opened, stored, files.Brought("worker", NOW))
    house.session.commit()
    assert row.state == "not_cleaned"
    with client.get("/staff/") as page:
        assert page.status_code == 200
    house.session.expire_all()
    assert row.state == "cleaned"
    assert files.content(blobs, files.read_meta(opened, row), original=False) == b"14 hours"
