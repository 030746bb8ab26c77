"""The admission: from first contact to a first contract in force (JOURNEY §5.1).

The circle decides by consent; people wait in a public order; nobody loses rank without a sentence saying why.

What a case remembers (all by `memory.py`; the engine adds `taken`, `since`, `moved`, `derogations`, `request`):

- contact: `age` (adult, minor, child) · `meeting` (uid), `meeting_at`, `attendance` (present, absent, excused) ·
  `sent_on`;
- review: `completed_on`, `readers` and `conflicts` (uids) · `interview` {proposed, chosen} · `interviews` {uid: instant} ·
  `support_check`, `insured`, `regulated` · `rounds`, `round` {n, proposed, by, opened, opinions {uid: {verdict, at}},
  lifted [uid]} · `reason` (code);
- waiting: `admitted_at`, `rank_from` (instants), `draw` {seed, number}, `valid_from`, `confirmed_on` · `not_before` ("2027-02") ·
  `refusals`, `postponements`, `silences` · `paused_on`, `paused_until`;
- offer and entry: `month`, `offered_month` ("2027-01"), `deadline`, `expired_on` (day), `out_of_turn`, `motive` (code) ·
  `entry` {sent_on, hours, part_time_proof, permit_until, guardians, missing [codes], iban_changed} · `missed` (month) ·
  `transfer`, `cape`;
- closing: `left_from` (state), `stay_in_touch` (day).
"""

from __future__ import annotations

from workflows.admission import deadlines as due, forms as f, memory as keep, rules as r, told
from workflows.admission.application import APPLICATION_PAGES
from workflows.admission.choices import entry_months, later_months
from workflows.admission.entry import ENTRY_PAGES
from workflows.admission.facts import Facts
from workflows.calendar import working_day_on_or_after
from workflows.common import ReasonForm, journey, take_over
from workflows.dossier import none_open
from workflows.grammar import (
    AcceptPlace,
    Answers,
    ChangeAddress,
    DropTasks,
    EmptyDraft,
    FreePlace,
    HoldPlace,
    Letter,
    MovePlace,
    Open,
    Remember,
    State,
    Step,
    StepBack,
    TakeStep,
    Task,
    UsePlace,
)
from workflows.roles import accounts, after, circle, clock, cogerance, coordinator, facilitator, kiosk, person, support

__all__ = ["Facts", "admission"]

STATES = (
    State("contact", "Premier contact", waits_for=(person,), next_steps=("book", "begin", "attend"),
          says="Nous avons vos coordonnées. Choisissez une réunion d’information : votre demande s’ouvre ensuite."),
    State("meeting", "Réunion d’information", waits_for=(circle,), next_steps=("attend", "miss"),
          says="Nous vous attendons à la réunion d’information. Votre demande s’ouvre juste après."),
    State("draft", "Candidature à envoyer", waits_for=(person,), next_steps=("submit",), pages="application",
          says="Votre candidature n’est pas encore envoyée. Remplissez-la à votre rythme, puis envoyez-la."),
    State("submitted", "À lire", waits_for=(circle,), ladder=True, next_steps=("accept_file",), pages="application",
          own_label="Candidature envoyée",
          says="Votre candidature est envoyée. Le Cercle accompagnement la lit et vous répond dans tous les cas."),
    State("review", "Rencontre", waits_for=(circle,), ladder=True, pages="application",
          next_steps=("propose_interview", "record_interview", "check_support", "propose", "give_opinion", "admit",
                      "enrol"), behind=keep.met,
          says="Le Cercle étudie votre demande et vous rencontre. Il décide ensuite, par consentement."),
    State("deferred", "À retravailler", waits_for=(person,), ladder=True, next_steps=("submit",), pages="application",
          says="Le Cercle vous propose de retravailler votre demande. Vos réponses sont gardées : reprenez-les, "
               "puis envoyez à nouveau."),
    State("waiting", "Liste d’attente", waits_for=(circle,), next_steps=("offer", "enrol", "update"),
          says="Le Cercle a donné un avis favorable. Vous attendez une place, dans l’ordre des avis favorables."),
    State("offered", "Place proposée", waits_for=(person,), next_steps=("accept", "decline_offer", "postpone"),
          says="Une place vous est proposée. Répondez avant la date limite : accepter, passer votre tour ou reporter."),
    State("papers", "Dossier d’entrée", waits_for=(person,), ladder=True, next_steps=("send_papers", "check_papers"),
          pages="entry",
          says="Votre entrée se prépare. Remplissez votre dossier d’entrée : l’équipe support écrit ensuite votre "
               "contrat."),
    State("signing", "Contrat à signer", waits_for=(support,), next_steps=(),
          says="Votre dossier d’entrée est complet. L’équipe support prépare votre contrat, puis vous le signez."),
    State("paused", "En pause", waits_for=(person,), next_steps=("resume",),
          says="Votre demande est en pause. Reprenez-la quand vous voulez."),
    State("joined", "Accueilli·e", closed=True, says="Bienvenue chez Optéos ! Votre premier contrat a commencé."),
    State("declined", "Sans suite", closed=True, next_steps=("contest",),
          says="Le Cercle n’a pas pu donner suite à votre demande. Vous pouvez demander un réexamen."),
    State("redirected", "Réorientation", closed=True,
          says="Le Cercle vous a proposé une autre piste, mieux adaptée à votre projet."),
    State("withdrawn", "Retirée", closed=True, next_steps=("reopen",),
          says="Votre demande est retirée. Vous pouvez revenir sur ce choix pendant un temps."),
    State("lapsed", "Classée sans réponse", closed=True, next_steps=("reopen",),
          says="Votre demande est classée, faute de nouvelles. Vous pouvez la rouvrir pendant un temps."),
)
OPEN_STATES = tuple(state.name for state in STATES if not state.closed)
DECISIONS = ("admit", "enrol", "defer", "decline", "redirect")
DONE = DropTasks()
"""What was to be done no longer is."""


def to_send(_: Facts, answers: Answers) -> bool:
    """The circle chose to send its message."""
    return bool(answers.get("sending") == "send")


def message(template: str) -> Letter:
    """What the circle writes to the person, drafted from a template, sent only if it chose so."""
    return Letter(template, when=to_send, text="message", subject="subject")


def is_cape(_: Facts, answers: Answers) -> bool:
    """The first contract is a CAPE."""
    return bool(answers["kind"] == "cape")


def is_cesa(_: Facts, answers: Answers) -> bool:
    """The first contract is a CESA: direct entry."""
    return bool(answers["kind"] == "cesa")


def needs_place(facts: Facts, _: Answers) -> bool:
    """A transfer takes a place."""
    return bool(facts.settings["places.transfer_needs_place"])


READ = Task(circle, "Lire la candidature", "admission.file_days", working=True, closes_with=("accept_file",))
MEET = "Rencontrer la personne et noter la rencontre"
CALL_OFF = (TakeStep("cape", "cancel"), TakeStep("salaried", "withdraw"))
NO_PAIRING = TakeStep("accompaniment", "end", everywhere=True, unless_refused=True)
HOLD = HoldPlace(keep.month_asked)

STEPS = (
    Step("register", "Laisser mes coordonnées", (), "contact", by=(person, circle), form=f.ContactForm,
         fill=f.offer_antennas, only_if=[r.old_enough],
         then=[Remember(keep.told_age), Letter("contact_received")], past="a laissé ses coordonnées",
         team_label="Noter un contact"),
    Step("register", None, (), "contact", by=kiosk, form=f.KioskContactForm,
         only_if=[r.old_enough],
         then=[Task(circle, "Écrire à ce contact de la borne", "admission.contact_days",
                    closes_with=("book", "attend", "skip_meeting", "begin")),
               Letter("contact_received")], past="a laissé ses coordonnées à la borne"),
    Step("book", "Choisir une réunion", ("contact", "meeting"), "meeting", by=(person, circle), form=f.BookingForm,
         fill=f.offer_meetings, only_if=[r.seat_left],
         then=[Remember(keep.booked),
               Task(facilitator, "Noter les présences à la réunion", due=lambda facts, answers: working_day_on_or_after(
                   facts.day_after_meeting(answers["meeting"])),
                   closes_with=("book", "attend", "miss", "cancel_meeting", "skip_meeting", "withdraw")),
               Letter("meeting_booked")], past="a choisi une réunion d’information",
         team_label="Inscrire à une réunion", again_label="Changer de réunion"),
    Step("begin", "Commencer ma demande", ("contact",), "draft", by=person, chosen_if=[r.meeting_optional],
         past="a commencé sa demande"),
    Step("attend", "Noter la présence", ("contact", "meeting"), "draft", by=(circle, kiosk),
         then=[Remember(keep.came), Letter("dossier_opened")], past="a noté la présence à la réunion",
         hint="La demande s’ouvre : la personne reçoit son lien."),
    Step("miss", "Noter l’absence", ("meeting",), "contact", by=circle, form=f.AbsenceForm,
         then=[Remember(keep.missed), Letter("meeting_missed")], past="a noté l’absence à la réunion"),
    Step("cancel_meeting", "Annuler la réunion", ("meeting",), "contact", by=(circle, facilitator), form=ReasonForm,
         then=[Remember(keep.no_seat), Letter("journee_moved")], past="a annulé la réunion"),
    Step("skip_meeting", "Dispenser de réunion", ("contact", "meeting"), "draft", by=circle, form=ReasonForm,
         then=[Remember(keep.no_seat), Letter("dossier_opened")], past="a dispensé de réunion"),
    Step("submit", "Envoyer ma candidature", ("draft", "deferred"), "submitted", by=person, pages="application",
         only_if=[r.pages_complete, r.old_enough, r.part_time_ahead],
         then=[Remember(keep.sent), ChangeAddress(), Letter("application_received", (person, circle)), READ],
         past="a envoyé sa candidature"),
    Step("revise", "Modifier ma candidature", ("submitted", "review"), None, by=person, pages="application",
         only_if=[r.old_enough, r.part_time_ahead], then=[ChangeAddress()],
         past="a modifié sa candidature",
         hint="Vos premières réponses sont gardées ; le Cercle voit ce qui change."),
    Step("accept_file", "Dossier complet", ("submitted",), "review", by=circle, form=f.ReadersForm, fill=f.offer_readers,
         only_if=[r.two_readers, r.nothing_asked],
         then=[Remember(keep.file_accepted),
               Task(circle, MEET, "admission.interview_days", closes_with=("record_interview",),
                    people=lambda facts, answers: answers["people"]),
               Task(support, "Rendre l’avis de l’équipe", "admission.interview_days", closes_with=("check_support",))],
         past="a accepté le dossier"),
    Step("replace_reader", "Remplacer une personne qui lit", ("review",), None, by=circle, form=f.ReadersForm,
         fill=f.offer_readers, only_if=[r.two_readers],
         then=[Remember(keep.read_by), DropTasks(("record_interview",)),
               Task(circle, MEET, "admission.interview_days", closes_with=("record_interview",),
                    people=keep.next_readers),
               Task(circle, MEET, due=keep.readers_deadline, closes_with=("record_interview",),
                    people=keep.same_readers)],
         past="a remplacé une personne qui lit"),
    Step("propose_interview", "Proposer une rencontre", ("review",), None, by=circle, form=f.DatesForm,
         then=[Remember(keep.dates_offered), Letter("interview_proposed")], past="a proposé une rencontre"),
    Step("choose_interview", "Choisir cette date", ("review",), None, by=person, form=f.ChoiceForm, fill=f.offer_dates,
         chosen_if=[r.dates_proposed],
         then=[Remember(keep.date_chosen), Letter("interview_set", (person, circle))],
         past="a choisi une date de rencontre"),
    Step("record_interview", "Noter la rencontre", ("review",), None, by=circle, form=f.InterviewForm,
         fill=f.name_the_link, only_if=[r.no_conflict], then=[Remember(keep.interview_recorded)],
         past="a noté la rencontre", hint="Des observations, pas des notes."),
    Step("check_support", "Rendre l’avis de l’équipe", ("review",), None, by=support, form=f.SupportCheckForm,
         then=[Remember(keep.checked_by_support)], past="a rendu l’avis de l’équipe support"),
    Step("propose", "Proposer une décision", ("review",), None, by=circle, form=f.ProposalForm,
         only_if=[r.no_conflict],
         then=[Remember(keep.proposed), DropTasks(DECISIONS),
               Task(circle, "Donner un avis, puis décider", "admission.opinion_days", closes_with=DECISIONS)],
         past="a proposé une décision", hint="Un nouveau tour s’ouvre : les avis du tour précédent ne comptent plus."),
    Step("give_opinion", "Donner un avis", ("review",), None, by=circle, form=f.OpinionForm, fill=f.name_the_link,
         only_if=[r.no_conflict], then=[Remember(keep.opinion_given)], past="a donné un avis"),
    Step("lift_objection", "Lever mon objection", ("review",), None, by="author", form=ReasonForm,
         about="give_opinion", then=[Remember(keep.objection_lifted)], past="a levé son objection"),
    Step("admit", "Inscrire sur la liste d’attente", ("review",), "waiting", by=circle, form=f.DecisionForm,
         only_if=[*r.consent("admit"), r.interviews_done, r.support_checked],
         then=[Remember(keep.admitted), DONE, message("admitted"), Letter("admitted", (circle, support))],
         past="a inscrit sur la liste d’attente", decision=True, hint="Le rang de la personne commence maintenant."),
    Step("enrol", "Inscrire au programme", ("review", "waiting"), "papers", by=coordinator, form=f.EnrolForm,
         chosen_if=[r.no_cap_here],
         only_if=[*r.consent("admit"), r.interviews_done, r.support_checked],
         then=[Remember(keep.admitted), DONE, Open("accompaniment"),
               message("papers_asked"), Letter("papers_asked", (support,))],
         past="a inscrit au programme", decision=True),
    Step("defer", "Demander de retravailler", ("review",), "deferred", by=circle, form=f.DecisionForm,
         only_if=r.consent("defer"),
         then=[Remember(keep.decided), DONE, message("deferred")],
         past="a demandé de retravailler", decision=True),
    Step("decline", "Donner une réponse négative", ("review",), "declined", by=circle, form=f.RefusalForm,
         only_if=r.consent("decline"),
         then=[Remember(keep.decided), DONE, NO_PAIRING, message("declined"),
               Letter("declined", (cogerance,))],
         past="a donné une réponse négative", decision=True),
    Step("redirect", "Réorienter", ("review",), "redirected", by=circle, form=f.RefusalForm,
         only_if=r.consent("redirect"),
         then=[Remember(keep.decided), DONE, NO_PAIRING, message("redirected")],
         past="a réorienté", decision=True),
    Step("contest", "Demander un réexamen", ("declined",), None, by=person, form=ReasonForm,
         then=[Task(cogerance, "Répondre à une demande de réexamen", "admission.reexamine_days",
                    closes_with=("reexamine",)),
               Letter("contest_received", (person, cogerance))], past="a demandé un réexamen"),
    Step("reexamine", "Réexaminer", ("declined",), "review", by=cogerance, form=ReasonForm, chosen_if=[r.contested],
         only_if=[r.no_other_road], then=[Remember(keep.review_begins)], past="a rouvert l’étude après réexamen",
         decision=True),
    Step("ask_interest", None, ("waiting",), None, by=clock, due=due.interest_due,
         then=[Letter("reconfirm_asked")], past="confirmation d’intérêt demandée"),
    Step("reconfirm", "Je suis toujours d’accord", ("waiting",), None, by=person,
         then=[Remember(keep.reconfirmed)], past="a confirmé son intérêt"),
    Step("update", "Faire le point", ("waiting",), None, by=circle, form=f.UpdateForm,
         then=[Remember(keep.updated)], past="a fait le point",
         hint="L’avis favorable vaut de nouveau pour toute sa durée."),
    Step("offer", "Proposer une place", ("waiting",), "offered", by=circle, form=f.OfferForm, fill=entry_months,
         only_if=[r.place_free, r.month_left, r.first_in_line, r.first_for_month, r.admission_valid],
         then=[Remember(keep.offered), HOLD, Letter("place_offered")], past="a proposé une place",
         hint="La place est retenue jusqu’à la réponse."),
    Step("offer_out_of_turn", "Proposer hors rang", ("waiting",), "offered", by=circle, form=f.OutOfTurnForm,
         fill=entry_months, only_if=[r.place_free, r.month_left, r.exceptions_left, r.admission_valid],
         then=[Remember(keep.offered_out_of_turn), HOLD, Letter("place_offered")],
         past="a proposé une place hors rang", decision=True,
         hint="Le motif est gardé dans l’historique, et visible de tout le Cercle."),
    Step("accept", "J’accepte", ("offered",), "papers", by=person, only_if=[r.offer_open], before=told.accepting,
         then=[Remember(keep.accepted), AcceptPlace(), Open("accompaniment"),
               Letter("offer_answered", (circle, support)), Letter("papers_asked", (person, support))],
         past="a accepté la place"),
    Step("decline_offer", "Pas cette fois, je garde mon rang", ("offered",), "waiting", by=person,
         chosen_if=[r.first_refusal], only_if=[r.offer_open], before=told.passing_free,
         then=[Remember(keep.refused), FreePlace(), Letter("offer_answered", (circle, support))],
         past="a passé son tour en gardant son rang"),
    Step("decline_offer", "Pas cette fois", ("offered",), "waiting", by=person, only_if=[r.offer_open],
         before=told.passing, then=[StepBack(), Remember(keep.refused), FreePlace(), Letter("offer_answered", (circle, support))],
         past="a passé son tour"),
    Step("postpone", "Je reporte mon entrée", ("offered",), "waiting", by=person, form=f.PostponeForm,
         fill=later_months, only_if=[r.offer_open, r.postponements_left], before=told.postponing,
         then=[Remember(keep.postponed), FreePlace(), Letter("offer_answered", (circle, support))],
         past="a reporté son entrée"),
    Step("take_offer_back", "Retirer la proposition", ("offered",), "waiting", by=circle, form=ReasonForm,
         then=[Remember(keep.place_forgotten), FreePlace(), Letter("offer_withdrawn")],
         past="a retiré la proposition"),
    Step("expire", None, ("offered",), "waiting", by=clock, due=due.offer_ends, chosen_if=[r.first_silence],
         then=[StepBack(), Remember(keep.unanswered), FreePlace(), Letter("offer_expired", (person, circle))],
         past="proposition expirée"),
    Step("expire", None, ("offered",), "paused", by=clock, due=due.offer_ends,
         then=[Remember(keep.unanswered_twice), FreePlace(),
               Task(circle, "Appeler : deux propositions sans réponse", 7, closes_with=("resume", "withdraw")),
               Letter("offer_expired", (person, circle))],
         past="proposition expirée, demande mise en pause"),
    Step("pause", "Mettre en pause", ("review", "waiting"), "paused", by=(person, circle), form=f.PauseForm,
         only_if=[r.pause_short], then=[Remember(keep.paused), Letter("paused")], past="a mis la demande en pause",
         before=told.pausing, hint="Le rang est gardé un temps, puis devient celui du jour de la reprise."),
    Step("auto_pause", None, ("waiting",), "paused", by=clock, due=due.no_interest,
         then=[Remember(keep.paused_by_clock),
               Task(circle, "Appeler : pause sans réponse", "pause.rank_days", closes_with=("resume", "withdraw")),
               Letter("paused")],
         past="demande mise en pause, faute de réponse"),
    Step("resume", "Reprendre", ("paused",), "waiting", by=(person, circle), chosen_if=[r.was_admitted],
         then=[Remember(keep.resumed), Letter("resumed", (person, circle))], past="a repris la demande"),
    Step("resume", "Reprendre", ("paused",), "review", by=(person, circle),
         then=[Remember(keep.study_resumed), Letter("resumed", (person, circle))], past="a repris la demande"),
    Step("change_month", "Changer de mois d’entrée", ("papers", "signing"), None, by=support, form=f.OfferForm,
         fill=entry_months, only_if=[r.place_free],
         then=[Remember(keep.month_changed), MovePlace(keep.month_asked), TakeStep("cape", "rework"),
               TakeStep("salaried", "rework"), Letter("place_moved", (person, circle, support))],
         past="a changé le mois d’entrée"),
    Step("send_papers", "Envoyer mon dossier d’entrée", ("papers",), None, by=person, pages="entry",
         only_if=[r.pages_complete],
         then=[Remember(keep.papers_sent), DropTasks(("check_papers",)),
               Task(support, "Vérifier le dossier d’entrée", 7, closes_with=("check_papers",)),
               Letter("address_changed", when=keep.iban_changed),
               Task(accounts, keep.CONFIRM_IBAN, 7, when=keep.iban_changed)],
         past="a envoyé son dossier d’entrée"),
    Step("check_papers", "Dossier d’entrée complet", ("papers",), "signing", by=support, form=f.FirstContractForm,
         only_if=[r.no_contract, r.papers_complete, r.insured, r.may_work, r.not_full_time],
         then=[Open("cape", when=is_cape), Open("salaried", when=is_cesa)], past="a accepté le dossier d’entrée"),
    Step("ask_transfer", "Demander le transfert", (), "papers", by=(person, coordinator), form=ReasonForm,
         only_if=[none_open, r.kpa_cape_runs],
         then=[Remember(keep.transfer_begun),
               Task(support, "Choisir le mois du transfert", 7, when=needs_place,
                    closes_with=("change_month", "transfer"))],
         past="a demandé le transfert"),
    Step("transfer", "Confirmer le transfert", ("papers",), "joined", by=support, form=ReasonForm,
         chosen_if=[r.transfer_asked], only_if=[r.cape_runs, r.place_taken],
         then=[Remember(keep.transferred), DONE, UsePlace(),
               Task(support, "Signer l’avenant au CAPE si le programme change", 14)],
         past="a confirmé le transfert", decision=True),
    Step("join", None, ("signing",), "joined", by=(after("cape.take_effect"), after("salaried.take_effect")),
         then=[UsePlace()], past="est entré·e chez Optéos"),
    Step("give_back", "Rendre la place", ("papers", "signing"), "waiting",
         by=(person, circle, support, after("cape.cancel"), after("salaried.withdraw"),
             after("salaried.close_silent")),
         form=ReasonForm, chosen_if=[r.was_admitted],
         then=[Remember(keep.given_back), FreePlace(), *CALL_OFF, Letter("place_moved", (person, circle, support))],
         past="a rendu la place", before=told.giving_back,
         hint="Le rang est gardé ; de la part de la personne, cela compte comme un refus."),
    Step("miss_month", None, ("papers",), None, by=clock, due=due.month_over, chosen_if=[r.transfer_asked],
         then=[Remember(keep.place_forgotten), FreePlace(),
               Task(support, "Choisir un autre mois pour le transfert", 7, closes_with=("change_month", "transfer"))],
         past="mois d’entrée passé"),
    Step("miss_month", None, ("papers", "signing"), "waiting", by=clock, due=due.month_over,
         chosen_if=[r.nothing_signed],
         then=[Remember(keep.place_forgotten), FreePlace(), *CALL_OFF,
               Task(circle, "Appeler : mois d’entrée passé sans contrat", 7, closes_with=("offer", "withdraw")),
               Letter("place_moved", (person, circle, support))],
         past="mois d’entrée passé, retour sur la liste d’attente"),
    Step("miss_month", None, ("signing",), None, by=clock, due=due.month_over,
         then=[Remember(keep.month_missed),
               Task(support, "Mois d’entrée passé, contrat signé : changer le mois ou la date", 7,
                    closes_with=("change_month", "give_back")),
               Task(cogerance, "Mois d’entrée passé, contrat signé : décider de la suite", 7,
                    closes_with=("change_month", "give_back"))],
         past="mois d’entrée passé, contrat signé"),
    Step("review_again", "Rouvrir l’étude", ("waiting", "offered", "papers"), "review", by=(circle, support),
         form=ReasonForm,
         then=[Remember(keep.admission_undone), FreePlace(), Letter("file_reopened", (person, circle))],
         past="a rouvert l’étude", decision=True, hint="L’avis favorable est annulé, la place rendue."),
    Step("withdraw", "Retirer ma demande", OPEN_STATES, "withdrawn",
         by=(person, circle, after("departure.end_contract")), form=ReasonForm,
         then=[Remember(keep.closed), FreePlace(), DONE, EmptyDraft(keep.unsent), *CALL_OFF, NO_PAIRING,
               Letter("withdrawn", (person, circle))],
         before=told.withdrawing, past="a retiré la demande", team_label="Noter un désistement"),
    Step("lapse", None, ("contact", "draft"), "lapsed", by=clock, due=due.untouched,
         then=[Remember(keep.closed), DONE, EmptyDraft(), Letter("lapsed")], past="demande classée sans réponse"),
    Step("close_silent", "Classer sans réponse", ("meeting", "submitted", "review", "deferred", "papers", "paused"),
         "lapsed", by=circle, chosen_if=[r.nobody_answers], only_if=[r.reminders_done],
         then=[Remember(keep.closed), FreePlace(), DONE, NO_PAIRING, Letter("lapsed")],
         past="a classé la demande sans réponse"),
    Step("stay_in_touch", "Rester en contact", ("declined", "redirected", "withdrawn", "lapsed"), None, by=person,
         form=f.AgreementForm, then=[Remember(keep.agreed)], past="a accepté de rester en contact"),
    Step("reopen", "Rouvrir ma demande", ("withdrawn", "lapsed"), "waiting", by=(person, circle),
         chosen_if=[r.was_admitted], only_if=[r.no_other_road, r.reopen_in_time],
         then=[Remember(keep.rank_from_today), Letter("resumed", (person, circle))], before=told.reopening,
         past="a rouvert la demande", team_label="Rouvrir la demande"),
    Step("reopen", "Rouvrir ma demande", ("withdrawn", "lapsed"), "submitted", by=(person, circle),
         chosen_if=[r.was_sent], only_if=[r.no_other_road, r.reopen_in_time],
         then=[READ, Letter("resumed", (person, circle))], before=told.reopening, past="a rouvert la demande",
         team_label="Rouvrir la demande"),
    Step("reopen", "Rouvrir ma demande", ("withdrawn", "lapsed"), "draft", by=(person, circle),
         only_if=[r.no_other_road, r.reopen_in_time], then=[EmptyDraft(), Letter("dossier_opened")],
         before=told.reopening, past="a rouvert la demande", team_label="Rouvrir la demande"),
    *take_over("waiting", "joined", remember=keep.taken_over),
    Step("remind", None, ("meeting",), None, by=clock, due=due.meeting_reminder, then=[Letter("meeting_booked")],
         past="rappel de la réunion envoyé"),
    Step("remind", None, ("draft",), None, by=clock, due=due.draft_reminder, then=[Letter("draft_reminder")],
         past="rappel envoyé"),
    Step("remind", None, ("waiting",), None, by=clock, due=due.interest_reminder,
         then=[Letter("reconfirm_asked")], past="rappel envoyé"),
    Step("remind", None, ("offered",), None, by=clock, due=due.offer_reminder, then=[Letter("place_offered")],
         past="rappel envoyé"),
    Step("remind", None, ("paused",), None, by=clock, due=due.pause_reminder, then=[Letter("pause_ends")],
         past="fin de pause annoncée"),
)

admission = journey(
    "admission", "Admission", STATES, STEPS, closing_step="withdraw", closing_state="withdrawn",
    pages={"application": APPLICATION_PAGES, "entry": ENTRY_PAGES},
)
