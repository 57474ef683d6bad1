"""The templates fit the questions and the directory, and every door has one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grievance.cases import replies
from grievance.cases.packets import default_parts
from grievance.directory import disclosure, facts
from grievance.directory.book import OWN_LAWYER
from grievance.directory.disclosure import EMPLOYER_KEPT_OUT, EMPLOYER_READS
from grievance.directory.entries import Mechanism
from grievance.questions.bank import shipped
from grievance.questions.question import PARTS
from grievance.referrals.drafting import Drafting, draft
from grievance.referrals.templates import FILE, Template, Words, book, load, template_for
from grievance.sheets import SheetError
from tests.referrals.told import TOLD

TEMPLATES = [pytest.param(one, id=one.code) for one in book().templates.values()]
BODIES = [pytest.param(one, id=one.id) for one in facts.shipped().mechanisms.values()]
QUESTIONS = shipped().questions
DANGER = {"hurt", "free", "taken", "child"}


def test_every_question_goes_out_with_one_part_or_says_why_it_never_does():
    out = {q for part in book().parts.values() for q in part.questions} | {"files"}
    kept = {q.id for q in QUESTIONS.values() if q.never}
    assert out | kept == set(QUESTIONS)
    assert not out & kept
    assert all(len(q.never.split()) > 8 for q in QUESTIONS.values() if q.never)
    assert set(PARTS) == set(book().parts)
    assert max(map(len, PARTS)) <= 20  # as wide as their column


def test_what_guards_a_person_never_goes_out():
    for name in ("phone", "reissue", "know", "tell-too", "helper-knows", "members", "company-desk"):
        assert QUESTIONS[name].never, name
        assert all(name not in shape.items for shape in book().sections.values())


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_tells_the_employer_reads_of_no_danger_and_no_fear(body: Mechanism):
    """Not even where every part is ticked; elsewhere it starts unticked unless the body keeps it
    from the employer."""
    template, guarded = template_for(body), DANGER | {"fear"}
    told = {**TOLD, "hurt": "yes", "free": "no", "taken": "yes", "child": "yes"}
    asked = Drafting(
        mechanism=body.id,
        name=body.id,
        operator="Hidamari desk",
        language="en",
        beside="vi",
        form="named",
        parts=tuple(book().parts),
    )
    paper = draft(template, told, asked)
    read = {one.item for section in paper.sections for one in section.paragraphs} & guarded
    text = "\n".join(paper.texts())
    if body.notifies_employer in ("yes_by_design", "likely"):
        assert not guarded & _items(template)
        assert not read
        assert not [item for item in guarded if book().labels[item].say("en") in text]
        assert "Danger" not in text
    ticked = {"danger", "fear"} & set(default_parts(template, "named", told))
    kept = body.notifies_employer in ("never", "only_with_consent")
    assert ticked == ({book().part_of(item) for item in read} if kept else set())


def test_danger_goes_to_who_can_act_on_it():
    read = {
        body.id
        for body in facts.shipped().mechanisms.values()
        if _items(template_for(body)) >= DANGER
    }
    assert {"jp-lsio", "jp-otit", "jp-emergency", "jp-child-189", "union-individual"} <= read
    told = {one.code for one in book().templates.values() if DANGER & _items(one)}
    assert told == {
        "lsio",
        "labour-line",
        "otit",
        "legal-affairs",
        "support-group",
        "lawyer",
        "sending-country",
        "generic",
    }
    assert all(_items(book().templates[code]) >= DANGER for code in told)


def test_every_answer_about_safety_is_guarded_from_the_employer():
    guarded = {q for part in book().parts.values() if part.never_to_employer for q in part.items}
    assert {q.id for q in QUESTIONS.values() if q.safety and q.packet} <= guarded
    assert guarded == DANGER | {"fear"}
    assert set(disclosure.EMPLOYER) - {*EMPLOYER_READS, *EMPLOYER_KEPT_OUT} == {
        "on_action",
        "not_applicable",
    }


def _items(template: Template) -> set[str]:
    return {item for shape in template.sections for item in shape.items}


def test_what_stands_in_frozen_papers_is_still_known():
    """A paper that somebody agreed to names parts, sections and fields by these codes for ever."""
    assert set(book().parts) >= {
        "name",
        "contact",
        "helper",
        "company",
        "place",
        "issue",
        "story",
        "dates",
        "money",
        "pay",
        "others",
        "supply",
        "wish",
        "earlier",
        "fear",
        "explanation",
        "files",
        "status",
        "nationality",
        "language",
        "personal",
        "whereabouts",
        "home",
    }
    assert set(book().sections) >= {
        "submitter",
        "interest",
        "enterprise",
        "employer",
        "host",
        "chapters",
        "issue",
        "facts",
        "link",
        "membership",
        "earlier",
        "asked",
        "transfer",
        "confidentiality",
        "situation",
        "files",
    }


def test_every_answer_about_who_somebody_is_stands_in_a_part_of_its_own_kind():
    sensitive = {q for part in book().parts.values() if part.sensitive for q in part.questions}
    assert sensitive == {
        "status",
        "nationality",
        "language",
        "true-for-me",
        "now-in",
        "left-japan",
    }
    identifying = {q for part in book().parts.values() if part.identifying for q in part.questions}
    assert identifying == {
        "name",
        "name-own",
        "contact-email",
        "contact-phone",
        "contact-when",
        "contact-never",
    }


def test_what_is_said_less_of_belongs_to_a_code_that_exists_and_a_part_that_can_harm():
    for (question, code), (part, words) in book().reduced.items():
        assert code in {option.code for option in QUESTIONS[question].options}
        assert book().parts[part].sensitive
        assert _said_in_all(words)


def test_every_body_resolves_to_a_template_and_named_bodies_exist():
    bodies = facts.shipped().mechanisms
    for body in bodies.values():
        assert template_for(body).code in book().templates
    named = {name for one in book().templates.values() for name in one.mechanisms}
    assert named - set(bodies) == {OWN_LAWYER}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("jp-ncp", "ncp"),
        ("jp-labour-bureau-conciliation", "labour-bureau"),
        ("jp-labour-bureau-consult", "labour-consultation"),
        ("jp-prefecture-labour-office", "labour-consultation"),
        ("jp-labour-bureau-guidance", "labour-advice"),
        ("jp-equal-employment", "labour-bureau"),
        ("jp-lsio", "lsio"),
        ("jp-foreign-worker-dial", "labour-line"),
        ("jp-labour-hotline", "labour-line"),
        ("jp-otit", "otit"),
        ("jp-esd-org", "otit"),
        ("jp-rousai", "generic"),
        ("jp-supply-demand-office", "generic"),
        ("jp-legal-affairs", "legal-affairs"),
        ("jacer", "jacer"),
        ("buyer-grievance-template", "company"),
        ("company-hotline-template", "company"),
        ("union-individual", "support-group"),
        ("ngo-smj", "support-group"),
        ("vn-dolab-embassy", "sending-country"),
        ("my-suhakam", "generic"),
    ],
)
def test_a_body_has_the_template_of_its_door(body: str, code: str):
    found = facts.shipped().mechanisms[body]
    assert template_for(found).code == code


def test_a_paper_for_advice_alone_asks_for_no_name_where_the_body_listens_without():
    bodies = facts.shipped().mechanisms
    for code in ("labour-consultation", "labour-line"):
        one = book().templates[code]
        assert "not_accepted" not in {bodies[body].anonymous for body in one.mechanisms}
        assert "name" not in one.required, one.code


def _said_in_all(words: Words) -> bool:
    """Whether the Japanese and the Vietnamese catalogue have it, each as its own sentence."""
    said = [words.say(slug) for slug in ("en", "ja", "vi")]
    return words.text == said[0] and len({*said}) == (3 if words.text != "E-mail" else 2)


def test_every_text_of_the_documents_is_in_the_catalogues():
    found = [words for one in book().templates.values() for words in _texts(one)]
    found += [part.label for part in book().parts.values()]
    found += [shape.heading for shape in book().sections.values()]
    for table in (book().labels, book().head, book().paper, book().purposes):
        found += table.values()
    assert [words.text for words in found if not _said_in_all(words)] == []


def _texts(template: Template) -> list[Words]:
    more = template.further
    return [
        template.title,
        template.say,
        *template.statements,
        *template.hints.values(),
        *template.bring,
        *((more.title, more.say) if more else ()),
    ]


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_asks_again_no_sooner_than_it_expects_a_word(template):
    assert template.acknowledge_days <= template.chase_days


def test_paper_comes_first_for_contact_points_and_bureaux():
    for code in ("ncp", "labour-bureau", "lsio", "otit", "legal-affairs"):
        assert book().templates[code].channels[0] in ("post", "in_person")


def test_the_contact_point_is_led_through_all_six_questions():
    ncp = book().templates["ncp"]
    hints = [ncp.hints[shape.code].say("en") for shape in ncp.sections if shape.code in ncp.hints]
    assert [hint.partition(":")[0] for hint in hints] == [
        f"Initial assessment {number}" for number in range(1, 7)
    ]


def test_a_paper_for_conciliation_says_first_what_is_asked_then_how_it_came_to_it():
    codes = [shape.code for shape in book().templates["labour-bureau"].sections]
    assert codes.index("employer") < codes.index("asked") < codes.index("facts")


def test_a_title_names_no_body_but_the_one_it_is_for():
    """One document serves several bodies: their name stands in the address."""
    for template in book().templates.values():
        if len(template.mechanisms) > 1 or template.kinds:
            title = template.title.say("ja")
            named = ("労働局", "技能実習機構", "JaCER", "会社の")
            assert not any(body in title for body in named), template.code


def test_a_company_gets_no_name_by_default_and_is_told_not_to_search():
    company = book().templates["company"]
    assert company.form == "no_identity"
    assert any("not to search" in words.say("en") for words in company.statements)


def test_a_company_is_not_told_of_fear_or_of_other_doors():
    offered = default_parts(book().templates["company"], "no_identity", TOLD | {"told": "yes"})
    assert {"company", "story"} <= set(offered)
    assert not {"fear", "earlier", "name", "contact"} & set(offered)
    assert "earlier" in default_parts(book().templates["jacer"], "no_identity", TOLD)


def test_what_runs_beside_a_door_is_said_only_where_a_source_says_so(tmp_path: Path):
    """`routing/data/together.yaml` names law and page of each rule; a template can name none."""
    prose = re.compile("beside|at the same time|same time|stops no time limit", re.IGNORECASE)
    said = [one.text for template in book().templates.values() for one in _texts(template)]
    assert [text for text in said if prose.search(text)] == []
    own = tmp_path / "packets.yaml"
    generic = "  - code: generic\n"
    told = generic + "    together: May run beside every other door.\n"
    own.write_text(FILE.read_text("utf-8").replace(generic, told), "utf-8")
    with pytest.raises(SheetError, match="together"):
        load(own)


def test_only_conciliation_and_mediation_are_said_to_keep_the_date():
    law = set(book().templates["labour-bureau"].mechanisms)
    assert law == {"jp-labour-bureau-conciliation", "jp-equal-employment"}
    for reply in replies.shipped().values():
        assert "30 days" not in reply.text or set(reply.bodies) == law
    ready = {one.id for one in replies.offered("no_agreement", {"jp-prefecture-labour-office"})}
    assert "conciliation-ended" not in ready
    ready = {one.id for one in replies.offered("no_agreement", law)}
    assert "conciliation-ended" in ready


def test_who_tells_the_employer_nothing_unasked_is_not_asked_to_speak_to_them():
    quiet = [
        body
        for body in facts.shipped().mechanisms.values()
        if body.notifies_employer in ("never", "only_with_consent")
    ]
    assert quiet
    for body in quiet:
        assert "speak to my employer" not in template_for(body).say.say("en"), body.id
    for name in ("jp-labour-bureau-consult", "jp-prefecture-labour-office"):
        template = template_for(facts.shipped().mechanisms[name])
        assert "do not contact my employer" in template.say.say("en")
        assert book().templates["lsio"].statements[1] in template.statements


def test_what_is_said_at_a_door_holds_with_a_name_and_without():
    for template in book().templates.values():
        said = " ".join([template.say.say("en"), *template.to_bring("en")])
        if "name" in _items(template):
            assert "not give my name" not in said, template.code
            assert "without your name" not in said, template.code


def test_a_telephone_line_gets_no_report_of_a_violation():
    words = book().templates["labour-line"]
    assert "104" not in words.say.say("en") + words.title.say("en")
    assert "申告" not in words.title.say("ja") + words.say.say("ja")


def test_only_who_wants_to_leave_the_host_asks_to_change_it():
    otit = book().templates["otit"]
    transfer = next(shape for shape in otit.sections if shape.code == "transfer")
    assert "change" not in otit.titled(["facts"]).say("en")
    assert "希望" not in otit.said(["facts"]).say("ja")
    assert "change my host" in otit.said(["facts", "transfer"]).say("en")
    assert otit.needs("transfer-reason", transfer, {"goal": "change_employer"})
    assert not otit.needs("transfer-reason", transfer, {"goal": "stop"})


def test_a_text_without_the_language_is_said_in_english():
    assert book().templates["lsio"].say.say("km").startswith("I make a report")
    assert book().templates["lsio"].to_bring("km")[0] == "This paper"
    assert book().templates["lsio"].to_bring("ja-easy")[0] == "本書"


def test_no_reply_says_that_time_takes_nothing():
    """Neither talks nor a closed case stop the law's own dates."""
    texts = {one.id: one.text for one in replies.shipped().values()}
    for id_, text in texts.items():
        assert "lose no right" not in text, id_
        assert "othing is lost" not in text, id_
    for id_ in ("talks-ended", "conciliation-ended", "closed-unreachable"):
        assert "Time limits in the law" in texts[id_]
