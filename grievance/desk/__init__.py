"""The desk: where handlers see what is due, read a case and do what the state table allows.

`listing` is Today and the queue, `finding` the box that finds, `views` the page of a case,
`case_files` its files, `acting` one POST for each verb, `bulk` many cases at once, `deciding` what
needs two people and who steps aside, `referring` what goes to other bodies, `packet_copies` its
papers, `board` all of them; `giving` passages for interpreters; `remedy` what was promised and
came, `closing` how a case ends, `erasing` what deletes it, `exporting` what is printed or saved of
it; `reissuing` a new code, `calling` a filing for somebody who called,
`call_backs` whom to call back. `loading` is the one loader;
`reading`, `given`, `remedy_reading`, `events`, `advice` and `words` turn rows and codes into what a
person reads.
"""

from __future__ import annotations

from flask import Flask

from grievance.desk import (
    acting,
    board,
    bulk,
    calendar,
    call_backs,
    calling,
    case_files,
    correcting,
    denied,
    employers,
    erasing,
    exporting,
    facts,
    finding,
    giving,
    inbox,
    listing,
    packet_copies,
    referring,
    reissuing,
    remedy,
    reminders,
    together,
    views,
)
from grievance.desk.blueprint import bp
from grievance.desk.menu import desk_menu, finds
from grievance.desk.returning_to import back_to_queue
from grievance.web.pages import provide

__all__ = [
    "acting", "board", "bulk", "calendar", "call_backs", "calling", "case_files",
    "correcting", "denied", "employers", "erasing", "exporting", "facts", "finding", "giving",
    "inbox", "init_app", "listing", "packet_copies", "referring", "reissuing", "remedy",
    "reminders", "together", "views",
]  # fmt: skip


def init_app(app: Flask) -> None:
    """Serve the desk and give every staff page its menu."""
    provide(app, desk_menu=desk_menu, finds=finds, back_to_queue=back_to_queue)
    app.register_blueprint(bp)
