"""Nothing above its cap is cleaned, normalised, counted, read or hashed: every form is walked.

Each field is sent a text over its cap that holds a sign; whatever works on text is replaced by a
counter that lets it through and says whether it met the sign.
"""

from __future__ import annotations

import ast
import pkgutil
import sys
import unicodedata
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

import grievance
from grievance import model
from grievance.console.operator_form import OperatorForm
from grievance.desk.uploading import WithFile
from grievance.questions import forms as question_forms
from grievance.questions.bank import shipped
from grievance.questions.question import Question
from grievance.vault import passwords, receipts, recovery, strength
from grievance.web import binding
from grievance.web.bodies import NAME, STORY, bytes_for
from grievance.web.forms import LINE, WORDS, Form, Kind, Secret, shows_again

SIGN = "\u2620"  # stands in every text that is over its cap
WORKERS = (
    model.clean_text,
    model.few_marks,
    model.length_of,
    model.shortened,
    model.matching,
    model.digits_of,
    model.can_get_mail,
    receipts.parse,
    receipts.slow_root,
    recovery.read_sheet,
    strength.normalised,
    strength.weaknesses,
    passwords.kek_for,
    binding.same_form,
    phonenumbers.parse,
    unicodedata.normalize,
    unicodedata.category,
)
# Text of a request that no form holds, and why it may be looked at.
UNFORMED = {
    "grievance/intake/drafting.py": "whether a button was pressed or a file came; looked up among"
    " ways and bodies; `change` and `over` are only a yes",
    "grievance/intake/short.py": "whether a button was pressed",
    "grievance/intake/sending.py": "handed whole to what reads the files",
    "grievance/intake/whose.py": "put back into the address of the first page",
    "grievance/intake/adding.py": "looked up among the pages",
    "grievance/intake/remedy_arrival.py": "kept to what fits before it is hashed",
    "grievance/intake/attaching.py": "whether a button was pressed",
    "grievance/intake/filing.py": "whether a button was pressed",
    "grievance/intake/leaving.py": "looked up among the languages",
    "grievance/intake/returning.py": "only a yes",
    "grievance/intake/wages.py": "only a yes; a number of nine digits",
    "grievance/intake/seen.py": "a signed token",
    "grievance/interpreting/views.py": "compared with two words of ours",
    "grievance/partners/blueprint.py": "looked up among the languages",
    "grievance/console/folding.py": "only a yes",
    "grievance/papers/answering.py": "whether a company's own form was sent",
    "grievance/papers/proofs.py": "whether a file came; handed whole to what reads the files",
    "grievance/reports/reads.py": "a signed token",
    "grievance/portal/finder.py": "only a yes",
    "grievance/portal/views.py": "bounded by the address; cut to the length of a line",
    "grievance/desk/board.py": "put back into the address of the next page; a signed token",
    "grievance/partner_desk/board.py": "put back into the address of the next page; a signed token",
    "grievance/desk/bulk.py": "cut to the length of a reference, a number of nine digits",
    "grievance/desk/caller_form.py": "handed whole to the form, of whatever questions it has",
    "grievance/desk/referring.py": "looked up among the bodies; whether a button was pressed",
    "grievance/desk/listing.py": "a signed token",
    "grievance/desk/uploading.py": "whether a file came",
    "grievance/desk/views.py": "looked up among the ready texts",
    "grievance/accounts/second_step.py": "a path of ours, bounded by the address",
    "grievance/console/closed_days.py": "only a yes; whether a button was pressed",
    "grievance/console/confirm.py": "looked up; cut to 200 letters",
    "grievance/console/health.py": "a header that the server bounds; compared",
    "grievance/console/operator.py": "only a yes",
    "grievance/console/people.py": "only a yes",
    "grievance/accounts/views.py": "an address of ours to go on to; only a yes",
    "grievance/accounts/sessions.py": "only a yes",
    "grievance/console/second_steps.py": "only a yes",
    "grievance/accounts/surface.py": "a header that the server bounds, for the language",
    "grievance/accounts/staff.py": "handed whole to what finds the session by its cookie",
    "grievance/accounts/stepping.py": "carried on as it came; the form token",
    "grievance/demo/views.py": "demonstrations only, on the loopback address",
}
# What the router or the server made of a request; nothing of it is longer than an address may be.
PLAIN = ("method", "path", "full_path", "endpoint", "view_args", "url_rule", "remote_addr")


class Counting:
    """Lets everything through and remembers who met the sign."""

    def __init__(self) -> None:
        self.calls, self.met = 0, []

    def around(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            self.calls += 1
            if any(isinstance(one, str) and SIGN in one for one in arguments):
                self.met.append(real.__name__)
            return real(*arguments, **options)

        return counted


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    """Every worker on text, wherever a module of ours or its own has it by name."""
    found = Counting()
    owners = [m for name, m in sys.modules.items() if name.startswith("grievance") and m]
    for real in WORKERS:
        fake = found.around(real)
        for owner in [*owners, unicodedata, phonenumbers]:
            for name, held in list(vars(owner).items()):
                if held is real:
                    monkeypatch.setattr(owner, name, fake)
    return found


def every_form() -> list[type[Form]]:
    for module in pkgutil.walk_packages(grievance.__path__, "grievance."):
        if not module.name.endswith(("__main__", "cleaner")):
            import_module(module.name)
    found, waiting = [], [Form]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("grievance") and kind not in found:
            found.append(kind)
    return found


def question_form(given: Any = None) -> Form:
    """One form of every question there is."""
    bank = shipped()
    asked = [q for q in bank.questions.values() if _answered(q)]
    return question_forms.form_of(question_forms.Asking(bank, "file", {}), asked, given)


def _answered(question: Question) -> bool:
    return question.kind in question_forms.FIELDS


def made(kind: Any, given: Any = None) -> Form:
    form: Form = kind(given)
    return form


def every_kind() -> Iterator[Any]:
    yield from every_form()
    yield question_form


def check(form: Form) -> bool:
    """The form's own check; one whose fields others add has that of every form."""
    bare = type(form) in (OperatorForm, WithFile)
    return Form.validate(form) if bare else form.validate()


def over(form: Form) -> MultiDict[str, str]:
    """For each field a text that is over its cap, in marks; the token fits."""
    sent: MultiDict[str, str] = MultiDict()
    for field in form:
        most = getattr(field, "most", NAME)
        sent[field.name] = SIGN + "a" + ("\u0300\u0316\uff9e" * (most // 4))
    sent["token"] = binding.form_token()
    return sent


def test_no_field_above_its_cap_reaches_what_works_on_text(app: Flask, counting: Counting) -> None:
    for kind in every_kind():
        with app.test_request_context("/", headers={"Cookie": "visit=abcdefgh"}):
            form = made(kind, over(made(kind)))
            fields = {field.short_name for field in form if field.short_name != "token"}
            assert set(form.over) == fields, kind
            assert not fields or not check(form), kind
            assert all(form[name].errors for name in fields), kind
    assert counting.calls > 0
    assert counting.met == []


def test_what_is_refused_stands_in_its_box_again_but_no_password(app: Flask) -> None:
    for kind in every_kind():
        with app.test_request_context("/", headers={"Cookie": "visit=abcdefgh"}):
            sent = over(made(kind))
            form = made(kind, sent)
            check(form)
            for field in form:
                box = isinstance(field, Kind) and field.kind in (
                    "text",
                    "textarea",
                    "email",
                    "number",
                    "phone",
                    "date",
                )
                shown = field.typed if getattr(field, "kind", "") == "date" else field.data
                assert (shown == sent[field.name]) == (box or field.name == "token"), field
                assert not isinstance(field, Secret) or not field.data


def test_without_a_token_nothing_is_checked(app: Flask, counting: Counting) -> None:
    for kind in every_kind():
        with app.test_request_context("/", headers={"Cookie": "visit=abcdefgh"}):
            form = made(kind, MultiDict({**over(made(kind)), "token": SIGN * 40}))
            assert check(form) is False
            assert "token" in dict(form.problems)
    assert counting.met == []


def test_without_a_token_no_text_is_cleaned_and_all_of_it_stands_in_its_box(
    app: Flask, counting: Counting
) -> None:
    for kind in every_kind():
        with app.test_request_context("/", headers={"Cookie": "visit=abcdefgh"}):
            boxes = [field for field in made(kind) if shows_again(field)]
            typed = {field.name: f" {SIGN}\u202e {SIGN} " for field in boxes}
            form = made(kind, MultiDict({**typed, "token": "0" * 40}))
            assert counting.met == [], kind
            if made(kind).meta.csrf:
                shown = {one.name: getattr(one, "typed", None) or one.data for one in form}
                assert {name: shown[name] for name in typed} == typed, kind
                assert check(form) is False
    assert counting.met == []


def test_todays_longest_answers_fit_in_burmese() -> None:
    dense = "\u1000\u103b\u103d\u1014\u103a\u102f"  # two letters as people see them, 18 bytes
    assert model.length_of(dense) == 2
    assert len((dense * (WORDS // 2)).encode()) <= STORY == bytes_for(WORDS)
    assert len((dense * (LINE // 2)).encode()) <= bytes_for(LINE)


def test_text_that_no_form_holds_is_read_where_it_is_said_to_be() -> None:
    root = Path(grievance.__file__).parent
    reading = {
        str(path.relative_to(root.parent))
        for path in root.rglob("*.py")
        if path.parent.name != "web" and _reads_unformed(ast.parse(path.read_text()))
    }
    assert reading == set(UNFORMED)


def _reads_unformed(tree: ast.Module) -> bool:
    """Whether anything of the request but what `PLAIN` names is used other than as what a form is
    filled with, by whatever name the request goes there."""
    names, modules, hidden = _names_of_the_request(tree)
    filled = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _makes_a_form(node.func)
        for given in node.args
        for part in (given, *ast.iter_child_nodes(given))
    }
    plain = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and (node.attr in PLAIN or id(node) in filled)
    }
    return hidden or any(
        _is_the_request(node, names, modules) and id(node) not in plain for node in ast.walk(tree)
    )


def _names_of_the_request(tree: ast.Module) -> tuple[set[str], set[str], bool]:
    """What the request is called in this source, what modules that hold it are called, and whether
    it can be had otherwise: by a star, or from the context below it."""
    names, modules, hidden = set(), set(), False
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                if one.name.partition(".")[0] in ("flask", "quart"):
                    modules.add(one.asname or one.name.partition(".")[0])
        elif isinstance(node, ast.ImportFrom):
            for one in node.names:
                if one.name == "request":
                    names.add(one.asname or one.name)
                if node.module == "flask" and one.name == "globals":
                    modules.add(one.asname or one.name)
                hidden |= one.name in ("*", "request_ctx", "_request_ctx_stack", "_cv_request")
    return names, modules, hidden


def _is_the_request(node: ast.AST, names: set[str], modules: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in names
    if isinstance(node, ast.Attribute) and node.attr in ("request", "request_ctx"):
        root = node.value
        while isinstance(root, ast.Attribute):
            root = root.value
        return isinstance(root, ast.Name) and root.id in modules
    return False


@pytest.mark.parametrize(
    "source",
    [
        "from flask import request\nx = request.form['a']",
        "from flask import request as asked\nx = asked.form['a']",
        "from flask.globals import request as asked\nx = asked.args",
        "import flask\nx = flask.request.values",
        "import flask as f\nx = f.globals.request.files",
        "from flask import globals as g\nx = g.request.json",
        "from flask import request\nmine = request\nx = mine.form",
        "from flask import request\nx = getattr(request, 'form')",
        "from flask import request\nx = request.get_data()",
        "from flask import request\nx = request.headers['X-A'] + request.cookies['b']",
        "from flask import request\ndef f(r): return r.form\nf(request)",
        "from flask import request\nif (mine := request): mine.form",
        "from flask import *\nx = request.form",
        "from flask.globals import request_ctx\nx = request_ctx.request.form",
        "import flask\nx = flask.globals.request_ctx.request.form",
        "from grievance.web.pages import request\nx = request.form",
        "def view():\n    from flask import request as r\n    return r.form",
    ],
)
def test_no_other_name_hides_a_reading_of_the_request(source: str) -> None:
    assert _reads_unformed(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "from flask import request\nform = SomeForm(request.form)",
        "from flask import request as asked\nform = SomeForm(asked.form if asked.method else None)",
        "import flask\nx = flask.request.method, flask.request.path",
        "def f(request): return request.form",  # something of ours that is called so
    ],
)
def test_what_fills_a_form_is_no_reading(source: str) -> None:
    assert not _reads_unformed(ast.parse(source))


def _makes_a_form(called: ast.expr) -> bool:
    """`SomeForm(…)`, `FORMS[verb](…)`, `arrival_form(rows)(…)`, or one of our makers by name."""
    name = getattr(called, "id", getattr(called, "attr", ""))
    made = isinstance(called, (ast.Subscript, ast.Call)) or name[:1].isupper()
    return made or name in ("form_for", "filled", "given", "kind")
