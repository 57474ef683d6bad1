"""Routing as a table of human sentences: one row for each rule and each exclusion."""

from dataclasses import dataclass
from datetime import date

import pytest

from grievance.deadlines.advising import advise
from grievance.directory.facts import shipped
from grievance.routing.explain import rank
from grievance.routing.profile import parse
from grievance.routing.rules import shipped_rules

FACTS, RULES = shipped(), shipped_rules()
DAY = date(2026, 11, 20)
AFTER = "2028-01-10"
BANGLADESH = {"location": "abroad", "country": "BD", "sector": "garment"}
DESK = {"issue": "harassment-power", "company_desk": True}
FEES_IN_MALAYSIA = {"issue": "recruitment-fees-debt", "location": "abroad", "country": "MY"}


@dataclass(frozen=True)
class Row:
    says: str
    profile: dict
    first: str = ""
    order: str = ""
    has: str = ""
    not_: str = ""
    out: str = ""  # "door:reason"
    warns: str = ""
    last: str = ""
    quiet: str = ""  # warnings that are not given


TABLE = [
    # R0
    Row("The base list of the issue", {"issue": "child-labour"},
        "jp-lsio jp-child-189 jp-legal-affairs"),
    Row("Abroad has its own list", {"issue": "wages-unpaid", "location": "abroad"},
        "local-labour-authority gfa-union-channel buyer-grievance-template jacer nhri-generic"),
    Row("A returned worker has one too", {"issue": "wages-unpaid", "location": "returned"},
        "ngo-smj jp-lsio jp-bar-association sending-country-generic union-individual"),
    Row("A returned worker with any other issue starts at home",
        {"issue": "violence", "location": "returned"}, "sending-country-generic ngo-smj"),
    Row("Further issues add their doors behind, none twice",
        {"issues": ["child-labour", "wages-unpaid"]},
        "jp-lsio jp-child-189 jp-legal-affairs jp-foreign-worker-dial union-individual"),
    # R3, R3b
    Row("An intern's body comes first for violence", {"issue": "violence", "status": "titp"},
        "jp-otit jp-emergency"),
    Row("It comes second for wages", {"issue": "wages-unpaid", "status": "titp"},
        "jp-foreign-worker-dial jp-otit"),
    Row("It comes last where the table names no place",
        {"issue": "union-retaliation", "status": "titp"}, last="jp-otit"),
    Row("The main issue decides its place",
        {"issues": ["wages-unpaid", "harassment-power"], "status": "titp"},
        "jp-foreign-worker-dial jp-otit"),
    Row("From April 2027 the new body takes over",
        {"issue": "violence", "status": "titp", "date": "2027-04-01"},
        "jp-esd-org", not_="jp-otit", out="jp-otit:no-longer-open"),
    Row("The day before it has not",
        {"issue": "violence", "status": "esd", "date": "2027-03-31"},
        "jp-otit", out="jp-esd-org:not-open-yet"),
    Row("A returned intern finds it third",
        {"issue": "wages-unpaid", "location": "returned", "status": "titp"},
        "ngo-smj jp-lsio jp-otit jp-bar-association"),
    Row("Abroad there is none", {"issue": "violence", "location": "abroad", "status": "titp"},
        not_="jp-otit jp-esd-org"),
    Row("A specified skilled worker has none before April 2027",
        {"issue": "wages-unpaid", "status": "ssw"}, not_="jp-otit jp-esd-org",
        out="jp-esd-org:not-open-yet", warns="support-paid-by-employer"),
    Row("and finds the new body second after it",
        {"issue": "wages-unpaid", "status": "ssw", "date": AFTER},
        "jp-foreign-worker-dial jp-esd-org"),
    Row("third when a change of employer is refused",
        {"issue": "transfer-refused", "status": "ssw", "date": AFTER},
        "jp-hellowork-foreign jp-isa-info jp-esd-org", has="jp-ssw-support"),
    Row("Housing brings in the support the employer pays",
        {"issue": "housing", "status": "ssw"}, last="jp-ssw-support"),
    Row("wages do not", {"issue": "wages-unpaid", "status": "ssw"}, not_="jp-ssw-support"),
    Row("A returned one gets no warning about it",
        {"issue": "housing", "location": "returned", "status": "ssw"}, not_="jp-ssw-support"),
    # R3c
    Row("Who does not say a status may be an intern", {"issue": "document-retention"},
        "jp-legal-affairs jp-otit"),
    Row("only an intern has a plan", {"issue": "plan-mismatch", "nationality": "VN"},
        "jp-otit jp-lsio", order="ngo-smj jp-isa-info"),
    Row("after April 2027 it is the new body", {"issue": "deposit-penalty", "date": AFTER},
        order="jp-lsio jp-esd-org", not_="jp-otit"),
    Row("a status that is said is believed", {"issue": "document-retention", "status": "other"},
        not_="jp-otit"),
    Row("and a Japanese is no intern", {"issue": "document-retention", "nationality": "JP"},
        not_="jp-otit"),
    Row("Until the status is known immigration stands behind supporter and lawyer",
        {"issue": "transfer-refused"}, order="jp-bar-association jp-isa-info"),
    Row("The support must help after a dismissal", {"issue": "dismissal-nonrenewal",
        "status": "ssw"}, last="jp-ssw-support"),
    # The safety floor
    Row("A side issue of safety leads", {"issues": ["wages-unpaid", "violence"]},
        "jp-emergency jp-police-9110 jp-legal-affairs jp-foreign-worker-dial"),
    Row("a wish does not push it down", {"issue": "violence", "goal": "information"},
        "jp-emergency jp-police-9110 jp-legal-affairs jp-foreign-worker-dial jp-labour-hotline"),
    Row("nor does staying unnamed", {"issue": "child-labour", "anonymous": True},
        "jp-lsio jp-child-189 jp-legal-affairs"),
    Row("of two the one named first",
        {"issues": ["hours-rest", "document-retention", "violence"], "status": "other"},
        "jp-legal-affairs jp-lsio jp-bar-association"),
    Row("A wish looks at the main issue only",
        {"issues": ["housing", "wages-unpaid"], "goal": "stop"}, "jp-foreign-worker-dial"),
    # R6c to R6g
    Row("A firm in several countries has a contact point",
        {"issue": "hours-rest", "multinational": True}, last="jp-ncp"),
    Row("not for papers of immigration", {"issue": "immigration-status", "multinational": True},
        not_="jp-ncp"),
    Row("nor in danger", {"issue": "violence", "multinational": True, "danger": True},
        not_="jp-ncp", out="jp-ncp:not-until-safe"),
    Row("A family's housekeeper stands outside the labour law",
        {"issue": "wages-unpaid", "sector": "domestic", "nationality": "ID", "woman": True,
         "goal": "stop"}, "jp-foreign-worker-dial",
        order="jp-women-support id-kp2mi-kbri jp-lsio jp-labour-bureau-conciliation"),
    Row("A ship has its own inspector and union", {"issue": "wages-unpaid", "sector": "shipping"},
        "jp-foreign-worker-dial jp-transport-bureau jsu-itf",
        not_="jp-lsio union-individual", out="jp-lsio:replaced"),
    Row("for fishing they stand beside those on land",
        {"issue": "wages-unpaid", "sector": "fishing"},
        "jp-foreign-worker-dial jp-lsio jp-transport-bureau union-individual jsu-itf"),
    Row("The prefecture's office stands behind the line",
        {"issue": "hours-rest", "prefecture": "JP-13"},
        "jp-foreign-worker-dial jp-prefecture-labour-office jp-lsio"),
    Row("first without one", {"issue": "harassment-power", "prefecture": "JP-13"},
        "jp-prefecture-labour-office jp-labour-bureau-consult"),
    Row("but for the interns' body",
        {"issue": "harassment-power", "prefecture": "JP-13", "status": "titp"},
        "jp-otit jp-prefecture-labour-office jp-labour-bureau-consult"),
    Row("not where no number of it is known", {"issue": "hours-rest", "prefecture": "JP-40"},
        not_="jp-prefecture-labour-office"),
    Row("The confederation's line waits for somebody to confirm it",
        {"issue": "hours-rest"}, not_="rengo-hotline"),
    Row("A dispatched worker finds who licenses the agency",
        {"issue": "wages-unpaid", "dispatched": True},
        "jp-foreign-worker-dial jp-supply-demand-office jp-lsio"),
    Row("and it stays where it leads already",
        {"issue": "agency-misconduct", "dispatched": True, "status": "other"},
        "jp-supply-demand-office"),
    # R7b
    Row("A woman who is not let out", {"issue": "movement-restriction", "woman": True,
        "status": "other"}, "jp-emergency jp-women-support"),
    Row("Pregnant, at the end", {"issue": "pregnancy-maternity", "woman": True},
        last="jp-women-support"),
    Row("third when her room goes with the job",
        {"issues": ["pregnancy-maternity", "housing"], "woman": True},
        "jp-equal-employment jp-foreign-worker-dial jp-women-support"),
    Row("third without status",
        {"issue": "pregnancy-maternity", "woman": True, "irregular": True},
        "ngo-smj jp-bar-association jp-women-support"),
    # R4
    Row("Unnamed: what is near before what is far",
        {"issues": ["wages-unpaid", "supply-chain-abroad"], "anonymous": True},
        order="jp-foreign-worker-dial jp-labour-tribunal jacer buyer-grievance-template"),
    # R8, returned
    Row("Back home the own authority keeps its first place",
        {"issue": "agency-misconduct", "location": "returned", "nationality": "UZ"},
        "sending-country-generic"),
    Row("A woman in fear of immigration hears what is the police alone",
        {"issue": "violence", "irregular": True, "danger": True}, "jp-emergency"),
    # R5
    Row("Who wants money gets conciliation before legal aid and tribunal",
        {"issue": "minimum-wage", "goal": "money"},
        order="union-individual jp-labour-bureau-conciliation jp-houterasu jp-labour-tribunal"),
    Row("Without that wish minimum wage has no conciliation", {"issue": "minimum-wage"},
        not_="jp-labour-bureau-conciliation"),
    Row("A door already listed is not moved by being added",
        {"issue": "dismissal-nonrenewal", "goal": "money"},
        order="jp-labour-bureau-conciliation union-individual jp-labour-tribunal "
        "jp-hellowork-foreign"),
    Row("Bullying has its own mediation and no conciliation",
        {"issue": "harassment-power", "goal": "money"},
        order="jp-equal-employment jp-houterasu jp-labour-tribunal",
        not_="jp-labour-bureau-conciliation"),
    Row("A bankrupt employer: the wage advance right after the information line",
        {"issue": "wages-unpaid", "goal": "money", "bankrupt": True},
        "jp-foreign-worker-dial jp-wage-advance"),
    Row("also after an intern's information line",
        {"issue": "wages-unpaid", "goal": "money", "bankrupt": True, "status": "titp"},
        "jp-foreign-worker-dial jp-wage-advance jp-otit"),
    Row("but not for one who wants it to stop",
        {"issue": "wages-unpaid", "goal": "stop", "bankrupt": True}, not_="jp-wage-advance"),
    Row("Who wants it to stop goes to the inspector", {"issue": "hours-rest", "goal": "stop"},
        "jp-lsio jp-foreign-worker-dial"),
    Row("an intern second", {"issue": "safety-hazard", "goal": "stop", "status": "titp"},
        "jp-otit jp-lsio"),
    Row("second also behind the information line",
        {"issue": "wages-unpaid", "goal": "stop", "status": "titp"},
        "jp-foreign-worker-dial jp-lsio jp-otit"),
    Row("The inspector is no answer to bullying", {"issue": "harassment-power", "goal": "stop"},
        "jp-labour-bureau-consult", not_="jp-lsio"),
    Row("Who wants to change employer goes to Hello Work",
        {"issue": "wages-unpaid", "goal": "change_employer"}, "jp-hellowork-foreign",
        last="jp-isa-info"),
    Row("an intern to the body", {"issue": "wages-unpaid", "goal": "change_employer",
        "status": "titp"}, "jp-otit", not_="jp-hellowork-foreign"),
    Row("nobody without status", {"issue": "wages-unpaid", "goal": "change_employer",
        "irregular": True}, not_="jp-hellowork-foreign jp-isa-info"),
    Row("Who only wants to know gets the telephone lines",
        {"issue": "harassment-power", "goal": "information"},
        "jp-foreign-worker-dial jp-labour-hotline jp-labour-bureau-consult"),
    Row("an intern the body between them",
        {"issue": "harassment-power", "goal": "information", "status": "titp"},
        "jp-foreign-worker-dial jp-otit jp-labour-hotline"),
    Row("Wishes count in Japan only",
        {"issue": "insurance-pension", "goal": "information", "location": "returned"},
        "jp-pension-office ngo-smj", not_="jp-foreign-worker-dial"),
    # R6, R6b
    Row("A supplier's worker can also turn to the buyer",
        {"issue": "hours-rest", "supplier": True},
        order="union-individual buyer-grievance-template jacer jp-ncp jp-mirai-assist"),
    Row("Abroad without the desk for migrants in Japan",
        {"issue": "hours-rest", "supplier": True, "location": "abroad"}, not_="jp-mirai-assist"),
    Row("Not to an industry desk the company has not joined",
        {"issue": "hours-rest", "supplier": True, "jacer_member": False}, not_="jacer",
        out="jacer:not-a-member", has="jp-ncp"),
    Row("nor from a base list", {"issue": "supply-chain-abroad", "jacer_member": False},
        not_="jacer", out="jacer:not-a-member"),
    Row("The Bangladesh safety desk is for garments", {"issue": "safety-hazard", **BANGLADESH},
        "local-labour-authority rsc-bangladesh", out="accord-pakistan:other-country"),
    Row("not for leather", {"issue": "safety-hazard", **BANGLADESH, "sector": "leather"},
        not_="rsc-bangladesh", out="rsc-bangladesh:other-country-or-sector"),
    Row("The Pakistan desk is for Pakistan",
        {"issue": "safety-hazard", "location": "abroad", "country": "PK"},
        "local-labour-authority accord-pakistan", not_="rsc-bangladesh"),
    Row("The country's human rights institution stands for the general entry",
        {"issue": "immigration-status", "location": "abroad", "country": "TH"}, "th-nhrct",
        not_="nhri-generic", out="nhri-generic:replaced"),
    Row("unless reaching it is unsafe",
        {"issue": "immigration-status", "location": "abroad", "country": "MM"}, "nhri-generic",
        not_="mm-mnhrc", out="mm-mnhrc:never-automatic"),
    Row("A contact point only where there is one",
        {"issue": "hours-rest", "location": "abroad", "country": "KR"}, has="ncp-generic"),
    Row("not in Viet Nam", {"issue": "hours-rest", "location": "abroad", "country": "VN"},
        not_="ncp-generic", out="ncp-generic:no-contact-point", has="jp-ncp"),
    Row("nor where the country is not known", {"issue": "hours-rest", "location": "abroad"},
        not_="ncp-generic", out="ncp-generic:country-not-given"),
    Row("US customs only for goods that go there", FEES_IN_MALAYSIA, not_="us-cbp",
        out="us-cbp:no-us-goods"),
    Row("then yes", FEES_IN_MALAYSIA | {"exports_to_us": True}, has="us-cbp"),
    Row("The EU ban only from its day",
        FEES_IN_MALAYSIA | {"exports_to_eu": True, "date": "2027-12-13"}, not_="eu-flr",
        out="eu-flr:not-open-yet"),
    Row("then yes", FEES_IN_MALAYSIA | {"exports_to_eu": True, "date": "2027-12-14"},
        has="eu-flr"),
    Row("not for other goods", FEES_IN_MALAYSIA | {"date": AFTER}, not_="eu-flr",
        out="eu-flr:no-eu-goods"),
    Row("A bank's mechanism only with its money",
        {"issue": "community-environment", "finance": ["jica", "ifc"]},
        has="jica-objection ifc-cao", not_="jbic-objection", out="jbic-objection:not-its-money"),
    # R8, R8b
    Row("Fees bring the home authority second",
        {"issue": "recruitment-fees-debt", "nationality": "VN"},
        "jp-supply-demand-office vn-dolab-embassy"),
    Row("behind an intern's body", {"issue": "recruitment-fees-debt", "nationality": "VN",
        "status": "titp"}, "jp-otit vn-dolab-embassy jp-supply-demand-office"),
    Row("An accident brings it last", {"issue": "accident-illness", "nationality": "TH"},
        last="th-labour-office"),
    Row("Wages do not bring it", {"issue": "wages-unpaid", "nationality": "TH"},
        not_="th-labour-office"),
    Row("A country without a known one gets the general entry",
        {"issue": "accident-illness", "nationality": "UZ"}, last="sending-country-generic"),
    Row("A Japanese worker gets none", {"issue": "accident-illness", "nationality": "JP"},
        not_="sending-country-generic"),
    Row("an unknown nationality neither", {"issue": "accident-illness"},
        not_="sending-country-generic"),
    Row("but a listed general entry stays", {"issue": "violence", "location": "returned"},
        "sending-country-generic"),
    Row("A known one replaces it", {"issue": "violence", "location": "returned",
        "nationality": "PH"}, "ph-dmw-mwo ngo-smj", not_="sending-country-generic",
        out="sending-country-generic:replaced"),
    Row("A refugee never meets it",
        {"issue": "recruitment-fees-debt", "nationality": "VN", "refugee": True},
        not_="vn-dolab-embassy sending-country-generic", out="vn-dolab-embassy:refugee",
        warns="refugee"),
    Row("not even from a base list", {"issue": "violence", "location": "returned",
        "refugee": True}, "ngo-smj", not_="sending-country-generic",
        out="sending-country-generic:refugee"),
    Row("Myanmar's embassy is never named of itself",
        {"issue": "recruitment-fees-debt", "nationality": "MM"},
        not_="mm-embassy sending-country-generic", out="mm-embassy:never-automatic"),
    Row("nor the general entry in its place",
        {"issue": "violence", "location": "returned", "nationality": "MM"}, "ngo-smj",
        not_="mm-embassy sending-country-generic",
        out="sending-country-generic:never-automatic"),
    Row("The home institution stands for the general one after return",
        {"issue": "agency-misconduct", "location": "returned", "nationality": "PH"},
        has="ph-chr ph-dmw-mwo", not_="nhri-generic sending-country-generic"),
    Row("In a third country the own authority there comes second",
        FEES_IN_MALAYSIA | {"nationality": "NP", "now_in": "MY"}, "my-suhakam np-embassy-feb"),
    Row("not in one's own country",
        FEES_IN_MALAYSIA | {"nationality": "MY"}, not_="sending-country-generic"),
    Row("and never for a refugee", FEES_IN_MALAYSIA | {"nationality": "NP", "refugee": True},
        not_="np-embassy-feb sending-country-generic", out="np-embassy-feb:refugee"),
    Row("From elsewhere it comes second too, and some doors need presence",
        FEES_IN_MALAYSIA | {"nationality": "NP", "now_in": "NP"},
        "my-suhakam np-embassy-feb local-labour-authority", warns="must-be-there"),
    Row("not for a refugee",
        FEES_IN_MALAYSIA | {"nationality": "NP", "now_in": "TH", "refugee": True},
        not_="np-embassy-feb", out="np-embassy-feb:refugee"),
    Row("A worker who left Japan has it second too",
        {"issue": "wages-unpaid", "nationality": "VN", "now_in": "VN"},
        "jp-foreign-worker-dial vn-dolab-embassy", warns="must-be-there"),
    # R7
    Row("A company desk is an option at second place", DESK,
        "jp-labour-bureau-consult company-hotline-template", warns="company-desk-optional"),
    Row("not in fear", DESK | {"fear": True}, out="company-hotline-template:desk-fear"),
    Row("not in danger", DESK | {"danger": True}, out="company-hotline-template:desk-danger"),
    Row("not unnamed", DESK | {"anonymous": True},
        out="company-hotline-template:desk-anonymous"),
    Row("not for violence", DESK | {"issue": "violence"},
        out="company-hotline-template:desk-grave"),
    Row("not when a further issue is grave",
        {"issues": ["harassment-power", "violence"], "company_desk": True},
        out="company-hotline-template:desk-grave"),
    Row("not abroad", DESK | {"location": "abroad"}, not_="company-hotline-template"),
    Row("To hide from the employer changes no order", DESK | {"hide_from_employer": True},
        "jp-labour-bureau-consult company-hotline-template"),
    # R7b
    Row("A woman hurt finds the women's centres second",
        {"issue": "violence", "woman": True}, "jp-emergency jp-women-support"),
    Row("not for wages", {"issue": "wages-unpaid", "woman": True}, not_="jp-women-support"),
    # R4
    Row("Unnamed: what needs no name first, what needs one last",
        {"issue": "dismissal-nonrenewal", "anonymous": True},
        "jp-labour-bureau-consult union-individual jp-houterasu jp-labour-bureau-guidance",
        warns="name-needed"),
    Row("What takes unnamed complaints leads", {"issue": "insurance-pension", "anonymous": True},
        "jp-foreign-worker-dial jp-pension-office"),
    # R2
    Row("Without status: supporter, lawyer, the others, those near to immigration",
        {"issue": "housing", "irregular": True},
        "ngo-smj jp-bar-association jp-foreign-worker-dial jp-lsio union-individual "
        "jp-legal-affairs jp-municipal-onestop", warns="irregular houterasu-status"),
    Row("Hello Work is out", {"issue": "insurance-pension", "irregular": True},
        not_="jp-hellowork-foreign", out="jp-hellowork-foreign:needs-status"),
    Row("Legal aid from the State is last", {"issue": "other", "irregular": True},
        last="jp-houterasu"),
    Row("Doors that protect count as safe",
        {"issue": "forced-labour-trafficking", "irregular": True},
        "ngo-smj jp-bar-association jp-emergency jp-trafficking-protection jp-women-support"),
    Row("An intern who left finds the body third",
        {"issue": "wages-unpaid", "irregular": True, "status": "titp", "left_host": True},
        "ngo-smj jp-bar-association jp-otit"),
    Row("Status changes nothing abroad",
        {"issue": "hours-rest", "location": "abroad", "irregular": True},
        "local-labour-authority", not_="jp-bar-association", warns="irregular"),
    # R1
    Row("Danger: first the emergency number", {"issue": "wages-unpaid", "danger": True},
        "jp-emergency", warns="danger"),
    Row("for an intern then the body", {"issue": "wages-unpaid", "danger": True,
        "status": "titp"}, "jp-emergency jp-otit"),
    Row("for a woman hurt then the centres",
        {"issue": "violence", "danger": True, "woman": True, "status": "titp"},
        "jp-emergency jp-otit jp-women-support"),
    Row("No company, no buyer, no contact point before the worker is safe",
        {"issue": "hours-rest", "supplier": True, "danger": True},
        not_="buyer-grievance-template jacer jp-ncp", has="jp-mirai-assist",
        out="jp-ncp:not-until-safe"),
    Row("Danger leads even without status",
        {"issue": "wages-unpaid", "danger": True, "irregular": True},
        "jp-emergency ngo-smj jp-bar-association"),
    Row("Abroad there is no Japanese emergency number",
        {"issue": "violence", "location": "abroad", "danger": True}, not_="jp-emergency jp-ncp",
        warns="danger call-local-emergency"),
    Row("nor for a person who is not in Japan now",
        {"issue": "violence", "now_in": "VN", "danger": True}, not_="jp-emergency",
        out="jp-emergency:outside-japan", warns="call-local-emergency"),
    Row("A child brings in the child consultation centre",
        {"issue": "hours-rest", "child": True}, last="jp-child-189"),
    Row("and is not danger by itself", {"issue": "hours-rest", "child": True},
        "jp-foreign-worker-dial"),
    # R9: limits of the law that end soon; without a date of its own the day is 2026-11-20
    Row("Who takes what has to be filed stands behind the first door",
        {"issue": "wages-unpaid", "events": {"wages": "2023-12-29"}},
        "jp-foreign-worker-dial jp-labour-tribunal jp-lsio", warns="limitation-soon"),
    Row("a day 61 days ahead moves nothing",
        {"issue": "wages-unpaid", "events": {"wages": "2024-01-20"}},
        "jp-foreign-worker-dial jp-lsio", quiet="limitation-soon"),
    Row("nor does one that has passed",
        {"issue": "wages-unpaid", "events": {"wages": "2023-11-19"}},
        "jp-foreign-worker-dial jp-lsio", quiet="limitation-soon"),
    Row("nor a limit without an office, which is said",
        {"issue": "dismissal-nonrenewal", "events": {"status-loss": "2026-09-20"}},
        "jp-labour-bureau-consult jp-labour-bureau-guidance", warns="limitation-soon"),
    Row("A labour tribunal cannot award the additional payment",
        {"issue": "overtime-unpaid", "events": {"additional-payment": "2023-12-20"}},
        "jp-foreign-worker-dial jp-lsio", warns="limitation-soon"),
    Row("What ends first stands first",
        {"issues": ["wages-unpaid", "union-retaliation"],
         "events": {"wages": "2023-12-29", "unfair-labour-practice": "2025-12-10"}},
        "jp-foreign-worker-dial jp-labour-relations-commission jp-labour-tribunal"),
    Row("Danger stays in front",
        {"issue": "wages-unpaid", "danger": True, "status": "titp",
         "events": {"wages": "2023-12-29"}},
        "jp-emergency jp-otit jp-labour-tribunal"),
    Row("Nobody without residence status is sent to immigration sooner",
        {"issue": "transfer-refused", "irregular": True,
         "events": {"employer-change-report": "2026-11-15"}},
        "ngo-smj jp-bar-association", order="union-individual jp-isa-info",
        warns="limitation-soon"),
    # warnings without a row
    Row("A student hears of the 28 hours", {"issue": "wages-unpaid", "status": "student"},
        warns="student-hours"),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.says)
def test_row(row):
    profile = parse(row.profile, tuple(FACTS.issues), RULES.limitation_codes)
    result = advise(profile, RULES, FACTS, DAY)
    got = [door.mechanism for door in result.doors]
    out = {one.mechanism: one.reason.code for one in result.ruled_out}
    first, order = row.first.split(), row.order.split()
    assert got[: len(first)] == first
    assert [name for name in got if name in order] == order
    assert set(row.has.split()) <= set(got)
    assert not set(row.not_.split()) & set(got)
    assert not row.last or got[-1] == row.last
    for pair in row.out.split():
        name, _, why = pair.partition(":")
        assert out.get(name) == why
        assert name not in got
    warned = {note.code for note in result.warnings}
    assert set(row.warns.split()) <= warned
    assert not set(row.quiet.split()) & warned


CAUTIONS = [
    ("An unknown membership is said", {"issue": "hours-rest", "supplier": True}, "jacer",
     "jacer-member-unknown"),
    ("Stopping goods needs consent", FEES_IN_MALAYSIA | {"exports_to_us": True}, "us-cbp",
     "only-with-your-consent"),
    ("A court tells the employer", {"issue": "wages-unpaid", "hide_from_employer": True},
     "jp-labour-tribunal", "employer-is-told"),
    ("An inspection lets him guess", {"issue": "wages-unpaid", "hide_from_employer": True},
     "jp-lsio", "employer-may-learn"),
    ("A court needs a name", {"issue": "wages-unpaid", "anonymous": True}, "jp-labour-tribunal",
     "name-needed"),
    ("A union needs one later", {"issue": "wages-unpaid", "anonymous": True}, "union-individual",
     "name-for-formal-step"),
    ("Every State body is marked without status", {"issue": "wages-unpaid", "irregular": True},
     "jp-lsio", "irregular"),
    ("A careful promise is no promise", {"issue": "wages-unpaid", "irregular": True},
     "jp-lsio", "immigration-not-usual"),
    ("Immigration is named as such", {"issue": "plan-mismatch", "irregular": True},
     "jp-isa-info", "is-immigration"),
    ("What may tell immigration is marked", {"issue": "housing", "irregular": True},
     "jp-legal-affairs", "may-tell-immigration"),
    ("Legal aid needs lawful stay", {"issue": "wages-unpaid", "irregular": True},
     "jp-houterasu", "houterasu-status"),
    ("The support is paid by the employer", {"issue": "housing", "status": "ssw"},
     "jp-ssw-support", "support-paid-by-employer"),
    ("A company's desk is optional", DESK, "company-hotline-template", "company-desk-optional"),
    ("A buyer may have no desk", {"issue": "hours-rest", "supplier": True},
     "buyer-grievance-template", "ask-whether-it-exists"),
    ("From home some doors need presence",
     {"issue": "agency-misconduct", "now_in": "VN", "nationality": "VN"},
     "jp-supply-demand-office", "must-be-there"),
    ("and some an agent", {"issue": "wages-unpaid", "location": "returned"}, "jp-lsio",
     "needs-agent"),
    ("A neighbour cannot file for the worker", {"issue": "wages-unpaid", "third_party": True},
     "jp-labour-tribunal", "worker-must-come"),
    ("Who left the host asks a supporter first",
     {"issue": "wages-unpaid", "status": "titp", "left_host": True}, "jp-otit", "left-host"),
    ("No checked contact is said", {"issue": "supply-chain-abroad"}, "buyer-grievance-template",
     "no-checked-contact"),
    ("Perhaps an intern", {"issue": "document-retention"}, "jp-otit", "if-you-are-an-intern"),
    ("A contact point is slow", {"issue": "hours-rest", "multinational": True}, "jp-ncp",
     "contact-point-slow"),
    ("A family's home", {"issue": "wages-unpaid", "sector": "domestic"}, "jp-lsio",
     "outside-labour-standards-law"),
    ("Ship or shore", {"issue": "wages-unpaid", "sector": "fishing"}, "jp-transport-bureau",
     "ship-or-shore"),
    ("Papers are a matter of the police", {"issue": "violence", "irregular": True},
     "jp-emergency", "police-only"),
    ("My language", {"issue": "wages-unpaid", "language": "vi"}, "jp-foreign-worker-dial",
     "speaks-your-language"),
    ("Easy Japanese is Japanese", {"issue": "wages-unpaid", "language": "ja-easy"},
     "jp-labour-tribunal", "speaks-your-language"),
    ("A language nobody noted", {"issue": "wages-unpaid", "language": "lo"}, "union-individual",
     "language-not-known"),
    ("An interpreter can be had", {"issue": "wages-unpaid", "language": "lo"}, "jp-lsio",
     "interpreter-possible"),
    ("Not my language", {"issue": "wages-unpaid", "language": "lo"}, "jp-labour-tribunal",
     "ask-for-interpreter"),
]  # fmt: skip


@pytest.mark.parametrize(("says", "profile", "door", "code"), CAUTIONS, ids=lambda v: str(v)[:60])
def test_caution(says, profile, door, code):
    result = rank(parse(profile, tuple(FACTS.issues)), RULES, FACTS, DAY)
    cautions = {one.mechanism: {note.code for note in one.cautions} for one in result.doors}
    assert code in cautions[door], says


def test_cautions_stay_away_when_nothing_calls_for_them():
    plain = rank(parse({"issue": "wages-unpaid"}, tuple(FACTS.issues)), RULES, FACTS, DAY)
    codes = {note.code for door in plain.doors for note in door.cautions}
    assert codes == {"no-checked-contact"}
    assert plain.warnings == ()


def test_a_language_changes_no_rank():
    asked = [
        [
            door.mechanism
            for door in rank(parse(profile, tuple(FACTS.issues)), RULES, FACTS, DAY).doors
        ]
        for profile in ({"issue": "wages-unpaid"}, {"issue": "wages-unpaid", "language": "lo"})
    ]
    assert asked[0] == asked[1]


def test_the_law_stands_beside_the_power():
    result = rank(parse({"issue": "wages-unpaid"}, tuple(FACTS.issues)), RULES, FACTS, DAY)
    power = {door.mechanism: door.reasons[0] for door in result.doors}
    assert (power["jp-lsio"].code, power["jp-lsio"].basis) == (
        "legal-power",
        "LSA 24, 104, 115, 143",
    )
    assert power["jp-labour-tribunal"].code == "court"


def test_the_nearest_reachable_door_is_named():
    one = rank(parse({"issue": "supply-chain-abroad"}, tuple(FACTS.issues)), RULES, FACTS, DAY)
    assert not one.doors[0].reachable
    assert one.nearest == "jacer"
    far = rank(
        parse({"issue": "violence", "location": "abroad", "danger": True}, tuple(FACTS.issues)),
        RULES,
        FACTS,
        DAY,
    )
    assert far.nearest == "gfa-union-channel"


def test_a_line_of_one_prefecture_counts_there_only():
    office = FACTS.mechanisms["jp-prefecture-labour-office"]

    def reachable(prefecture):
        profile = {"issue": "wages-unpaid", "prefecture": prefecture}
        result = rank(parse(profile, tuple(FACTS.issues)), RULES, FACTS, DAY)
        return {door.mechanism for door in result.doors if door.reachable}

    assert reachable("JP-40") == reachable("JP-13") - {office.id}
    assert office.reachable("JP-13")
    assert not office.reachable("JP-40")
