"""What a WSGI server imports: the application of the web process."""

from grievance.app import create_app
from grievance.web.logs import start

start()
app = create_app()
