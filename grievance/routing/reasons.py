"""Every code routing gives a reason, caution, exclusion or warning by, and its sentence.

Sentences are English messages of the catalogue `public`; docs/routing.md lists the codes.
"""

from __future__ import annotations

from grievance.directory.entries import KINDS
from grievance.directory.facts import Mechanism
from grievance.i18n import N_
from grievance.model import some_of

# What a body is good for, by the first of these kinds of remedy it has.
_BY_REMEDY = (
    ("licence-power", {"licence_action", "plan_revocation_or_improvement_order_by_ministers"}),
    ("legal-power", {"inspection", "inspection_order", "wage_order"}),
    ("legal-help", {"legal_aid", "representation"}),
    ("human-rights", {"human_rights_recommendation", "accusation"}),
    ("mediates", {"conciliation", "mediation", "mediation_of_complaint"}),
    ("work-and-transfer", {"job_placement"}),
    ("pays-or-insures", {"accident_compensation_decision", "benefit", "compensation"}),
    ("protects", {"emergency_shelter", "protection", "medical_care"}),
    ("asks-employer", {"advice_to_employer"}),
    ("residence", {"residence_procedure"}),
    ("investigates", {"investigation", "compliance_investigation"}),
)
_BY_KIND = {
    "state_emergency": "comes-at-once",
    "state_judicial": "court",
    "ncp": "contact-point",
    "company": "company",
    "industry": "industry",
    "multi_stakeholder": "agreed-desk",
    "union": "negotiates",
    "sending_country_agency": "own-country",
    "nhri": "human-rights",
    "international": "outside-pressure",
}
some_of(_BY_KIND, KINDS, without=("ngo", "state_nonjudicial"))

ROLES = {
    "comes-at-once": N_("They come when somebody is in danger, by day and by night."),
    "licence-power": N_(
        "They have legal power over agencies and the firms that train or employ through them: "
        "they can inspect them and act on their licence."
    ),
    "legal-power": N_(
        "They have legal power over this problem: they can inspect the workplace and tell the "
        "employer to put it right."
    ),
    "legal-help": N_("A lawyer can tell you your rights and act for you."),
    "human-rights": N_(
        "They look into harm to human rights and can ask for it to be put right. They are "
        "independent of your employer."
    ),
    "mediates": N_("They can bring you and the other side together to find an agreement."),
    "work-and-transfer": N_("They can help you find or change work."),
    "pays-or-insures": N_("They decide about money or insurance that the law gives you."),
    "protects": N_("They can protect you and find you a safe place or medical help."),
    "asks-employer": N_("They can tell your employer what the law asks for."),
    "residence": N_("They are responsible for questions about your residence status."),
    "investigates": N_("They can look into what happened."),
    "explains": N_("They listen, explain your rights and name the right office."),
    "stands-by-you": N_(
        "They are independent, listen to you and can go with you to other offices."
    ),
    "negotiates": N_("A union can negotiate with the company for you."),
    "court": N_("A court can decide what you must be paid or what must be done."),
    "contact-point": N_(
        "They can bring a multinational company to talks when it did not follow the "
        "international rules for companies."
    ),
    "company": N_("The company has a duty to listen and to put right what it caused."),
    "industry": N_("They pass your complaint to their member company and follow how it answers."),
    "agreed-desk": N_("Companies and others have agreed to act on complaints that come here."),
    "own-country": N_(
        "They are the office of your own country: they can help with papers and act on the "
        "agency that sent you."
    ),
    "outside-pressure": N_("They can put pressure from outside on those responsible."),
}

REASONS = ROLES | {
    "further-issue": N_("Fits another problem you named."),
    "intern-body": N_("This body is there for technical interns and trainees like you."),
    "skilled-worker-body": N_("They also help specified skilled workers."),
    "goal-money": N_("You want the money you are owed: this is a way to get it."),
    "employer-bankrupt": N_(
        "When an employer is bankrupt, the State can pay part of the wages. Apply within 6 months "
        "after you leave."
    ),
    "goal-stop": N_("You want it to stop: they can inspect and give orders."),
    "goal-change-employer": N_("You want to change your employer: they can help with that."),
    "goal-information": N_("You want to know more first: they answer questions."),
    "supplier": N_("Your employer works for a Japanese company that can press for a solution."),
    "home-authority": N_("Your own country has a duty to protect its workers abroad."),
    "company-desk": N_("Your company has a desk for complaints. You do not have to use it."),
    "away": N_("You are in another country than the work: your own country can act for you."),
    "woman": N_("They help women, and can find a safe place to stay."),
    "without-status": N_(
        "Talk to them first: they are independent of the government and stand by people without "
        "residence status."
    ),
    "danger": N_("You are in danger: first get safe."),
    "child": N_("A child is involved: they protect children."),
    "country-nhri": N_("This is the human rights institution of that country."),
    "safety-first": N_("This is about your safety: it comes first, whatever else you want."),
    "maybe-intern": N_(
        "You did not say your status of residence. This body is there for technical interns and "
        "trainees."
    ),
    "own-country-abroad": N_(
        "You work in a country that is not your own: your country's office there can give you a "
        "passport and help you find a safe place and the way home."
    ),
    "multinational": N_(
        "Your company works in several countries. This contact point can bring it to talks about "
        "the international rules for such companies."
    ),
    "seafarer": N_("They are there for people who work on ships."),
    "prefecture-office": N_("Your prefecture has an office of its own for problems at work."),
    "confederation": N_("The line of a union confederation: they know unions near you."),
    "dispatched": N_("They license and check the agencies that send workers to other companies."),
    "limit-ends": N_(
        "A time limit in the law ends within 60 days, and what keeps your right is filed here."
    ),
    "general-help": N_("They can help to find who is responsible."),
    "no-name-needed": N_("You do not have to give your name."),
}

CAUTIONS = {
    "company-desk-optional": N_(
        "This desk belongs to your company. Using it is your choice, and you can go to any other "
        "place first or at the same time."
    ),
    "contact-point-slow": N_(
        "They need your name, it takes months, and it works only for a company that is active in "
        "several countries."
    ),
    "if-you-are-an-intern": N_(
        "Only for technical interns and trainees. If you are not one, go on to the next place."
    ),
    "outside-labour-standards-law": N_(
        "If the family itself hired you, the Labour Standards Act does not cover you and they can "
        "do little. If a company hired you, it does."
    ),
    "ship-or-shore": N_(
        "Only for work on board of a ship or boat. For work on land go to the place beside it."
    ),
    "police-only": N_(
        "This is about the police (110), not about the ambulance (119): the police can check your "
        "papers and can arrest you if you have none."
    ),
    "ask-whether-it-exists": N_(
        "Not every company or organiser has such a desk. Ask a supporter to find out for you."
    ),
    "support-paid-by-employer": N_("They are paid by your employer. They are not independent."),
    "jacer-member-unknown": N_(
        "They can act only if the company is a member. We do not know yet whether it is."
    ),
    "only-with-your-consent": N_(
        "This can stop the goods and may cost jobs, also yours. Use it only if you agree and have "
        "had advice."
    ),
    "irregular": N_(
        "This is a government office. Talk to a supporter or a lawyer before you go there, and ask "
        "before you give your name."
    ),
    "may-tell-immigration": N_("May tell immigration: talk to a supporter or a lawyer first."),
    "is-immigration": N_("This is the immigration office: talk to a supporter or a lawyer first."),
    "immigration-not-known": N_("We do not know whether they tell immigration: ask first."),
    "immigration-not-usual": N_("Usually they do not tell immigration. This is not a promise."),
    "houterasu-status": N_(
        "They give information to everybody. Free legal aid from them needs lawful stay; ask the "
        "bar association for its own aid."
    ),
    "employer-is-told": N_(
        "Your employer will be told. Before you start, say: “Do not give my employer my name”, and "
        "ask what they can do without it."
    ),
    "employer-may-learn": N_(
        "When they act, your employer may guess that it was you. Before you start, say: “Do not "
        "give my employer my name.”"
    ),
    "name-needed": N_("They need your name. This is listed last because you want to stay unnamed."),
    "name-for-formal-step": N_("You can ask without a name. A formal complaint needs your name."),
    "name-rule-not-known": N_("We do not know whether they need your name: ask first."),
    "must-be-there": N_("You have to be in the country to use this, or somebody must go for you."),
    "needs-agent": N_("From another country you need a lawyer or another person to act for you."),
    "worker-must-come": N_("The worker has to come or agree; another person cannot file alone."),
    "left-host": N_("If you have left your workplace, talk to a supporter or a lawyer first."),
    "no-checked-contact": N_(
        "We do not have a number or address for you that we may show yet. Ask us to connect you."
    ),
    "speaks-your-language": N_("They work in your language."),
    "interpreter-possible": N_("They can often get an interpreter: say which language you need."),
    "ask-for-interpreter": N_(
        "Your language is not among theirs. Ask for an interpreter, or ask us to help."
    ),
    "language-not-known": N_("We do not know which languages they speak: ask first, or ask us."),
}

RULED_OUT = {
    "not-open-yet": N_("It has not started work yet."),
    "no-longer-open": N_("It is closed, or another body has taken over."),
    "replaced": N_("A more exact place for you is listed instead."),
    "not-a-member": N_("The company is not a member, so they cannot act."),
    "other-country-or-sector": N_("Only for garment factories in Bangladesh."),
    "other-country": N_("Only for covered factories in Pakistan."),
    "no-contact-point": N_("The country of work has no such contact point."),
    "country-not-given": N_("We do not know the country of work, so we cannot say."),
    "no-us-goods": N_("Only when the goods go to the United States."),
    "no-eu-goods": N_("Only when the goods go to the European Union."),
    "not-its-money": N_("Only for projects this bank pays for."),
    "refugee": N_("You asked for protection: do not contact the authorities of your country."),
    "never-automatic": N_(
        "Reaching them can put you at risk. We show them only when you ask for them."
    ),
    "desk-danger": N_("Not while you are in danger."),
    "desk-fear": N_("You are afraid: first talk to somebody outside the company."),
    "desk-anonymous": N_("You want to stay unnamed; a company can often tell who complained."),
    "desk-grave": N_("This is too serious to leave to the company."),
    "needs-status": N_("They can help only people who may work in Japan."),
    "not-until-safe": N_("No contact with the company or its buyers until you are safe."),
    "outside-japan": N_(
        "These numbers work only in Japan. Call the emergency number where you are."
    ),
}

WARNINGS = {
    "danger": N_(
        "You may be in danger. First get safe. We do not contact your employer or the buyer until "
        "you say that you are safe."
    ),
    "call-local-emergency": N_(
        "Call the emergency number of the country you are in, or go to a safe place now."
    ),
    "irregular": N_(
        "By law, officials of the State, a prefecture or a city have to report somebody who has no "
        "permission to stay; where that would defeat its own task, an office may decide not to. "
        "Talk to a supporter or a lawyer before you go to any government office."
    ),
    "houterasu-status": N_(
        "Free legal aid from Houterasu needs lawful stay. The bar association has its own aid for "
        "people without it."
    ),
    "refugee": N_("Do not contact the embassy or other authorities of your country."),
    "limitation-soon": N_(
        "Under the law a right of yours may end within 60 days. Ask a lawyer or a union today what "
        "has to be filed, and where."
    ),
    "name-needed": N_("Some places need your name. They come last and are marked."),
    "support-paid-by-employer": N_(
        "Your registered support organisation is paid by your employer. It is not independent."
    ),
    "company-desk-optional": N_("Using your company's own desk is your choice, never a condition."),
    "must-be-there": N_("Some places can be used only by somebody who is in that country."),
    "student-hours": N_(
        "Students may work with a permit: up to 28 hours a week and, in long school holidays, "
        "8 hours a day. If you worked more, or without a permit, talk to a lawyer or a supporter "
        "first."
    ),
}


def role(door: Mechanism) -> str:
    """What a body is good for, as a code of `ROLES`."""
    if door.kind in _BY_KIND:
        return _BY_KIND[door.kind]
    remedies = set(door.remedies)
    for code, some in _BY_REMEDY:
        if remedies & some:
            return code
    return "stands-by-you" if door.kind == "ngo" else "explains"
