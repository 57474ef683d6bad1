"""What of the product nothing uses: no code, no page, no command names it.

What only tests use counts as dead. `make lint` runs `python -m tests.dead`, which lists it and ends
with 1. A name that something outside calls, or that is kept for people, stands here under its
reason; one that is used again is a fault, too.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from keyword import iskeyword
from pathlib import Path

from jinja2 import Environment, nodes
from vulture import Vulture

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("grievance", "wsgi.py", "migrations/env.py")
CALLED = [
    *("@*.route", "@*.get", "@*.post", "@*.command", "@*.before_request"),
    *("@*.url_defaults", "@*.context_processor"),
    *("@event.listens_for", "@listens_for"),
]

# why nothing of ours names it → its names
REASONS = {
    "a library calls or reads it": """
        validate_password validate_again validate_rows validate_time_zone validate_retention_days
        validate_everyday_site pre_validate validate_choice field_flags Meta csrf csrf_class
        generate_csrf_token validate_csrf_token csrf_token_field get_translations
        get_id session_protection get_locale __doc__ merge_slashes redirect_defaults strict_slashes
        trim_blocks lstrip_blocks ServerLog _parse_urlencoded _parse_multipart _get_file_stream
        form_data_parser_class mimetype total_content_length content_type max_content_length
        request_class validators
        readable writable seekable readinto buffer_text StartElementHandler EndElementHandler
        CharacterDataHandler StartDoctypeDeclHandler MAX_IMAGE_PIXELS frac_prec cache_ok dialect
        process_bind_param process_result_value enqueue_jobs max_connection_wait_time""",
    "importing it puts the views on their blueprint": "VIEWS",
    "a column that people read, or that a check of the table compares": """
        loaded_at set_by set_at heard_by heard_at""",
    "a field of a form that its name reaches": """
        read_back wish_when wish_never unassigned step_up_passkey""",
    "named by a text: a field of a data file, a dictionary, `g`": """
        actor_id totp official residence ilo_indicators
        standards worker_agrees safety date_switches only_whole""",
    "a format of the vault, frozen with the others": """
        CASE_NARRATIVE CASE_KEY MESSAGE_TRANSLATION LIMITATION_FACTS OVERRIDE_REASON MEMBER_NAME
        FILE_KEY PACKET_DRAFT PACKET_KEY REPLY_BODY MEMBERSHIP_KEY ORGANISATION_KEY
        PERSON_NAME PERSON_CONTACT ORGANISATION_NOTE KEY_REQUEST_NOTE""",
    "what the tests ask a net of safety": "unnamed is_slow admin_url",
}
ALLOWED = {name for names in REASONS.values() for name in names.split()}


def in_templates() -> Iterator[str]:
    """The names that pages and letters use."""
    reader = Environment(extensions=["jinja2.ext.i18n"])
    for path in sorted((ROOT / "templates").rglob("*.*")):
        found = reader.parse(path.read_text(encoding="utf-8"))
        yield from (one.attr for one in found.find_all(nodes.Getattr))
        yield from (one.name for one in found.find_all(nodes.Name))
        yield from (one.key for one in found.find_all(nodes.Keyword))


def in_commands() -> Iterator[str]:
    """The commands that the package declares."""
    declared = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    yield from re.findall(r"^    \w+ = grievance[\w.]*:(\w+)$", declared, re.MULTILINE)


def dead() -> dict[str, str]:
    """Name → where it is."""
    finder = Vulture(ignore_decorators=CALLED)
    finder.scavenge([str(ROOT / one) for one in PRODUCT])
    named = {one for one in (*in_templates(), *in_commands()) if not iskeyword(one)}
    finder.scan("\n".join(sorted(named)))
    return {
        one.name: f"{one.filename.relative_to(ROOT)}:{one.first_lineno} {one.typ} {one.name}"
        for one in finder.get_unused_code()
    }


def faults() -> list[str]:
    """What is dead and not allowed, and what is allowed and not dead."""
    found = dead()
    places = [place for name, place in found.items() if name not in ALLOWED]
    return places + [f"{name} is used: take it from the list" for name in ALLOWED - found.keys()]


if __name__ == "__main__":
    sys.exit("\n".join(faults()) or 0)
