"""The questions of the filing as staff put them to themselves about somebody who called.

The questions, their answers and when they are asked stand in `questions` alone; here is under which
heading of the one page each stands, and what it is called there. What only a person's own browser,
a helper or a group is asked has no place on it, and files are added to the case once it is there.
"""

from __future__ import annotations

from collections.abc import Mapping

from grievance.i18n import N_

HEADINGS: Mapping[str, Mapping[str, str]] = {
    N_("Who is calling"): {
        "language": N_("Which language do they want to speak with us?"),
        "name": N_("Their name, if they want to give it"),
        "name-own": N_("Their name in their own letters"),
        "nationality": N_("Which passport do they have?"),
        "status": N_("Their status of residence in Japan"),
        "true-for-me": N_("Which of these is true for them?"),
    },
    N_("Are they safe, and may we call back"): {
        "hurt": N_("Are they hurt, or is someone about to hurt them?"),
        "free": N_("Can they leave the place and use their phone freely?"),
        "taken": N_("Is someone taking them to the airport or home now?"),
        "child": N_("Is a child part of this?"),
        "reach-by": N_("May we send them news, and how?"),
        "contact-email": N_("Their e-mail address"),
        "contact-phone": N_("Their telephone number"),
        "contact-when": N_("When is it safe to reach them?"),
        "contact-never": N_("What must we never say or write?"),
    },
    N_("What happened to them"): {
        "what-happened": N_("What happened, in their own words"),
        "problem": N_("Which of these is closest?"),
        "issue": N_("Which one fits best?"),
        "also": N_("Is something else wrong, too?"),
        "also-issues": N_("What of this happened, too?"),
        "since": N_("When did it start, or on which day did it happen?"),
        "until": N_("When did it end?"),
        "amount-band": N_("About how much money is it?"),
        "amount-words": N_("About how much money is it, and of which country?"),
        "group": N_("Does it happen to other people, too?"),
    },
    N_("Where it happened"): {
        "location": N_("Where did it happen, and where are they now?"),
        "prefecture": N_("Which prefecture in Japan is the workplace in?"),
        "country": N_("In which country is the workplace?"),
        "now-in": N_("In which country are they now?"),
        "left-japan": N_("On which day did they leave Japan?"),
        "sector": N_("What kind of work is it?"),
    },
    N_("Which company"): {
        "company": N_("What is the name of the company?"),
        "company-own": N_("The name as the company writes it"),
        "company-place": N_("In which town is the workplace?"),
        "desk": N_("These companies have a desk for complaints. Is theirs one of them?"),
        "supplier": N_("Does their workplace make or do something for a Japanese company?"),
        "buyer": N_("Which company or brand buys it?"),
        "exports": N_("Do the goods also go to these places?"),
        "finance": N_("Did one of these banks give money for the project?"),
    },
    N_("What they want"): {
        "goal": N_("What matters most to them?"),
        "wants-words": N_("What they want, in their own words"),
        "told": N_("Have they already complained somewhere?"),
        "told-where": N_("Where, or to whom?"),
        "told-when": N_("When?"),
        "told-result": N_("What came of it?"),
    },
    N_("What we may do"): {
        "know": N_("Who may learn their name?"),
        "fear": N_("Are they afraid of what happens if the company learns of this?"),
        "tell-too": N_("Is there anybody else we may talk to about this?"),
        "company-desk": N_("Does their company have a place for complaints, would they use it?"),
        "reissue": N_("If they lose their number, may we give them a new one?"),
    },
}
WORDS = {name: said for asked in HEADINGS.values() for name, said in asked.items()}
# What they allow: asked in these very words, which stand open beside the field.
ALOUD = frozenset({"reach-by", "know", "tell-too", "company-desk", "reissue"})
