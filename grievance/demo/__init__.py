"""The demonstration: data to try the product with, a mailbox to read, a clock to move.

The mark in the database is set only by `flask demo fill`, on an empty one, and every process
refuses to start unless mark and setting agree (`mark`). `script` is what is played (`data/`),
`people` and `acting` play it on a `stage` by the ordinary operations: `working` in the house,
`referring` to other bodies, `mending` what was wrong. `filling` does it all; `story` is what is
told of it. `mailbox`, `movable` and `views` serve a running demonstration, on a loopback address
only.
"""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from grievance.demo import views
from grievance.demo.mark import only_loopback
from grievance.demo.movable import follow
from grievance.extensions import db


def init_app(app: Flask) -> None:
    """Serve the demonstration's pages and follow its clock; DemoMismatch off this machine."""
    only_loopback(app.config["SETTINGS"].public_url)
    with app.app_context():
        engine = db.engine
    app.extensions["movable_clock"] = follow(lambda: Session(engine))
    app.register_blueprint(views.demo)
