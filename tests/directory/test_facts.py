"""The shipped facts are whole, and a fault in them is found and named by file and line."""

import re
import shutil
from datetime import date

import pytest
import yaml
from babel.messages.pofile import read_po

from grievance.directory.entries import PUBLIC, Channel
from grievance.directory.facts import DATA, FactsError, load_facts, shipped, translated
from grievance.i18n import TRANSLATIONS

FACTS = shipped()
BODIES = FACTS.mechanisms.values()


def channel(kind, value, publish="after_routine_recheck", only_in=(), not_in=()):
    return Channel(kind, value, "official", publish, "mhlw-1", (), only_in, None, {}, None, not_in)


def spoilt(tmp_path, file, old, new):
    """The faults of the shipped facts after one replacement in one file."""
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    text = (folder / file).read_text()
    assert text.count(old) >= 1, old
    (folder / file).write_text(text.replace(old, new, 1))
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(FactsError) as caught:
        load_facts(folder)
    return line, caught.value.faults


def test_ships_eighty_nine_bodies_and_forty_one_issues():
    assert (len(FACTS.mechanisms), len(FACTS.issues)) == (89, 41)
    assert {"jp-lsio", "jp-otit", "jp-esd-org", "ngo-smj", "jp-emergency"} <= set(FACTS.mechanisms)
    assert FACTS.checked == date(2026, 11, 20)


def test_every_issue_has_bodies_and_every_open_body_an_issue():
    assert {issue for body in BODIES for issue in body.issues} >= set(FACTS.issues)
    assert all(body.issues for body in BODIES if body.open_on(FACTS.checked))


def test_every_body_says_what_it_can_do_how_to_start_and_who_learns_the_name():
    needed = {"name", "can_do", "cannot_do", "how_to_start", "who_learns", "cost"}
    assert {body.id: needed - set(body.texts) for body in BODIES if needed - set(body.texts)} == {}


def test_every_name_is_there_in_japanese_easy_japanese_and_vietnamese():
    for slug in ("ja", "ja-easy", "vi"):
        texts = translated(slug)
        assert [body.id for body in BODIES if f"mechanism:{body.id}:name" not in texts] == []
        assert [i for i in FACTS.issues if f"issue:{i}:label" not in texts] == []
    assert translated("en") == {}
    assert translated("ja")["mechanism:jp-lsio:can_do"]  # what easy Japanese lacks, Japanese has
    assert translated("ja-easy")["mechanism:jp-lsio:can_do"]


def test_translations_are_of_the_english_that_ships():
    """A changed English sentence must not keep its old translation."""
    english = {f"issue:{i.id}:{k}": v for i in FACTS.issues.values() for k, v in i.texts.items()}
    for body in BODIES:
        english |= {f"mechanism:{body.id}:{k}": v for k, v in body.texts.items()}
        for place, one in enumerate(body.channels):
            for name, text in one.texts.items():
                english[f"mechanism:{body.id}:channel.{place}.{name}"] = text
    for folder in ("ja", "vi", "ja@easy"):
        with (TRANSLATIONS / folder / "LC_MESSAGES" / "directory.po").open("rb") as source:
            rows = [row for row in read_po(source) if row.id]
        assert [row.context for row in rows if english.get(row.context) != row.id] == []


def test_no_number_is_public_that_nobody_stands_behind():
    for body in BODIES:
        for one in body.channels:
            if one.publish in PUBLIC:
                assert one.value
                assert one.source or one.status in ("public_fact", "descriptive")
                assert one.checked


def test_no_text_carries_a_number_that_is_not_public():
    public = {one.value for body in BODIES for one in body.channels if one.public}
    for body in BODIES:
        texts = [*body.texts.values(), *(t for one in body.channels for t in one.texts.values())]
        found = {n for text in texts for n in re.findall(r"\+?\d[\d-]{5,}\d|#\d{4}", text)}
        assert found <= public, body.id


def test_no_text_speaks_of_how_it_was_researched():
    words = re.compile(r"stored copy|third-party|\bS\d{2,3}\b|find_string|\(knowledge\)", re.I)
    for path in sorted(DATA.rglob("*.yaml")):
        assert words.findall(path.read_text()) == [], path.name


def test_what_no_page_supports_is_to_be_confirmed():
    for body in BODIES:
        assert (body.confirmation == "sourced") == bool(body.sources), body.id


@pytest.mark.parametrize(
    ("way", "leads_somewhere"),
    [
        (channel("phone", "0120-811-610"), True),
        (channel("phone", "0570-001701", "only_after_confirming_on_operator_page"), False),
        (channel("phone", None, "no_value_to_be_confirmed"), False),
        (channel("in_person", "office covering the workplace"), False),
        (channel("in_person", "5-25 Niban-cho, Chiyoda-ku"), True),
        (channel("web", "https://www.otit.go.jp/"), True),
        (channel("chat", "a chat without an address"), False),
        (channel("phone", "018-862-6684", only_in=("JP-05",)), False),
    ],
)
def test_a_way_counts_only_when_it_is_checked_and_leads_somewhere(way, leads_somewhere):
    assert way.usable() is leads_somewhere


def test_a_line_of_one_prefecture_serves_only_that_prefecture():
    akita = channel("phone", "018-862-6684", only_in=("JP-05",))
    assert akita.usable("JP-05")
    assert not akita.usable("JP-13")


def test_where_another_number_stands_in_its_place_only_that_one_serves():
    tohoku = ("JP-03", "JP-04", "JP-07")
    here = channel("phone", "0120-279-226", only_in=tohoku)
    there = channel("phone", "0120-279-338", not_in=tohoku)
    for place in (*tohoku, "JP-13", None):
        assert (here.usable(place), there.usable(place)) == (place in tohoku, place not in tohoku)


def test_a_short_number_of_another_country_counts_for_who_is_there():
    line = channel("phone", "16357", only_in=("BD",))
    assert line.usable(None, in_japan=False, country="BD")
    assert not line.usable(None, in_japan=False, country="IN")
    assert not line.usable()


@pytest.mark.parametrize(
    ("number", "works"),
    [
        ("0120-250-168", False),
        ("110", False),
        ("#9110", False),
        ("0570-013904", False),
        ("03-5796-7112", True),
        ("+86-10-12308", True),
    ],
)
def test_japans_free_and_short_numbers_end_at_its_border(number, works):
    assert channel("phone", number).usable(in_japan=False) is works
    assert channel("phone", number).usable()


@pytest.mark.parametrize(
    ("body", "day", "is_open"),
    [
        ("jp-otit", date(2027, 3, 31), True),
        ("jp-otit", date(2027, 4, 1), False),
        ("jp-esd-org", date(2027, 3, 31), False),
        ("jp-esd-org", date(2027, 4, 1), True),  # planned today, open by its date
        ("eu-flr", date(2027, 12, 13), False),
        ("eu-flr", date(2027, 12, 14), True),
        ("event-code-expo2025", date(2025, 1, 1), False),  # closed is closed
        ("un-treaty-note", date(2026, 11, 20), False),
        ("event-code-greenexpo2027", date(2030, 1, 1), True),  # "to be confirmed" is no limit
    ],
)
def test_a_body_is_open_by_its_dates(body, day, is_open):
    assert FACTS.mechanisms[body].open_on(day) is is_open


def test_words_in_place_of_a_day_ask_for_a_review():
    assert FACTS.mechanisms["event-code-greenexpo2027"].review == ("valid_until",)


STATE, HOME = "mechanisms/state_nonjudicial.yaml", "mechanisms/sending_country_agency.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        (STATE, "  - id: jp-lsio\n    status: active", "  - id: jp-lsio\n    status: open", "open"),
        (STATE, "anonymous: consult_only", "anonymous: sometimes", "sometimes"),
        (STATE, "escalates_to: [jp-emergency,", "escalates_to: [jp-nowhere,", "jp-nowhere"),
        (STATE, "issues: [wages-unpaid,", "issues: [wages-gone,", "wages-gone"),
        (STATE, "sources: [", "sources: [no-such-page, ", "no-such-page"),
        (STATE, "nationality: any", "nationalty: any", "nationalty"),
        (STATE, "interpreters: false", "interpreters: perhaps", "true or false"),
        (HOME, "kind: sending_country_agency", "kind: embassy", "embassy"),
        ("issues.yaml", "level: medium", "level: so-so", "so-so"),
        ("issues.yaml", "scale: 3", "scale: big", "whole number"),
        ("sources.yaml", "organisation: MHLW (", "organization: MHLW (", "unknown key"),
        ("directory.yaml", "checked: '2026-11-20'", "checked: soon", "2026-11-20"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(tmp_path, file, old, new, what):
    line, faults = spoilt(tmp_path, file, old, new)
    wrong = [fault for fault in faults if what in fault.what]
    assert wrong, faults
    assert wrong[0].file.endswith(file.split("/")[-1])
    assert line <= wrong[0].line <= line + 1


def test_a_public_channel_without_a_source_is_a_fault(tmp_path):
    text = (DATA / STATE).read_text()
    public = re.search(r"publish: after_routine_recheck\n +source: \S+", text)[0]
    line, faults = spoilt(tmp_path, STATE, public, public.split("source:")[0] + "source: null")
    assert [(fault.line, fault.what) for fault in faults] == [
        (line, "a public channel without a source")
    ]


def test_a_missing_name_and_an_id_used_twice_are_faults(tmp_path):
    _, faults = spoilt(tmp_path, STATE, "      name: ", "      nam: ")
    assert {fault.what for fault in faults} >= {"texts: name is missing"}
    _, faults = spoilt(tmp_path / "2", STATE, "- id: jp-anon-report", "- id: jp-police-9110")
    assert any("twice" in fault.what for fault in faults)


def test_all_faults_are_reported_together(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    for file, old, new in (
        ("issues.yaml", "level: medium", "level: so-so"),
        (STATE, "anonymous: accepted", "anonymous: 3"),
    ):
        path = folder / file
        path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(FactsError) as caught:
        load_facts(folder)
    assert len({fault.file for fault in caught.value.faults}) == 2


def test_a_file_that_is_not_yaml_says_where(tmp_path):
    _, faults = spoilt(tmp_path, "issues.yaml", "issues:\n", "issues: [\n")
    assert faults[0].file.endswith("issues.yaml")
    assert faults[0].line > 1


def test_the_shipped_files_hold_no_key_twice():
    class Strict(yaml.SafeLoader):
        pass

    def mapping(loader, node):
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), keys
        return loader.construct_pairs(node)

    Strict.add_constructor("tag:yaml.org,2002:map", mapping)
    for path in DATA.rglob("*.yaml"):
        yaml.load(path.read_text(), Strict)


def test_nobody_promises_what_an_employers_own_desk_tells_immigration():
    owned = [
        one for one in shipped().mechanisms.values() if one.notifies_employer == "yes_by_design"
    ]
    assert owned
    assert not [one.id for one in owned if one.tells_immigration == "no"]


def test_what_the_newer_rules_bring_in_has_a_shown_channel():
    brought = (
        "jp-transport-bureau",
        "jsu-itf",
        "jp-supply-demand-office",
        "jp-ncp",
        "jp-otit",
        "jp-women-support",
        "jp-prefecture-labour-office",
        "sending-country-generic",
    )
    for name in brought:
        assert any(one.public for one in FACTS.mechanisms[name].channels), name
