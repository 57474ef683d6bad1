"""The parts of a case page: passages, messages, files, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from grievance.cases import replies
from grievance.cases.files import Stored
from grievance.cases.models import CaseFile, Message
from grievance.cases.verbs import Verb
from grievance.desk.forms import ActForm
from grievance.i18n import Language


@dataclass(frozen=True)
class Translated:
    """What somebody translated of a passage, when, and who `checked` it, if anybody; `stale` where
    the original was changed since. `form` is for who can check it now."""

    text: str = field(repr=False)
    language: Language
    by: str
    row: UUID
    stale: bool
    when: str
    interpreted: bool
    checked: str
    form: ActForm | None


@dataclass(frozen=True)
class Passage:
    """Words of a person in their language, and what people translated of them."""

    id: str
    text: str = field(repr=False)
    language: Language
    translations: tuple[Translated, ...] = field(repr=False)
    form: ActForm | None

    @property
    def target(self) -> UUID | None:
        """What a correction of these words stands beside; None for an answer."""
        with suppress(ValueError):
            return UUID(self.id)
        return None


@dataclass(frozen=True)
class Shown:
    """One message of a thread."""

    row: Message
    passage: Passage
    author: str
    when: str
    new: bool
    files: Sequence[Attached]
    taken_back: str  # the day on which a question was, in words


@dataclass(frozen=True)
class Attached:
    """A file: its clean form can be had at once, the original for a reason."""

    row: CaseFile
    stored: Stored
    size: str
    state: str
    form: ActForm


@dataclass(frozen=True)
class Doing:
    """A verb that can be done now."""

    verb: Verb
    label: str
    about: str
    form: ActForm
    open: bool
    to_worker: bool
    ready: tuple[replies.Reply, ...] = ()
