"""What is said on the telephone when somebody else answers: nothing of what it is about, of us, or
of who is meant beyond whose telephone it is."""

from __future__ import annotations

from grievance.i18n import N_

SOMEBODY_ELSE = N_(
    "Hello. May I speak with the person whose telephone this is? If they are not there, I will "
    "call again another time. There is no message. Thank you, goodbye."
)
# What is said to somebody to whom their number is read out, before it and after it.
BEFORE_NUMBER = N_(
    "Please take something to write with. I will now read you a number of 20 digits, in groups of "
    "four. I wait after each group."
)
AFTER_NUMBER = (
    N_("Now please read the number back to me."),
    N_(
        "With this number you come back to us, from any phone that is online. Do not show it to "
        "anybody at work."
    ),
    N_(
        "I have seen this number. When you come back with it, the page asks you to take a new one "
        "that only you know. Please do that."
    ),
)
# How each digit is called when a number is read out, from 0 to 9, each one word.
DIGITS = N_("zero one two three four five six seven eight nine")
