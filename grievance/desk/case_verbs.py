"""What the desk knows of the verbs of a case, one row each, in the order of the case page."""

from __future__ import annotations

from collections.abc import Mapping

from grievance.cases.operations import (
    aftercare,
    asking,
    attaching,
    closing,
    conflicts,
    correcting,
    deciding,
    duplicates,
    erasing,
    escalating,
    exporting,
    extending,
    handling,
    interpreting,
    matters,
    passing,
    receipts,
    remedying,
    ringing,
    stating,
    unfolding,
    verifying,
    watching,
)
from grievance.cases.verbs import Verb
from grievance.desk import closing as closing_forms
from grievance.desk import correct_form, fact_form, forms
from grievance.desk import deciding as deciding_forms
from grievance.desk.after_form import NewsForm, WellForm, WorryForm
from grievance.desk.call_form import CallForm
from grievance.desk.export_form import ExportForm
from grievance.desk.extending import ExtendForm
from grievance.desk.giving_form import GiveForm, HeardForm, LookedForm, PassageForm, VerifyForm
from grievance.desk.matter_form import MatterForm
from grievance.desk.reissue_form import ReissueForm
from grievance.desk.remedy_form import RemedyForm
from grievance.desk.rows import Place, Row
from grievance.i18n import N_
from grievance.model import some_of

COLUMN, OWN = Place.COLUMN, Place.OWN
TO_WORKER = (Verb.TELL_WORKER, Verb.NOTE)  # how words meant for the worker can still be kept

CASE: Mapping[Verb, Row] = {
    Verb.TAKE: Row(
        said=N_("%(who)s took the case."),
        about=N_("You answer for this case from now on. The worker sees that a person is reading."),
        form=forms.ActForm,
        do=handling.take,
        place=COLUMN,
    ),
    Verb.TAKE_OVER: Row(
        said=N_("%(who)s took the case over."),
        about=N_("Nobody answers for this case. From now on you do; its clocks and days go on."),
        form=forms.ActForm,
        do=handling.take_over,
        place=COLUMN,
    ),
    Verb.DECLINE: Row(
        said=N_("%(who)s declined the case, with another door named."),
        about=N_(
            "The case is closed to us. The worker reads the reason, the other door and these "
            "words, and can ask for a second look within 30 days."
        ),
        form=forms.ActForm,
        do=deciding.decline,
        place=COLUMN,
    ),
    Verb.CLOSE: Row(
        said=N_("%(who)s closed the case: %(outcome)s."),
        about=N_("The worker reads what came of it and these words, and can open it again."),
        form=forms.ActForm,
        do=closing.close,
        place=COLUMN,
    ),
    Verb.SEND_BACK: Row(
        said=N_("%(who)s sent the proposal back."),
        about=N_("The case goes on as it was. Your colleagues read what is missing."),
        form=deciding_forms.SendBackForm,
        do=deciding.send_back,
        place=COLUMN,
    ),
    Verb.REOPEN: Row(
        said=N_("%(who)s opened the case again."),
        about=N_("Only when the worker wants it. The case is read again and its clocks start."),
        form=forms.ActForm,
        do=deciding.reopen,
        place=COLUMN,
    ),
    Verb.ACKNOWLEDGE: Row(
        said=N_("%(who)s told the worker that the report was read."),
        about=N_("The worker learns that a person has read the report, and by when we write."),
        form=forms.ToWorkerForm,
        do=handling.acknowledge,
        place=COLUMN,
        instead=TO_WORKER,
    ),
    Verb.TELL_WORKER: Row(
        said=N_("%(who)s wrote to the worker."),
        about=N_("The worker reads it on their page. You expect no answer."),
        form=forms.ToWorkerForm,
        do=handling.tell_worker,
        place=COLUMN,
        instead=TO_WORKER,
    ),
    Verb.ASK_WORKER: Row(
        said=N_("%(who)s asked the worker something."),
        about=N_("Our clocks stand still until the worker answers."),
        form=forms.ToWorkerForm,
        do=handling.ask_worker,
        place=COLUMN,
        instead=TO_WORKER,
    ),
    Verb.RECORD_ANSWER: Row(
        said=N_("%(who)s wrote down what the worker answered."),
        about=N_("By telephone or in person. The worker reads it on their page."),
        form=forms.HeardForm,
        do=asking.record_answer,
        place=COLUMN,
    ),
    Verb.WITHDRAW_QUESTION: Row(
        said=N_("%(who)s took the question back."),
        about=N_("The worker reads that they need not answer. The next step is ours again."),
        form=forms.ActForm,
        do=asking.withdraw_question,
        place=COLUMN,
    ),
    Verb.ACCEPT: Row(
        said=N_("%(who)s accepted the case."),
        about=N_("You decide that this is ours to work on. The worker sees it and the next day."),
        form=forms.ActForm,
        do=handling.accept,
        place=COLUMN,
    ),
    Verb.OPEN_DIALOGUE: Row(
        said=N_("Talks have begun (%(who)s recorded it)."),
        about=N_("The worker reads who talks with whom about what, and may say no to it."),
        form=forms.ToWorkerForm,
        do=remedying.open_dialogue,
        place=COLUMN,
    ),
    Verb.AGREE_REMEDY: Row(
        said=N_("The worker agreed to a remedy (%(who)s recorded it)."),
        about=N_(
            "Only after the worker said yes. After each promised day the worker's page asks "
            "whether it arrived."
        ),
        form=closing_forms.AgreeForm,
        do=remedying.agree_remedy,
        place=COLUMN,
    ),
    Verb.NO_AGREEMENT: Row(
        said=N_("Talks ended without agreement (%(who)s recorded it)."),
        about=N_(
            "The worker reads it. Only after conciliation or mediation at the Labour Bureau a "
            "lawsuit within 30 days keeps the date of the application for the time limit "
            "(Individual Labour Disputes Act 16, Equal Employment Opportunity Act 24): tell "
            "them then."
        ),
        form=forms.ToWorkerForm,
        do=remedying.no_agreement,
        place=COLUMN,
    ),
    Verb.NEWS_FOR_WORKER: Row(
        said=N_("%(who)s wrote down what the worker said on %(on)s of what was promised."),
        about=N_(
            "By telephone or in person, thing by thing: what is there, and whether anybody did "
            "something against them. What is wrong waits for an answer at once; what did not come "
            "goes back to be worked on. Once all of it is there, they are asked again in 30 days."
        ),
        form=NewsForm,
        do=watching.record_news,
        place=COLUMN,
    ),
    Verb.CONFIRM_FOR_WORKER: Row(
        said=N_("%(who)s recorded that everything promised has arrived."),
        about=N_("When everything promised is there. After 30 days the worker's page asks again."),
        form=closing_forms.ArrivedForm,
        do=remedying.confirm_for_worker,
        place=COLUMN,
    ),
    Verb.BREACH_FOR_WORKER: Row(
        said=N_("%(who)s recorded that a promise was not kept."),
        about=N_("The case goes back to be worked on. Look for what can be done now."),
        form=closing_forms.HowForm,
        do=remedying.breach_for_worker,
        place=COLUMN,
    ),
    Verb.RECORD_SIGN_OFF: Row(
        said=N_("%(who)s recorded that the worker agrees to close."),
        about=N_(
            "Read back to the worker what closing means: we do nothing more, they can open it "
            "again for a year, and they lose no right."
        ),
        form=closing_forms.SignOffForm,
        do=closing.record_sign_off,
        place=COLUMN,
    ),
    Verb.PROPOSE_CLOSE: Row(
        said=N_("%(who)s proposed to close the case."),
        about=N_(
            "A second person decides. Then the worker reads what came of it and your words, "
            "and can open it again for a year."
        ),
        form=closing_forms.CloseForm,
        do=closing.propose_close,
        place=COLUMN,
    ),
    Verb.TRY_TO_REACH: Row(
        said=N_("%(who)s tried to reach the worker: %(way)s."),
        about=N_(
            "Two tries with 30 days between them allow closing without the worker. Whatever "
            "the worker does meanwhile starts this anew. After the end one try is enough until "
            "the worker is asked again."
        ),
        form=closing_forms.TryForm,
        do=closing.try_to_reach,
        place=COLUMN,
    ),
    Verb.RECORD_WELL: Row(
        said=N_("%(who)s wrote down what the worker said on %(on)s: all is well."),
        about=N_(
            "By telephone or in person, after the end. Ask whether they are safe, whether anybody "
            "did something against them or their family, and whether what was promised is still "
            "there. Anything else than well to all three goes into the other form."
        ),
        form=WellForm,
        do=aftercare.record_well,
        place=COLUMN,
    ),
    Verb.RECORD_WORRY: Row(
        said=N_("%(who)s wrote down what the worker said on %(on)s: something is wrong."),
        about=N_(
            "By telephone or in person, after the end. The case is open again at once, and who is "
            "not safe counts as in danger."
        ),
        form=WorryForm,
        do=aftercare.record_worry,
        place=COLUMN,
    ),
    Verb.CALL_DUE: Row(said=N_("A call to the worker is due. %(tell)s")),
    Verb.RECORD_CALL: Row(
        said=N_("%(who)s called the worker: %(called)s."),
        form=CallForm,
        do=ringing.record_call,
        place=OWN,
        shows_who=True,
    ),
    Verb.PROPOSE_DECLINE: Row(
        said=N_("%(who)s proposed to decline the case."),
        about=N_(
            "A second person decides. Then the worker reads the reason, the other door and "
            "your words, and can ask for a second look."
        ),
        form=deciding_forms.DeclineForm,
        do=deciding.propose_decline,
        place=COLUMN,
    ),
    Verb.EXTEND: Row(
        said=N_("%(who)s agreed to a later day: %(on)s."),
        about=N_(
            "The clock is due on the later day. The worker reads both days and the kind of reason, "
            "not these words."
        ),
        form=forms.ActForm,
        do=extending.extend,
        place=COLUMN,
    ),
    Verb.PROPOSE_EXTEND: Row(
        said=N_("%(who)s proposed a later day."),
        about=N_(
            "A lead or director decides. Until then the old day stands, and the worker learns "
            "nothing of it."
        ),
        form=ExtendForm,
        do=extending.propose_extend,
        place=COLUMN,
    ),
    Verb.TRIAGE: Row(
        said=N_("%(who)s triaged: %(severity)s; %(issues)s."),
        about=N_("The queue is sorted and counted by this. The worker does not see it."),
        form=forms.TriageForm,
        do=handling.triage,
        place=COLUMN,
    ),
    Verb.ASSIGN: Row(
        said=N_("%(who)s gave the case to %(to)s."),
        about=N_("This person answers for the case from now on."),
        form=forms.AssignForm,
        do=handling.assign,
        place=COLUMN,
    ),
    Verb.PASS_ON: Row(
        said=N_("%(who)s passed the case on to %(to)s."),
        about=N_(
            "Your colleague answers for the case from now on and finds your note on Today. Only "
            "staff read it. Clocks and days go on."
        ),
        form=forms.PassForm,
        do=passing.pass_on,
        place=COLUMN,
    ),
    Verb.UNASSIGN: Row(
        said=N_("%(who)s gave the case back to the queue."),
        about=N_("Nobody answers for the case then. Its clocks run on."),
        form=forms.ActForm,
        do=handling.unassign,
        place=COLUMN,
    ),
    Verb.LINK_DUPLICATE: Row(
        said=N_("%(who)s linked a case about the same matter."),
        about=N_(
            "Both cases stay as they are and name each other here. Neither worker learns of "
            "the other."
        ),
        form=deciding_forms.DuplicateForm,
        do=duplicates.link_duplicate,
        place=COLUMN,
    ),
    Verb.LINK_MATTER: Row(
        said=N_("%(who)s said that another case belongs together with this one."),
        form=MatterForm,
        do=matters.link_matter,
        place=OWN,
        shows_who=True,
    ),
    Verb.PART_MATTER: Row(
        said=N_("%(who)s said that another case does not belong together with this one."),
        form=MatterForm,
        do=matters.part_matter,
        place=OWN,
        shows_who=True,
    ),
    Verb.AGREE_CONFLICT: Row(
        said=N_("%(who)s agreed. The case is shut to %(person)s."),
        about=N_(
            "From now on this person cannot open, list or count the case, and is told nothing "
            "of it. A director can lift it."
        ),
        form=deciding_forms.AgreeConflictForm,
        do=conflicts.agree_conflict,
        place=COLUMN,
    ),
    Verb.RECUSE: Row(
        said=N_("Because of a conflict of interest the case is shut to %(person)s."),
        about=N_(
            "From now on you cannot open, list or count the case, and are told nothing of it. "
            "This cannot be undone."
        ),
        form=deciding_forms.RecuseForm,
        do=conflicts.recuse,
        place=COLUMN,
    ),
    Verb.DECLARE_CONFLICT: Row(
        said=N_("%(who)s says that %(person)s has a conflict of interest."),
        about=N_(
            "Nothing changes before they, or a second person, agree. They and the directors "
            "are told by letter."
        ),
        form=deciding_forms.DeclareForm,
        do=conflicts.declare_conflict,
        place=COLUMN,
    ),
    Verb.LIFT_CONFLICT: Row(
        said=N_("%(who)s lifted the conflict of interest that was declared of %(person)s."),
        about=N_("The case is there again for this person. They and the directors are told."),
        form=deciding_forms.ConflictForm,
        do=conflicts.lift_conflict,
        place=COLUMN,
    ),
    Verb.PROPOSE_ERASE: Row(
        said=N_("%(who)s proposed to delete the case."),
        about=N_(
            "A second person deletes it for good. The worker reads of it on their page 30 days "
            "before, unless they asked there themselves. A body that was given something keeps it."
        ),
        form=closing_forms.EraseForm,
        do=erasing.propose_erase,
        place=COLUMN,
    ),
    Verb.ASK_REISSUE: Row(
        said=N_("%(who)s asked for a new code, because the old one is lost."),
        about=N_("Another member of staff then issues the new code. The old one works until then."),
        form=forms.CheckForm,
        do=receipts.ask_reissue,
        place=COLUMN,
    ),
    Verb.NOTE: Row(
        said=N_("%(who)s wrote a note for staff."),
        form=forms.NoteForm,
        do=handling.note,
    ),
    Verb.TRANSLATE: Row(
        said=N_("%(who)s added a translation."),
        form=forms.TranslateForm,
        do=handling.translate,
    ),
    Verb.RECORD_INTERPRETER: Row(
        said=N_("%(who)s wrote down what the worker answered about an interpreter."),
        form=HeardForm,
        do=interpreting.record_interpreter,
        place=OWN,
    ),
    Verb.GIVE_PASSAGES: Row(
        said=N_("%(who)s gave passages to %(person)s to translate."),
        form=GiveForm,
        do=interpreting.give_passages,
        place=OWN,
    ),
    Verb.TAKE_BACK_PASSAGE: Row(
        said=N_("%(who)s took a passage back from an interpreter."),
        form=PassageForm,
        do=interpreting.take_back_passage,
        place=OWN,
    ),
    Verb.CHECK_TRANSLATION: Row(
        said=N_("%(who)s looked over a translation: it holds now."),
        form=LookedForm,
        do=interpreting.check_translation,
        place=OWN,
    ),
    Verb.VERIFY_TRANSLATION: Row(
        said=N_("%(who)s compared a translation with its original: it fits."),
        form=VerifyForm,
        do=verifying.verify_translation,
    ),
    Verb.CORRECT: Row(
        said=N_("%(who)s corrected what we wrote."),
        form=correct_form.CorrectForm,
        do=correcting.correct,
        place=OWN,
    ),
    Verb.REISSUE: Row(
        said=N_("%(who)s issued a new code. The old one no longer works."),
        about=N_("A second person issues the new code and reads it to the worker."),
        form=ReissueForm,
        do=receipts.reissue,
        place=OWN,
        step_up=True,
    ),
    Verb.OPEN_ORIGINAL: Row(
        said=N_("%(who)s opened an original file, giving a reason."),
        form=forms.ReasonForm,
        do=handling.open_original,
        place=OWN,
    ),
    Verb.EXPORT: Row(
        said=N_("%(who)s printed or saved the case: %(why)s."),
        form=ExportForm,
        do=exporting.export,
        place=OWN,
        step_up=True,
    ),
    Verb.OPEN_IDENTITY: Row(
        said=N_("%(who)s opened who it is about: %(opened)s."),
        form=forms.UnfoldForm,
        do=unfolding.open_identity,
    ),
    Verb.STATE_FACTS: Row(
        said=N_("%(who)s wrote down or corrected answers."),
        form=fact_form.FactForm,
        do=stating.state_facts,
        place=OWN,
        shows_who=True,
    ),
    Verb.ADD_FILE: Row(
        said=N_("%(who)s added a file."), form=fact_form.FileForm, do=attaching.add_file
    ),
    Verb.ACKNOWLEDGE_ESCALATION: Row(
        said=N_("%(who)s saw the escalation and sees to it."),
        form=forms.ActForm,
        do=escalating.acknowledge_escalation,
    ),
    Verb.RECORD_REMEDY: Row(
        said=N_("%(who)s wrote down a remedy: %(remedy)s, %(stands)s."),
        form=RemedyForm,
        do=remedying.record,
        place=OWN,
    ),
    Verb.ERASE: Row(
        said=N_("A case that was linked to this one was deleted."),
        form=forms.ActForm,
        do=erasing.erase,
        place=OWN,
        step_up=True,
    ),
}
some_of(CASE, Verb)
