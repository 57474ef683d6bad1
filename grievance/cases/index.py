"""The one index over what is sealed: what staff look a case up by, read from it by who holds its
key.

Each case has one line of a fixed size, sixty-four lines lie in a chunk, and each chunk is under a
key of its own that is sealed to the operator. The database tells which case stands in which chunk,
no word and no equality. A line is read anew once its case went on; a chunk can be thrown away at
any time: an erasure does so, and needs no key for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from grievance.accounts.keys import holder_of, organisation_key
from grievance.cases import records
from grievance.cases.models import Case, Message, SearchChunk, SearchLine
from grievance.cases.opening import OpenCase
from grievance.cases.queries import not_recused
from grievance.cases.recleaning import Reader
from grievance.directory.search import folded
from grievance.model import digits_of
from grievance.vault import values
from grievance.vault.errors import Tampered
from grievance.vault.framing import frame
from grievance.vault.grants import open_with, seal_to
from grievance.vault.keyring import KeyRing
from grievance.vault.keys import Holder, new_key
from grievance.vault.labels import Label
from grievance.vault.values import Place

LINE = 1024  # bytes: the id, then what fits; the end of long notes does not
LINES = 64  # in a chunk
SLICE = 100  # cases read in one transaction
LOCK = 0x6772_0001  # of PostgreSQL, for who writes lines
_ID = 16
_HIRAGANA = {kana: kana - 0x60 for kana in range(ord("ァ"), ord("ヶ") + 1)}
_BETWEEN = "\n"
# What a case is found by: the letter that begins it in a line. A note is found by who wrote it.
KINDS = {"name": "n", "company": "c", "place": "p", "phone": "t", "email": "e", "note": "w"}
_ANSWERS = {
    "name": "name", "name-own": "name", "helper-name": "name",
    "company": "company", "company-own": "company", "company-place": "place",
}  # fmt: skip
_HELPER = "h"  # whose name it is
# Begin in a line that the worker wants to stay without a name, and the company as it was written.
_NAMELESS, _WRITTEN = "k", "o"
_SHORT = 60  # characters of the latter


@dataclass(frozen=True)
class Line:
    """What one case is found by: (kind, words as they are compared, who wrote them) each;
    `nameless` says that the worker wants to stay without a name, `employer` how the company is
    written."""

    case: UUID
    parts: tuple[tuple[str, str, str], ...] = field(repr=False)
    nameless: bool = False
    employer: str = field(default="", repr=False)

    def words(self, *kinds: str) -> list[str]:
        """What stands in it of these kinds, of the worker and not of who helps them."""
        return [words for kind, words, by in self.parts if kind in kinds and words and not by]


def lines(session: Session, reader: Reader, wanted: Sequence[Sequence[bytes]]) -> Iterator[Line]:
    """Every line in which, for each of `wanted`, one of its words stands somewhere. What does not
    open is thrown away, to be read anew."""
    broken = []
    chunks = select(SearchChunk).where(SearchChunk.organisation_id == reader.organisation)
    for chunk in session.scalars(chunks.execution_options(yield_per=50)):
        held = _read(chunk, reader)
        if held is None:
            broken.append(chunk.id)
        elif _stand(wanted, held):
            parts = (held[at : at + LINE] for at in range(0, len(held), LINE))
            yield from (_parsed(line) for line in parts if _stand(wanted, line))
    if broken and _free(session):
        session.execute(delete(SearchChunk).where(SearchChunk.id.in_(broken)))


def left(session: Session, reader: Reader) -> int:
    """How many cases the index does not know as they are now, up to a thousand."""
    some = _stale(reader).with_only_columns(Case.id).limit(1000)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def refresh(session: Session, ring: KeyRing, reader: Reader, most: int = SLICE) -> int:
    """Read the lines of up to so many cases that went on; how many it read. None while somebody
    else does so: nobody waits for it.

    Lines under an earlier key of the operator are thrown away first: who held only that one reads
    none that is written from now on.
    """
    key = organisation_key(session, reader.organisation)
    if key is None or key.generation not in reader.keys or not _free(session):
        return 0
    mine = SearchChunk.organisation_id == reader.organisation
    session.execute(delete(SearchChunk).where(mine, SearchChunk.generation < key.generation))
    # who acts on a case meanwhile is not waited for: an erasure holds it, and waits for the lock
    stale = _stale(reader).limit(most)
    held = stale.with_for_update(of=Case, read=True, key_share=True, skip_locked=True)
    rows = session.execute(held).all()
    fresh: dict[UUID | None, dict[UUID, tuple[int, bytes]]] = {}
    for case, chunk_id in rows:
        line = _line(session, reader, case)
        fresh.setdefault(chunk_id, {})[case.id] = (case.event_seq, line)
    holder = holder_of(ring, key)
    new = list(_places(session, reader, fresh.pop(None, {})))
    for place, some in [*fresh.items(), *new]:
        _rewrite(session, reader, holder, place, some)
    return len(rows)


def lock(session: Session) -> None:
    """Until the end of the transaction nobody else writes or throws away lines."""
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))


def _free(session: Session) -> bool:
    """The same, unless somebody else holds them."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))))


def _stale(reader: Reader) -> Select[Case, UUID]:
    went_on = or_(SearchLine.seq.is_(None), SearchLine.seq < Case.event_seq)
    found = select(Case, SearchLine.chunk_id)
    found = found.outerjoin(SearchLine, SearchLine.case_id == Case.id)
    return found.where(and_(went_on, not_recused(reader.person))).order_by(Case.filed_at.desc())


def _places(
    session: Session, reader: Reader, new: Mapping[UUID, tuple[int, bytes]]
) -> Iterator[tuple[UUID | None, dict[UUID, tuple[int, bytes]]]]:
    """New lines: first where a chunk has room, then in chunks of their own."""
    waiting = list(new.items())
    held = func.count(SearchLine.case_id)
    room = (
        select(SearchChunk.id, held)
        .outerjoin(SearchLine)
        .where(SearchChunk.organisation_id == reader.organisation)
        .group_by(SearchChunk.id)
        .having(held < LINES)
    )
    places = [(chunk, LINES - count) for chunk, count in session.execute(room)] if new else []
    while waiting:
        chunk, free = places.pop() if places else (None, LINES)
        yield chunk, dict(waiting[:free])
        waiting = waiting[free:]


def _rewrite(
    session: Session,
    reader: Reader,
    holder: Holder,
    chunk_id: UUID | None,
    fresh: Mapping[UUID, tuple[int, bytes]],
) -> None:
    """Write a chunk with these lines among its own, under a fresh key."""
    chunk = session.get(SearchChunk, chunk_id, populate_existing=True) if chunk_id else None
    held = _read(chunk, reader) if chunk else b""
    if chunk is None or held is None:  # one that does not open is no loss: it is read anew
        if chunk is not None:
            session.delete(chunk)
            session.flush()
        chunk, held = SearchChunk(id=uuid4(), organisation_id=holder.id), b""
    known = {held[at : at + _ID]: held[at : at + LINE] for at in range(0, len(held), LINE)}
    known |= {case.bytes: line for case, (_seq, line) in fresh.items()}
    key = new_key()
    chunk.generation = holder.generation
    chunk.box = seal_to(holder.public, _bound(chunk), key)
    chunk.content = values.seal_bytes(key, _place(chunk), b"".join(known.values()))
    session.add(chunk)
    session.flush()
    made = insert(SearchLine).values(
        [
            {"case_id": case, "chunk_id": chunk.id, "seq": seq}
            for case, (seq, _line) in fresh.items()
        ]
    )
    new = {"chunk_id": made.excluded.chunk_id, "seq": made.excluded.seq}
    session.execute(made.on_conflict_do_update(index_elements=["case_id"], set_=new))


def _read(chunk: SearchChunk, reader: Reader) -> bytes | None:
    """The lines of a chunk; None where the reader has no key to it or somebody changed it."""
    private = reader.keys.get(chunk.generation)
    if private is None:
        return None
    try:
        key = open_with(private, _bound(chunk), chunk.box)
        return values.open_bytes(key, _place(chunk), chunk.content)
    except Tampered:
        return None


def _bound(chunk: SearchChunk) -> bytes:
    return frame(Label.SEARCH_KEY, chunk.organisation_id, chunk.id, chunk.generation)


def _place(chunk: SearchChunk) -> Place:
    return Place(Label.SEARCH_CHUNK, chunk.organisation_id, chunk.id, chunk.generation)


def _stand(wanted: Sequence[Sequence[bytes]], text: bytes) -> bool:
    return all(any(one in text for one in words) for words in wanted)


def _parsed(line: bytes) -> Line:
    text = line[_ID:].rstrip(b"\0").decode(errors="ignore")
    of_letter = {letter: kind for kind, letter in KINDS.items()}
    parts, apart = [], {_NAMELESS: "", _WRITTEN: ""}
    for part in text.split(_BETWEEN):
        by, _, words = part[1:].partition(" ")
        if kind := of_letter.get(part[:1]):  # none for what the end of the line cut off
            parts.append((kind, words, by))
        elif part[:1] in apart:
            apart[part[:1]] = words
    return Line(UUID(bytes=line[:_ID]), tuple(parts), bool(apart[_NAMELESS]), apart[_WRITTEN])


def line_of(session: Session, opened: OpenCase) -> Line:
    """The line of an opened case as it is now, whole."""
    told = records.read_all(session, opened, ("identity", "profile"))
    parts = tuple(_parts(session, opened, told["identity"]))
    nameless = bool(told["profile"].get("anonymous"))
    company = told["identity"].get("company") or told["identity"].get("company-own") or ""
    employer = " ".join(str(company).split())[:_SHORT]
    return Line(opened.case.id, parts, nameless, employer)


def _line(session: Session, reader: Reader, case: Case) -> bytes:
    """The line of a case; one without words where it does not open."""
    try:
        opened = reader.open(session, case.id)
        line = line_of(session, opened) if opened else Line(case.id, ())
    except Tampered:
        line = Line(case.id, ())
    said = [f"{KINDS[kind]}{by} {words}" for kind, words, by in line.parts if words]
    apart = {_NAMELESS: "all" if line.nameless else "", _WRITTEN: line.employer}
    told = _BETWEEN.join([*(f"{code} {one}" for code, one in apart.items() if one), *said])
    fits = told.encode()[: LINE - _ID].decode(errors="ignore").rstrip(_BETWEEN)
    return (case.id.bytes + fits.encode()).ljust(LINE, b"\0")


def _parts(
    session: Session, opened: OpenCase, identity: Mapping[str, Any]
) -> Iterable[tuple[str, str, str]]:
    """What a case is found by, what is sought most first."""
    for question, kind in _ANSWERS.items():
        said = sought(str(identity.get(question) or ""))
        whose = _HELPER if question == "helper-name" else ""
        yield kind, " ".join(dict.fromkeys((said, said.replace(" ", "")))), whose
    contact = identity.get("contact") or {}
    value = str(contact.get("value") or "")
    if contact.get("way") == "phone":
        yield "phone", digits_of(value), ""
    else:
        yield "email", sought(value), ""
    notes = select(Message).where(Message.case_id == opened.case.id, Message.thread == "staff")
    for note in session.scalars(notes.order_by(Message.seq.desc())):
        words = opened.open_text(Label.STAFF_MESSAGE, note.id, note.body)
        yield "note", sought(words), author_mark(note.person_id)


def sought(text: str) -> str:
    """Words as they are compared: case, width, Latin accents and the kind of kana do not matter."""
    return folded(text).translate(_HIRAGANA)


def author_mark(person: UUID | None) -> str:
    """How a line names who wrote a note."""
    return person.hex[:12] if person else ""
