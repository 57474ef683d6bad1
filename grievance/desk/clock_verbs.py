"""What the desk knows of the verbs by which a clock stands still and goes on, one row each."""

from __future__ import annotations

from collections.abc import Mapping

from grievance.cases.operations import pausing
from grievance.cases.verbs import Verb
from grievance.desk.pausing import PauseForm, ResumeForm
from grievance.desk.rows import Place, Row
from grievance.i18n import N_
from grievance.model import some_of

CLOCKS: Mapping[Verb, Row] = {
    Verb.PAUSE_CLOCK: Row(
        said=N_("%(who)s stopped a clock until %(on)s at the latest: %(clock)s. %(paused)s."),
        about=N_(
            "Only while something outside is truly waited for. The worker reads until when, what "
            "for and both days, and gets news. It goes on by itself."
        ),
        form=PauseForm,
        do=pausing.pause_clock,
        place=Place.COLUMN,
    ),
    Verb.RESUME_CLOCK: Row(
        said=N_("%(who)s let a clock go on: %(clock)s, due by %(on)s."),
        about=N_("It is due after the days that were left when it was stopped."),
        form=ResumeForm,
        do=pausing.resume_clock,
        place=Place.COLUMN,
    ),
    Verb.CLOCK_RESUMES: Row(said=N_("A clock that stood still goes on: %(clock)s, due by %(on)s.")),
}
some_of(CLOCKS, Verb)
