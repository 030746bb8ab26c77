"""What the person of an admission reads: what happens next and when, and beforehand what a step of theirs will do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from workflows.admission import deadlines as due
from workflows.admission.facts import Facts
from workflows.calendar import Month, add_working_days, paris_day
from workflows.grammar import Told
from workflows.keeping import Stood, without_sequel
from workflows.numerals import counted

NO_MATTER_WHAT = "Vous recevrez un courriel, quelle que soit la réponse."
LATE = "Cela prend plus de temps que prévu, votre demande n’est pas oubliée."


# What happens next ---------------------------------------------------------------------------------------------------


def what_next(facts: Facts) -> Told | None:
    """What happens next in this state, and when; None where the contract tells it."""
    told = NEXT.get(facts.state)
    return told(facts) if told else None


def _contact(facts: Facts) -> Told:
    return Told("Votre demande s’ouvre après une réunion d’information. Sans nouvelles de vous, elle est classée le {jour}.",
                {"jour": paris_day(due.untouched(facts) or facts.now)})


def _meeting(facts: Facts) -> Told:
    at = facts.instant("meeting_at")
    return Told("Nous vous attendons le {quand}. Votre demande s’ouvre juste après." if at
                else "Votre demande s’ouvre juste après la réunion.", {"quand": at})


def _draft(facts: Facts) -> Told:
    return Told("Le Cercle accompagnement lit votre candidature une fois envoyée. Votre brouillon est gardé jusqu’au {jour}.",
                {"jour": facts.erased_on})


def _submitted(facts: Facts) -> Told:
    sent = facts.day("sent_on") or paris_day(facts.since)
    by = add_working_days(sent, facts.settings["admission.file_days"])
    if by < facts.today:
        return Told(f"Le Cercle accompagnement lit encore votre demande. {LATE} {NO_MATTER_WHAT}")
    return Told(f"Le Cercle accompagnement lit votre demande d’ici le {{jour}}. {NO_MATTER_WHAT}", {"jour": by})


def _review(facts: Facts) -> Told:
    interview = facts.memory.get("interview") or {}
    chosen = date.fromisoformat(interview["chosen"]) if interview.get("chosen") else None
    if chosen and chosen >= facts.today:
        return Told("Nous nous rencontrons le {jour}. Le Cercle décide ensuite, par consentement.", {"jour": chosen})
    if facts.round.get("opened"):
        opened = paris_day(datetime.fromisoformat(facts.round["opened"]))
        by = opened + timedelta(days=facts.settings["admission.opinion_days"])
        if by < facts.today:
            return Told(f"Le Cercle donne encore ses avis, puis décide. {LATE} {NO_MATTER_WHAT}")
        return Told(f"Le Cercle donne ses avis d’ici le {{jour}}, puis décide. {NO_MATTER_WHAT}", {"jour": by})
    if facts.interviews:
        return Told(f"Le Cercle prépare sa décision. {NO_MATTER_WHAT}")
    if interview.get("proposed") and not chosen:
        return Told("Choisissez une date de rencontre. Le Cercle décide ensuite, par consentement.")
    begun = facts.day("completed_on") or paris_day(facts.since)
    by = begun + timedelta(days=facts.settings["admission.interview_days"])
    if by < facts.today:
        return Told(f"Le Cercle doit encore vous rencontrer, puis décide. {LATE} {NO_MATTER_WHAT}")
    return Told(f"Le Cercle vous rencontre d’ici le {{jour}}, puis décide. {NO_MATTER_WHAT}", {"jour": by})


def _deferred(facts: Facts) -> Told:
    return Told("Quand vous renvoyez votre demande, le Cercle la relit sous {n:jour ouvré|jours ouvrés}.",
                {"n": facts.settings["admission.file_days"]})


def _waiting(facts: Facts) -> Told:
    turn = "Quand vient votre tour, nous vous écrivons. Vous avez alors {n:jour|jours} pour répondre."
    values = {"n": facts.settings["offers.days"]}
    pauses, asked = due.no_interest(facts), due.interest_due(facts)
    if pauses:
        return Told(f"{turn} Sans confirmation le {{jour}}, votre demande est mise en pause.", {
            **values, "jour": paris_day(pauses)})
    if asked:
        return Told(f"{turn} Le {{jour}}, nous vous demanderons si vous êtes toujours d’accord.", {
            **values, "jour": paris_day(asked)})
    return Told(turn, values)


def without_answer(facts: Facts) -> Told:
    """What silence costs someone who is offered a place."""
    if facts.memory.get("silences"):
        return Told("Sans réponse, la place est proposée à la personne suivante et votre demande est mise en pause.")
    return Told("Sans réponse, la place est proposée à la personne suivante et vous reculez de {places}.",
                {"places": counted(facts.settings["offers.step_back"], "place", "places")})


def _papers(facts: Facts) -> Told:
    sent = bool(facts.memory.get("entry"))
    after = ("L’équipe support vérifie votre dossier, puis prépare votre contrat." if sent
             else "Une fois votre dossier envoyé, l’équipe support prépare votre contrat.")
    return Told(f"Votre entrée est prévue en {{mois}}. {after}" if facts.month else after, {"mois": facts.month})


def _signing(facts: Facts) -> Told:
    after = "Vous recevrez un courriel quand le contrat sera prêt à signer."
    return Told(f"Votre entrée est prévue en {{mois}}. {after}" if facts.month else after, {"mois": facts.month})


def _paused(facts: Facts) -> Told:
    begun, until = facts.day("paused_on"), facts.day("paused_until")
    over = until is not None and until < facts.today
    when = "Votre pause est finie depuis le {jour}." if over else "Votre pause se termine le {jour}."
    ends = f"{when} Sans nouvelles, le Cercle vous appelle avant de classer votre demande."
    if not facts.memory.get("admitted_at") or begun is None:
        return Told(ends, {"jour": until})
    kept = begun + timedelta(days=facts.settings["pause.rank_days"])
    rank = ("Votre rang est gardé jusqu’au {gardé} inclus." if kept >= facts.today
            else "Votre rang sera celui du jour de votre retour.")
    return Told(f"{ends} {rank}", {"jour": until, "gardé": kept})


def _left(facts: Facts) -> Told:
    until, erased = paris_day(due.reopen_until(facts)), _erased_on(facts, paris_day(facts.since))
    back = ("Vous pouvez revenir sur ce choix jusqu’au {jour} inclus." if until >= facts.today
            else "Une nouvelle candidature reste possible.")
    return Told(f"{back} {_gone(facts, erased)}", {"jour": until, "effacées": erased})


def _declined(facts: Facts) -> Told:
    asked = facts.taken("contest")
    if asked and asked >= facts.since:
        by = paris_day(asked) + timedelta(days=facts.settings["admission.reexamine_days"])
        return Told("La cogérance répond à votre demande de réexamen d’ici le {jour}.", {"jour": by})
    erased = _erased_on(facts, paris_day(facts.since))
    return Told(f"La cogérance répond à une demande de réexamen sous {{n:jour|jours}}. {_gone(facts, erased)}", {
        "n": facts.settings["admission.reexamine_days"], "effacées": erased})


def _redirected(facts: Facts) -> Told:
    erased = _erased_on(facts, paris_day(facts.since))
    return Told(_gone(facts, erased), {"effacées": erased})


def _erased_on(facts: Facts, closed: date) -> date | None:
    """When the answers of an application closed that day go, as `intake.retention` reckons it; None when nothing was sent."""
    if not (facts.taken("submit") or facts.taken("take_over")):
        return None
    stood = Stood("admission", facts.state, True, closed, sent=True, agreed_on=facts.day("stay_in_touch"))
    return without_sequel(stood, facts.settings).on


def _gone(facts: Facts, erased: date | None) -> str:
    """What becomes of the answers; nobody is erased without having been told."""
    if erased is None:
        return "Vos réponses sont effacées."
    return ("Vos réponses seront effacées le {effacées}." if erased >= facts.today
            else "Vos réponses seront bientôt effacées : un courriel vous dira le jour.")


NEXT: Mapping[str, Callable[[Facts], Told]] = {
    "contact": _contact, "meeting": _meeting, "draft": _draft, "submitted": _submitted, "review": _review,
    "deferred": _deferred, "waiting": _waiting, "offered": without_answer, "papers": _papers, "signing": _signing,
    "paused": _paused, "withdrawn": _left, "lapsed": _left, "declined": _declined, "redirected": _redirected,
}


# Beforehand ----------------------------------------------------------------------------------------------------------


def accepting(facts: Facts) -> list[Told]:
    """« J’accepte »."""
    month = facts.month or facts.first_month
    return [Told("Votre entrée se prépare pour {mois}. Vous remplissez ensuite votre dossier d’entrée.", {"mois": month})]


def passing_free(facts: Facts) -> list[Told]:
    """« Pas cette fois, je garde mon rang »."""
    return [Told("Possible {fois}.", {"fois": counted(facts.settings["offers.free_refusals"], "fois", "fois")})]


def passing(facts: Facts) -> list[Told]:
    """« Pas cette fois », once free refusals are used up."""
    return [Told("Vous reculez de {places}.", {"places": counted(facts.settings["offers.step_back"], "place", "places")})]


def postponing(facts: Facts) -> list[Told]:
    """« Je reporte mon entrée »."""
    most = counted(facts.settings["offers.postponements"], "report", "reports", "un")
    return [Told("Je garde mon rang. {Reports} au plus.", {"reports": most})]


def pausing(facts: Facts) -> list[Told]:
    """« Mettre en pause »."""
    months: int = facts.settings["pause.max_months"]
    told = [Told("La pause dure {n} mois au plus. Vous reprenez quand vous voulez.", {"n": months})]
    if facts.memory.get("admitted_at"):
        told = [
            Told("Pendant la pause, aucune place ne vous est proposée."),
            Told("Votre rang est gardé {n:jour|jours}. Ensuite, il devient celui du jour de votre retour.",
                 {"n": facts.settings["pause.rank_days"]}), *told]
    return told


def withdrawing(facts: Facts) -> list[Told]:
    """« Retirer ma demande »."""
    told = []
    if facts.state in ("waiting", "offered", "papers", "signing", "paused") and facts.memory.get("admitted_at"):
        told.append(Told("Vous quittez la liste d’attente. Si vous revenez, votre rang sera celui du jour de votre retour."))
    if facts.month:
        told.append(Told("La place de {mois} va à la personne suivante.", {"mois": Month.parse(str(facts.month))}))
    until = facts.today + timedelta(days=facts.settings["reopen.days"])
    told.append(Told("Vous pouvez revenir sur ce choix jusqu’au {jour} inclus.", {"jour": until}))
    erased = _erased_on(facts, facts.today)
    told.append(Told("Vos réponses seront effacées le {jour}.", {"jour": erased}) if erased
                else Told("Vos réponses non envoyées sont effacées tout de suite."))
    return told


def giving_back(facts: Facts) -> list[Told]:
    """« Rendre la place », by the person."""
    free = int(facts.memory.get("refusals", 0)) < int(facts.settings["offers.free_refusals"])
    rank = [Told("Vous gardez votre rang. Une autre fois, vous reculeriez de {places}.", {
        "places": counted(facts.settings["offers.step_back"], "place", "places")})] if free else passing(facts)
    return [Told("La place va à la personne suivante. Vous retournez sur la liste d’attente."), *rank]


def reopening(facts: Facts) -> list[Told]:
    """« Rouvrir ma demande »."""
    if facts.memory.get("admitted_at"):
        return [Told("Vous retrouvez la liste d’attente. Votre rang est celui d’aujourd’hui.")]
    if facts.taken("submit"):
        return [Told("Votre candidature est de nouveau à lire.")]
    return [Told("Une demande vide s’ouvre : les réponses non envoyées ont été effacées.")]
