"""The admission on a real database: what `intake.facts.admission` reads, and what steps do to places, seats and tasks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

import workflows
from intake.cases import StepRefused, new_case, take_step
from intake.clock import tick
from intake.facts import facts_of
from intake.facts.admission import entries_of, line_of
from intake.history import unsealed
from intake.models import places
from intake.models.days import InfoMeeting, Seat
from intake.models.dossiers import Answers, Case, Dossier
from intake.models.drafts import DraftPage, save_page
from intake.models.letters import Letter
from intake.models.people import Antenna, Person, RoleGrant
from intake.models.places import Place
from intake.models.tasks import Task
from intake.words import say
from tests.cast import LONG_AGO, Cast, principale
from tests.conftest import Clock
from workflows.calendar import Month

pytestmark = pytest.mark.both_databases

PRINTED = {"skills": "x", "customers": "x", "autonomy": "x", "cooperation": "x", "contribution": "x",
           "support_needed": "x", "viability": "x", "no_link": "oui"}
DECIDED = {"message": "Bonjour,", "sending": "send"}


def arrived(person: Person, antenna: Antenna | None = None, **memory: Any) -> Case:
    """Someone's admission, opened by its own step."""
    where = antenna or principale()
    dossier = Dossier.create(number=f"OPT-{person.uid[:6]}-{Dossier.select().count()}", person=person, antenna=where,
                             opened_at=datetime(2027, 3, 1, tzinfo=UTC))
    case = new_case(dossier, "admission", memory=memory)
    take_step(case, "register", by=person, key=None, raw={
        "first_name": person.first_name, "last_name": person.last_name, "email": person.email, "commune": "Roubaix",
        "activity": "Céramiste", "heard": "web", "antenna": where.code, "age": "adult", "notice": "oui"})
    return again(case)


def again(case: Case) -> Case:
    """The case as it is kept now."""
    found: Case = Case.get_by_id(case.id)
    return found


def step(case: Case, name: str, by: Any, **raw: Any) -> Case:
    """Take a step, and read the case again."""
    take_step(again(case), name, by=by, raw=raw, key=None)
    return again(case)


def fill_pages(case: Case, answers: dict[str, dict[str, Any]] | None = None) -> None:
    """Every page of the questionnaire of this state, complete."""
    workflow, facts = workflows.ALL["admission"], facts_of(case, case.dossier.person)
    for page in workflow.pages[workflow.state[case.state].pages]:
        if page.applies is None or page.applies(facts):
            save_page(case, page.name, typed={}, answers=(answers or {}).get(page.name, {}), sealed=page.form.sealed,
                      complete=True, turn=1, now=facts.now)


def in_review(case: Case, cast: Cast) -> Case:
    """Sent, then accepted for reading by Claire and Salomé."""
    case = step(case, "skip_meeting", cast.claire, reason="Connue de la maison")
    fill_pages(case)
    case = step(case, "submit", case.dossier.person)
    return step(case, "accept_file", cast.claire, people=[cast.claire.uid, cast.salome.uid])


def admitted(case: Case, cast: Cast) -> Case:
    """Inscribed in the waiting list by consent."""
    case = in_review(case, cast)
    for reader in (cast.claire, cast.salome):
        step(case, "record_interview", reader, **PRINTED)
    step(case, "check_support", cast.sami, insurable="yes", regulated="no", budget_clear="oui")
    step(case, "propose", cast.claire, decision="admit")
    for member in (cast.salome, cast.ines):
        step(case, "give_opinion", member, opinion="favorable", no_link="oui")
    return step(case, "admit", cast.claire, **DECIDED)


def refusals(case: Case, name: str, by: Any, **raw: Any) -> list[str]:
    """Why a step is refused, in words."""
    with pytest.raises(StepRefused) as refused:
        step(case, name, by, **raw)
    return [say(one).replace("\u00a0", " ") for one in refused.value.refusals]


def a_month(number: int, month: Month) -> str:
    """Open so many places of the principale in a month."""
    Place.delete().where(Place.month == str(month)).execute()
    places.open_month(principale(), str(month), number)
    return str(month)


# The walk ------------------------------------------------------------------------------------------------------------


def test_a_meeting_has_seats(cast: Cast, clock: Clock) -> None:
    meeting = InfoMeeting.create(antenna=principale(), starts_at=clock.now + timedelta(days=5), place="Moulin", seats=1)
    ana, ben = arrived(cast.ana), arrived(cast.ben)
    ana = step(ana, "book", cast.ana, meeting=meeting.uid)
    assert ana.state == "meeting"
    assert refusals(ben, "book", cast.ben, meeting=meeting.uid) == [
        "Cette réunion est complète. Le Cercle peut ajouter des places. La cogérance peut déroger par écrit."]
    assert Task.get(Task.case == ana, Task.role == "facilitator").due_on == (clock.now + timedelta(days=7)).date()
    ana = step(ana, "miss", cast.claire, absence="excused")
    assert (ana.state, Seat.get(Seat.case == ana).status) == ("contact", "excused")
    ben = step(ben, "book", cast.ben, meeting=meeting.uid)
    clock.forward(days=5)
    ben = step(ben, "attend", cast.claire)
    assert (ben.state, Seat.get(Seat.case == ben).status) == ("draft", "present")


def test_ana_is_admitted_by_consent(cast: Cast) -> None:
    case = in_review(arrived(cast.ana), cast)
    assert {task.person.called for task in Task.select().where(Task.case == case, Task.person.is_null(False),
                                                               Task.closed_at.is_null())} == {"Claire", "Salomé"}
    step(case, "propose", cast.claire, decision="admit")
    objected = take_step(again(case), "give_opinion", by=cast.ines, key=None,
                         raw={"opinion": "objection", "reason": "Prix à revoir", "no_link": "oui"})
    step(case, "give_opinion", cast.salome, opinion="favorable", no_link="oui")
    assert refusals(case, "admit", cast.claire, **DECIDED) == [
        "L’objection d’Inès reste ouverte. Inès peut la lever, ou une nouvelle proposition.",
        "Rencontre à noter par Claire, Salomé. La cogérance peut déroger par écrit.",
        "L’équipe support doit rendre son avis. La cogérance peut déroger par écrit."]
    step(case, "lift_objection", cast.ines, about=objected.uid, reason="Rassurée")
    for reader in (cast.claire, cast.salome):
        step(case, "record_interview", reader, **PRINTED)
    step(case, "check_support", cast.sami, insurable="yes", regulated="no", budget_clear="oui")
    assert refusals(case, "defer", cast.claire, **DECIDED) == [
        "Cette décision n’est pas celle proposée. Le Cercle peut ouvrir un nouveau tour."]
    case = step(case, "admit", cast.claire, **DECIDED)
    assert case.state == "waiting"
    assert case.rank_at is not None
    assert not Task.select().where(Task.case == case, Task.closed_at.is_null()).exists()
    letter = Letter.get(Letter.template == "admitted", Letter.recipient == cast.ana)
    assert letter.body.startswith("Bonjour,\n\n--\n"), "what was posted is what leaves"


def test_whoever_has_a_link_is_replaced(cast: Cast) -> None:
    """Worked case 34."""
    case = in_review(arrived(cast.ana), cast)
    case = step(case, "replace_reader", cast.claire, people=[cast.claire.uid, cast.ines.uid], linked=[cast.claire.uid])
    assert refusals(case, "give_opinion", cast.claire, opinion="favorable", no_link="oui") == [
        "Un lien est déclaré. Le Cercle désigne quelqu’un d’autre."]
    left = Task.select().where(Task.case == case, Task.person.is_null(False), Task.closed_at.is_null())
    assert {task.person.called for task in left} == {"Claire", "Inès"}


def test_the_list_is_in_order_and_places_are_counted(cast: Cast, clock: Clock) -> None:
    month = Month(2027, 4)
    a_month(1, month)
    a_month(2, month.next())
    ana = admitted(arrived(cast.ana), cast)
    clock.forward(days=1)
    ben = admitted(arrived(cast.ben), cast)
    assert [one.case for one in line_of(ben)] == [ana.uid, ben.uid]
    assert refusals(ben, "offer", cast.claire, month=str(month)) == [
        "1 personne est avant. Le Cercle peut proposer hors rang avec un motif. La cogérance peut déroger par écrit."]
    ana = step(ana, "offer", cast.claire, month=str(month))
    assert (ana.state, Place.get(Place.holder == ana).status) == ("offered", "held")
    assert refusals(ben, "offer", cast.claire, month=str(month)) == [
        "Avril 2027 est complet. Proposez mai 2027 ; la cogérance peut ajouter une place à un mois à venir."]
    ben = step(ben, "offer", cast.claire, month=str(month.next()))
    ben = step(ben, "postpone", cast.ben, month="2027-07")
    assert (ben.state, ben.memory["not_before"], places.of(ben)) == ("waiting", "2027-07", None)
    ana = step(ana, "accept", cast.ana)
    assert (ana.state, Place.get(Place.holder == ana).status) == ("papers", "accepted")
    assert Case.get(Case.dossier == ana.dossier, Case.workflow == "accompaniment").state == "seeking"
    assert entries_of(principale()) == [False]


def test_entry_papers_lead_to_a_contract(cast: Cast, clock: Clock) -> None:
    a_month(2, Month(2027, 4))
    a_month(2, Month(2027, 5))
    case = step(admitted(arrived(cast.ana), cast), "offer", cast.claire, month="2027-04")
    case = step(case, "accept", cast.ana)
    assert refusals(case, "check_papers", cast.sami, kind="cape") == [
        "Il manque : le dossier d’entrée. L’équipe support peut accepter une pièce en attente. "
        "La cogérance peut déroger par écrit."]
    fill_pages(case, {"identity": {"paper": "permit", "paper_until": "2027-03-31"}})
    case = step(case, "send_papers", cast.ana)
    assert refusals(case, "check_papers", cast.sami, kind="cape") == [
        "Le titre doit autoriser le travail au 1er avril 2027. La personne le fournit."]
    fill_pages(case, {"identity": {"paper": "passport", "paper_until": "2027-03-31"}})
    case = step(case, "send_papers", cast.ana)
    case = step(case, "change_month", cast.sami, month="2027-05")
    assert (Place.get(Place.holder == case).month, case.memory["month"]) == ("2027-05", "2027-05")
    case = step(case, "check_papers", cast.sami, kind="cape")
    cape = Case.get(Case.dossier == case.dossier, Case.workflow == "cape")
    assert (case.state, cape.state, cape.opened_by) == ("signing", "drafting", case)
    case = step(case, "give_back", cast.ana, reason="Mon local n’est pas prêt")
    assert (case.state, again(cape).state, places.of(case)) == ("waiting", "cancelled", None)
    assert case.memory["refusals"] == 1


def test_sensitive_entry_papers_are_kept_sealed(cast: Cast) -> None:
    """Pages are sealed like forms: no IBAN and no social security number in clear beside the event (TRUST 2.31)."""
    a_month(2, Month(2027, 4))
    case = step(step(admitted(arrived(cast.ana), cast), "offer", cast.claire, month="2027-04"), "accept", cast.ana)
    fill_pages(case, {"iban": {"iban": "FR1420041010050500013M02606"}, "nir": {"nir": "299075907800157"}})
    event = take_step(case, "send_papers", by=cast.ana, raw={}, key=None)
    beside = Answers.get(Answers.event == event)
    assert not {"iban", "nir", "paper_number"} & set(beside.text)
    assert unsealed(beside)["iban"] == "FR1420041010050500013M02606"


def test_the_clock_expires_pauses_and_lapses(cast: Cast, clock: Clock) -> None:
    a_month(1, Month(2027, 4))
    drafted = step(arrived(cast.ben), "skip_meeting", cast.claire, reason="Connu")
    case = step(admitted(arrived(cast.ana), cast), "offer", cast.claire, month="2027-04")
    clock.to(date(2027, 3, 12))
    tick()
    assert again(case).state == "waiting"
    assert Place.get(Place.month == "2027-04").status == "free"
    clock.forward(days=91)
    tick()
    assert (again(case).state, again(drafted).state) == ("waiting", "lapsed")
    assert Letter.select().where(Letter.template == "reconfirm_asked", Letter.recipient == cast.ana).count() == 1
    clock.forward(days=21)
    tick()
    assert again(case).state == "paused"
    clock.forward(days=61)
    case = step(case, "resume", cast.ana)
    assert case.state == "waiting"
    assert case.rank_at == clock.now


def test_an_admission_is_withdrawn_and_reopened(cast: Cast, clock: Clock) -> None:
    case = step(admitted(arrived(cast.ana), cast), "withdraw", cast.ana, reason="Je pars à Lyon")
    assert case.state == "withdrawn"
    clock.forward(days=91)
    assert refusals(case, "reopen", cast.ana)[0].startswith("Le délai est passé depuis le 30 mai 2027.")
    clock.forward(days=-10)
    another = arrived(cast.ana)
    assert refusals(case, "reopen", cast.ana) == [
        "Une autre demande est ouverte, un contrat court, ou la sortie est constatée."]
    step(another, "withdraw", cast.ana, reason="Double")
    case = step(case, "reopen", cast.ana)
    assert (case.state, case.rank_at) == ("waiting", clock.now)


def test_what_was_not_sent_is_erased(cast: Cast, clock: Clock) -> None:
    """`keep.draft`: at withdraw and lapse; a reopened draft is empty. What was sent stays."""
    ana, ben = (step(arrived(one), "skip_meeting", cast.claire, reason="Connue") for one in (cast.ana, cast.ben))
    for case in (ana, ben):
        fill_pages(case)
    ana = step(ana, "withdraw", cast.ana, reason="Je pars")
    assert not DraftPage.select().where(DraftPage.case == ana).exists()
    clock.forward(days=61)
    tick()
    assert again(ben).state == "lapsed"
    assert not DraftPage.select().where(DraftPage.case == ben).exists()
    assert step(ana, "reopen", cast.ana).state == "draft"
    sent = in_review(arrived(cast.noe), cast)
    kept = DraftPage.select().where(DraftPage.case == sent).count()
    step(sent, "withdraw", cast.noe, reason="Je pars")
    assert kept == DraftPage.select().where(DraftPage.case == sent).count() > 0


def test_kpa_enrols_without_waiting(cast: Cast) -> None:
    """Outside the cap: the coordinator inscribes, no place is taken."""
    roubaix = Antenna.get_or_none(Antenna.programme == "kpa") or Antenna.create(
        code="roubaix", name="KPA-Cité Roubaix", programme="kpa", prefix="KPA", capped="no")
    Antenna.update(capped="no").where(Antenna.id == roubaix.id).execute()
    roubaix = Antenna.get_by_id(roubaix.id)
    RoleGrant.create(person=cast.noe, role="coordinator", antenna=roubaix, since=LONG_AGO)
    case = step(arrived(cast.ana, roubaix), "skip_meeting", cast.noe, reason="Connue")
    fill_pages(case)
    case = step(case, "submit", cast.ana)
    case = step(case, "accept_file", cast.noe, people=[cast.noe.uid])
    step(case, "record_interview", cast.noe, **PRINTED)
    step(case, "check_support", cast.sami, insurable="yes", regulated="no", budget_clear="oui")
    step(case, "propose", cast.noe, decision="admit")
    step(case, "give_opinion", cast.noe, opinion="favorable", no_link="oui")
    case = step(case, "enrol", cast.noe, **DECIDED)
    assert (case.state, places.of(case)) == ("papers", None)
    assert Case.get(Case.dossier == case.dossier, Case.workflow == "accompaniment").state == "seeking"


def test_a_kpa_entrepreneur_is_transferred_once(cast: Cast, clock: Clock) -> None:
    """A second admission in the same dossier, antenna principale, takes a place; the CAPE goes on."""
    a_month(2, Month(2027, 4))
    roubaix = Antenna.create(code="wattrelos", name="KPA-Cité Wattrelos", programme="kpa", prefix="KPW", capped="no")
    dossier = Dossier.create(number="KPW-2026-0001", person=cast.ana, antenna=roubaix, opened_at=clock.now)
    since = {"since": "2026-09-01", "since-day": "1", "since-month": "9", "since-year": "2026", "reason": "Reprise"}
    take_step(new_case(dossier, "admission"), "take_over", by=cast.sami, key=None, raw={**since, "stage": "joined"})
    asked = new_case(dossier, "admission", antenna=principale())
    raw = {"reason": "Je m’installe à Lille"}
    with pytest.raises(StepRefused) as refused:
        take_step(asked, "ask_transfer", by=cast.ana, key=None, raw=raw)
    assert [one.rule for one in refused.value.refusals] == ["kpa_cape_runs"]
    days = {f"{name}-{part}": value for name, day in (("first_day", "1/9/2026"), ("last_day", "31/8/2027"))
            for part, value in zip(("day", "month", "year"), day.split("/"), strict=True)}
    take_step(new_case(dossier, "cape"), "take_over", by=cast.sami, key=None, raw={
        **since, **days, "first_day": "2026-09-01", "last_day": "2027-08-31", "stage": "trading"})
    asked = new_case(dossier, "admission", antenna=principale())
    take_step(asked, "ask_transfer", by=cast.ana, key=None, raw=raw)
    case = again(asked)
    assert case.state == "papers"
    assert refusals(case, "transfer", cast.sami, **raw) == [
        "Aucune place n’est prise pour ce transfert. L’équipe support choisit un mois."]
    step(case, "change_month", cast.sami, month="2027-04")
    case = step(case, "transfer", cast.sami, **raw)
    assert (case.state, Place.get(Place.holder == case).status) == ("joined", "used")
    assert Case.get(Case.dossier == dossier, Case.workflow == "cape").state == "trading"
    with pytest.raises(StepRefused) as refused:
        take_step(new_case(dossier, "admission", antenna=principale()), "ask_transfer", by=cast.ana, key=None, raw=raw)
    assert [one.rule for one in refused.value.refusals] == ["kpa_cape_runs"]


def test_an_offer_is_undone_with_its_place_and_letter(cast: Cast, clock: Clock) -> None:
    a_month(1, Month(2027, 4))
    waiting = admitted(arrived(cast.ana), cast)
    case = step(waiting, "offer", cast.claire, month="2027-04")
    clock.forward(minutes=5)
    case = step(case, "undo", cast.claire)
    assert (case.state, case.memory["rank_from"], places.of(case)) == ("waiting", waiting.memory["rank_from"], None)
    assert "deadline" not in case.memory
    assert Letter.get(Letter.template == "place_offered").status == "dropped"
    case = step(case, "offer", cast.claire, month="2027-04")
    clock.forward(minutes=11)
    assert refusals(case, "undo", cast.claire)[0].startswith("Le délai pour annuler est passé.")


@pytest.mark.parametrize("state", ["", *workflows.ALL["admission"].state])
def test_facts_are_read_in_every_state(cast: Cast, state: str) -> None:
    """Everything the rules may look at, whatever the state: nothing fails."""
    case = arrived(cast.ana)
    Case.update(due_at=None).where(Case.id == case.id).execute()
    case.state = state
    facts = facts_of(case, cast.claire)
    assert facts.case == case.uid
    for name in ("antennas", "circle_members", "months", "line", "entries", "contracts", "meetings"):
        list(getattr(facts, name))
    for name in ("seats", "first_names", "free", "programmes", "meeting_times"):
        dict(getattr(facts, name))
    assert set(facts.letter_values()) >= {"rank", "total", "forecast", "deadline"}
