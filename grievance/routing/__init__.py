"""Routing: which bodies to turn to, in which order and why. Advice, never a gate.

Pure: a profile, the rules, the facts and a day go in; ranked doors with reasons and cautions,
ruled-out doors and warnings come out. No database, no request, no clock.

    profile → what is asked         situation → profile, rules, facts and day together
    rules   → the decision tables   rank      → the steps, in the order of the table
    reasons → codes and sentences   explain   → the finished answer
"""
