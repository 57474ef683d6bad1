"""What a WSGI server imports: the application of the web process."""

from flask.cli import NoAppException

from grievance.app import REFUSALS, create_app
from grievance.web.logs import start

start()
try:
    app = create_app()
except REFUSALS as why:  # said in a line: `flask --help` still lists every command
    raise NoAppException(f"the web process does not start: {why}") from None
