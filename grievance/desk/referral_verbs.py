"""What the desk knows of the verbs of a hand-over, its reply link and its body, one row each."""

from __future__ import annotations

from collections.abc import Mapping

from grievance.cases.operations import linking, referring
from grievance.cases.verbs import Verb
from grievance.desk import link_forms, referral_forms
from grievance.desk.packet_form import PacketForm
from grievance.desk.rows import Place, Row
from grievance.i18n import N_
from grievance.model import some_of
from grievance.referrals.states import ANSWERS

REFERRAL, OWN = Place.REFERRAL, Place.OWN

REFERRALS: Mapping[Verb, Row] = {
    Verb.REFER: Row(
        said=N_("%(who)s asked the worker about a hand-over to %(body)s."),
        form=PacketForm,
        do=referring.refer,
        place=OWN,
        shows_who=True,
    ),
    Verb.READ_REPLY: Row(
        said=N_("%(who)s read what %(body)s wrote over the reply link."),
        form=link_forms.ReadForm,
        do=linking.read_reply,
        place=REFERRAL,
        steps=("recall", "tell"),
    ),
    Verb.RECORD_CONSENT: Row(
        said=N_("%(who)s recorded the worker's answer about %(body)s: %(answer)s."),
        form=referral_forms.ConsentForm,
        do=referring.record_consent,
        place=REFERRAL,
        steps=("yes",),
    ),
    Verb.DELIVER: Row(
        said=N_("The case was handed over to %(body)s (%(who)s recorded it)."),
        form=referral_forms.DeliverForm,
        do=referring.deliver,
        place=REFERRAL,
        steps=("deliver",),
    ),
    Verb.REFERRAL_NEWS: Row(
        said=N_("%(who)s recorded what %(body)s said: %(kind)s."),
        form=referral_forms.AnswerForm,
        do=referring.record_answer,
        place=REFERRAL,
        steps=ANSWERS,
    ),
    Verb.REFERRAL_OVER: Row(
        said=N_("%(who)s recorded about %(body)s: %(kind)s."),
        form=referral_forms.ChaseForm,
        do=referring.mark_silent,
        place=REFERRAL,
        steps=("silent",),
        label=N_("They did not answer in time"),
    ),
    Verb.CHASE: Row(
        said=N_("%(who)s set the day to ask %(body)s again."),
        form=referral_forms.ChaseForm,
        do=referring.chase,
        place=REFERRAL,
        steps=("silent",),
    ),
    Verb.RECALL_FOR_WORKER: Row(
        said=N_("%(who)s took back what %(body)s got, as the worker asked."),
        form=referral_forms.RecallForm,
        do=referring.recall_for_worker,
        place=REFERRAL,
        steps=("recall",),
    ),
    Verb.MAKE_LINK: Row(
        said=N_("%(who)s made a reply link for %(body)s."),
        form=link_forms.LinkForm,
        do=linking.make_link,
        place=REFERRAL,
        steps=("silent",),
        step_up=True,
    ),
    Verb.RENEW_LINK: Row(
        said=N_("%(who)s renewed the reply link of %(body)s."),
        form=link_forms.RenewForm,
        do=linking.renew_link,
        place=REFERRAL,
        steps=("silent",),
    ),
    Verb.CLOSE_LINK: Row(
        said=N_("%(who)s closed the reply link of %(body)s."),
        form=link_forms.CloseForm,
        do=linking.close_link,
        place=REFERRAL,
        steps=("recall",),
    ),
    Verb.LAY_ON_DESK: Row(
        said=N_("%(who)s laid it on the desk that %(body)s has here."),
        form=link_forms.LayForm,
        do=linking.lay_on_desk,
        place=REFERRAL,
        steps=("silent",),
    ),
    Verb.BODY_OPENED: Row(said=N_("%(body)s opened the document over the reply link.")),
    Verb.BODY_WROTE: Row(said=N_("%(body)s wrote over the reply link: %(kind)s.")),
    Verb.BODY_STOPPED: Row(said=N_("%(who)s of %(body)s said that they use it no further.")),
    Verb.LINK_SHUT: Row(said=N_("The reply link of %(body)s was closed after ten wrong codes.")),
    Verb.CONSENT_GIVEN: Row(said=N_("%(who)s said yes to a hand-over to %(body)s.")),
    Verb.CONSENT_REFUSED: Row(said=N_("%(who)s said no to a hand-over to %(body)s.")),
    Verb.RECALL: Row(said=N_("%(who)s took back what %(body)s got.")),
    Verb.TELL_BODY: Row(
        said=N_("%(who)s told %(body)s that the worker took it back."),
        form=referral_forms.TellForm,
        do=referring.tell_body,
        place=REFERRAL,
        steps=("tell",),
    ),
}
some_of(REFERRALS, Verb)
