"""A form that was sent after its session had ended is shown again, with the words in it.

The page is asked for once more as the POST it was, without its token: so it does nothing, and
stands there as it does for every form that is not right yet. Each audience says where its words
are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from flask import Flask, Response, current_app, make_response, render_template, request
from markupsafe import escape
from werkzeug.datastructures import MultiDict
from werkzeug.test import EnvironBuilder

from grievance.i18n import N_
from grievance.web.binding import from_our_page, token_is_of
from grievance.web.redirects import see_other

MARK = "kept"  # in the address of a page that shows kept words
RESUMED = "grievance.resumed"
# never kept: proofs, the token, and what is read from paper
SECRET = ("password", "again", "current", "offered", "rows", "code", "step_up", "passkey", "made")
UNKEPT = frozenset({"token", *SECRET, "step_up_passkey"})
SILENT = frozenset({"form_id", "version", "seq", "seen", "lang"})  # what a form says by itself
PASSED_ON = (
    "HTTP_COOKIE", "HTTP_HOST", "HTTP_ACCEPT_LANGUAGE", "REMOTE_ADDR", "SERVER_NAME",
    "SERVER_PORT", "wsgi.url_scheme",
)  # fmt: skip
CHOSEN = re.compile("[a-z][a-z0-9_-]{0,40}|[0-9a-f-]{32,36}|")  # no words: a choice, an id, nothing
LONG = 20  # letters from which on a text must stand in the page that is shown

NO_COOKIE = N_(
    "Your browser did not send our cookie back, so we cannot tell that this page is yours. Send it "
    "again. If this comes a second time, allow cookies for this site: they go when you press Leave."
)
CAME_BACK = N_("Your visit had ended. What you wrote is here: look it over and send it again.")

Fields = Sequence[tuple[str, str]]
Opener = Callable[[str], Fields | None]


def opener(app: Flask, opens: Opener) -> None:
    """Let `opens` give the fields kept for this browser's session and an address, or None."""
    app.extensions.setdefault("kept_words", []).append(opens)


def resumed() -> bool:
    """Whether this request only shows a form with words that were kept."""
    return bool(request.environ.get(RESUMED))


def written() -> list[tuple[str, str]]:
    """What this POST says, without what is never kept; empty when a person wrote nothing in it."""
    if request.method != "POST":
        return []
    said = [pair for pair in request.form.items(multi=True) if pair[0] not in UNKEPT]
    return said if any(value and name not in SILENT for name, value in said) else []


def proven(secret: str) -> bool:
    """Whether somebody wrote something in this POST, on a page that was made for this cookie."""
    return token_is_of(secret, request.form.get("token", "")) and bool(written())


def address() -> str:
    """Where this form was sent, to come back to."""
    return request.full_path.rstrip("?")


def marked(path: str) -> str:
    """The address of a page, to be shown with the words that were kept for it."""
    return f"{path}{'&' if '?' in path else '?'}{MARK}=1"


def texts_page(fields: Fields, back: str) -> Response:
    """What was written, on a page of its own, to copy: it could be neither sent nor kept. On to
    `back` when there is nothing but answers to choose from, or when another site sent it: nobody
    else's words stand on a page of ours."""
    texts = [said for name, said in fields if name not in SILENT and not CHOSEN.fullmatch(said)]
    if not texts or not from_our_page():
        return see_other(back)
    return make_response(render_template("web/texts.html", texts=texts, back=back))


def _show() -> Response | None:
    if request.method != "GET" or MARK not in request.args:
        return None
    args = [(name, said) for name, said in request.args.items(multi=True) if name != MARK]
    for opens in current_app.extensions.get("kept_words", []):
        fields = opens(request.path)
        if fields is not None:
            return _again(request.path, args, fields)
    return None


def _again(path: str, args: Fields, fields: Fields) -> Response:
    environ = EnvironBuilder(
        path=path, query_string=MultiDict(args), method="POST", data=MultiDict(fields)
    ).get_environ()
    environ |= {name: request.environ[name] for name in PASSED_ON if name in request.environ}
    environ[RESUMED] = True
    application = current_app._get_current_object()  # type: ignore[attr-defined]
    with application.app_context():
        answer = Response.from_app(application.wsgi_app, environ, buffered=True)
    if answer.status_code >= 300 and answer.status_code not in (409, 422, 503):
        return texts_page(fields, path)
    shown = _flat(answer.get_data(as_text=True))
    if not all(_flat(str(escape(said))) in shown for _name, said in fields if len(said) >= LONG):
        return texts_page(fields, path)
    answer.status_code = 200
    return answer  # type: ignore[return-value]  # `from_app` makes one of its own class


def _flat(text: str) -> str:
    return "".join(text.split())


def init_app(app: Flask) -> None:
    """Show kept words at the address they were sent to."""
    app.before_request(_show)
