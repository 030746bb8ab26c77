"""The whole road, by `take_step` alone: from a first contact to associate, and the ways out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

import workflows
from intake import history, papers
from intake.arrivals import arrive
from intake.cases import StepRefused, new_case, take_step
from intake.clock import tick
from intake.facts import facts_of
from intake.facts.admission import antennas
from intake.models.days import Assembly, InfoMeeting, Seat
from intake.models.dossiers import Case, Dossier, Event
from intake.models.drafts import save_page
from intake.models.letters import Letter
from intake.models.people import Commitment, Person
from intake.models.pieces import Paper
from intake.models.places import Place
from intake.models.tasks import Task
from intake.words import say
from tests.cast import LONG_AGO, Cast, principale, ready_to_sign
from tests.conftest import Clock
from workflows.admission.forms import ContactForm
from workflows.calendar import add_months, last_day, working_day_on_or_after
from workflows.fields import answers_to_json
from workflows.grammar import Page

pytestmark = pytest.mark.both_databases

PDF = {"piece": "a-signed-document"}
PAGES: dict[str, dict[str, Any]] = {
    "you": {"phone": "06 39 98 11 22"},
    "activity": {"activity": "Céramique utilitaire, pour des restaurants", "stage": "practised"},
    "skills": {"skills": "Tournage, émaillage", "regulated": "no"},
    "workplace": {"workplace": ["premises"], "fragile": "non"},
    "offering": {"offering": "Bols à 18 €", "customers-0-customer": "Le Bistrot", "customers-0-amount": "1 200"},
    "time": {"days": "4", "other_hours": "0", "full_time": "non"},
    "situation": {"declared": "no"},
    "start": {"start": "2027-06"},
    "why": {"why": "Travailler avec d’autres"},
    "support": {"expectations": "Apprendre à vendre"},
    "budget": {"budget-0-heading": "Bols", "budget-0-income": "9 000"},
    "insurance": {"insurance-absent": "Je l’aurai en avril"},
    "rules": {"rules": "oui"},
    "birth": {"birth_name": "Moreau Ana", "born_on": "27 3 1985", "born_in": "Lens", "nationality": "française"},
    "address": {"street": "3 rue des Postes", "postcode": "59000", "town": "Lille"},
    "nir": {"nir": "2 85 03 62 498 001 23"},
    "identity": {"paper": "passport", "paper_number": "18AB12345", "paper_until": "1 1 2031"},
    "iban": {"iban": "FR14 2004 1010 0505 0001 3M02 606"},
    "tools": {"login": "ana"},
}
WRITTEN = {"activity": "Céramique utilitaire", "objectives": "12 000 € facturés"}
LEAVE = {"motive": "job", "type": "early_person"}


class Road:
    """A dossier on its way: its cases by workflow, and who takes their steps."""

    def __init__(self, person: Person, clock: Clock, antenna: str = "principale") -> None:
        self.person, self.clock = person, clock
        raw = {"first_name": person.first_name, "last_name": person.last_name, "email": person.email or "",
               "commune": "Roubaix", "activity": "Céramiste", "heard": "web", "antenna": antenna, "age": "adult",
               "notice": "oui"}
        form = ContactForm(MultiDict(raw))
        form.antenna.choices = antennas()
        self.dossier: Dossier = arrive(raw, form, by=None, key=f"contact-{person.uid}")

    def case(self, workflow: str) -> Case:
        """The latest case of a workflow, as it stands now."""
        found: Case = Case.select().where(Case.dossier == self.dossier, Case.workflow == workflow).order_by(
            Case.id.desc()).get()
        return found

    def take(self, step: str, by: Any, **raw: Any) -> Event:
        """`road.take("cape.sign", ana)`: take a step of the latest case of its workflow, or open one."""
        workflow, name = step.split(".")
        rows = workflows.ALL[workflow].rows(name)
        case = self.case(workflow) if all(row.sources for row in rows) else new_case(
            Dossier.get_by_id(self.dossier.id), workflow)
        row = next(row for row in rows if not row.sources or case.state in row.sources)
        made = papers.prepare(case, row, facts_of(case, by), raw=raw)
        return take_step(case, name, by=by, raw=raw, key=None, seen_version=case.version, made=made)

    def stands(self, **states: str) -> None:
        """Where the latest case of each of these workflows stands."""
        assert {name: self.case(name).state for name in states} == states

    def why_not(self, step: str, by: Any, **raw: Any) -> list[str]:
        """The reasons why a step is refused."""
        with pytest.raises(StepRefused) as refused:
            self.take(step, by, **raw)
        return [say(one).replace("\u00a0", " ") for one in refused.value.refusals]

    def go_to(self, day: date) -> None:
        """Time passes, and the clock with it."""
        self.clock.to(day)
        tick()

    def fill_in(self, *more: tuple[str, dict[str, Any]]) -> None:
        """Every page asked in this state, through its own form."""
        case = self.case("admission")
        facts = facts_of(case, self.person)
        workflow = workflows.ALL["admission"]
        for page in workflow.pages[workflow.state[case.state].pages]:
            if page.applies is None or page.applies(facts):
                self.save(case, page, facts, {**PAGES.get(page.name, {}), **dict(more).get(page.name, {})})

    def save(self, case: Case, page: Page, facts: Any, typed: dict[str, Any]) -> None:
        """Save a page as its form reads it."""
        form = page.form(MultiDict(typed))
        if page.fill:
            page.fill(form, facts)
        assert form.validate(), (page.name, form.errors)
        save_page(case, page.name, typed=typed, answers=answers_to_json(form), sealed=page.form.sealed, complete=True,
                  turn=1, now=facts.now)

    def prepare(self, workflow: str, by: Any, first: date, **more: Any) -> None:
        """Write a contract over the house's first wording, as the form offers it."""
        case = self.case(workflow)
        row, = workflows.ALL[workflow].rows("prepare")
        assert row.form
        form = row.form()
        assert row.fill
        row.fill(form, facts_of(case, by))
        offered = {field.name: field.data for field in form if isinstance(field.data, str)}
        self.take(f"{workflow}.prepare", by, **{**offered, **WRITTEN, "first_day": first.isoformat(), **more})

    def sign(self, workflow: str, by: Person, step: str = "sign") -> Event:
        """Sign with the code of the letter."""
        code = {"code": ready_to_sign(self.case(workflow))} if step == "sign" else {}
        return self.take(f"{workflow}.{step}", by, **code, read_contract="oui", read_annexes="oui")


def to_review(road: Road, cast: Cast) -> None:
    """From first contact to the application accepted for reading."""
    meeting = InfoMeeting.create(
        antenna=principale(), starts_at=road.clock.now + timedelta(days=3), place="12 rue du Moulin", seats=12)
    road.take("admission.book", road.person, meeting=meeting.uid)
    road.stands(admission="meeting")
    road.clock.forward(days=3, hours=2)
    tick()
    road.take("admission.attend", cast.claire)
    assert Seat.get(Seat.meeting == meeting).status == "present"
    road.fill_in()
    road.take("admission.submit", road.person)
    road.stands(admission="submitted")
    road.take("admission.accept_file", cast.claire, people=[cast.claire.uid, cast.salome.uid])


def to_waiting(road: Road, cast: Cast) -> None:
    """Met, discussed, admitted by consent."""
    to_review(road, cast)
    days = [(road.clock.now + timedelta(days=days)).date().isoformat() for days in (7, 8, 9)]
    road.take("admission.propose_interview", cast.claire, first=days[0], second=days[1], third=days[2])
    road.take("admission.choose_interview", road.person, date=days[1])
    road.clock.forward(days=8)
    for reader in (cast.claire, cast.salome):
        road.take("admission.record_interview", reader, no_link="oui", **dict.fromkeys(
            ("skills", "customers", "autonomy", "cooperation", "contribution", "support_needed", "viability"), "Vu"))
    road.take("admission.check_support", cast.sami, insurable="yes", regulated="no", budget_clear="oui")
    road.take("admission.propose", cast.claire, decision="admit")
    for member in (cast.salome, cast.ines):
        road.take("admission.give_opinion", member, opinion="favorable", no_link="oui")
    road.take("admission.admit", cast.claire, message="Bienvenue sur la liste.", sending="send")
    road.stands(admission="waiting")


def to_cape(road: Road, cast: Cast) -> date:
    """Offered, accepted, entry papers, CAPE signed and in force; its first day."""
    to_waiting(road, cast)
    month = facts_of(road.case("admission"), cast.claire).first_month
    road.take("admission.offer", cast.claire, month=str(month))
    road.clock.forward(days=2)
    road.take("admission.accept", road.person)
    road.stands(admission="papers", accompaniment="seeking")
    road.fill_in()
    road.take("admission.send_papers", road.person)
    road.take("admission.check_papers", cast.rachel, kind="cape")
    first = working_day_on_or_after(month.first_day)
    road.prepare("cape", cast.sami, first, months="12")
    road.take("cape.send", cast.sami)
    road.sign("cape", road.person)
    road.sign("cape", cast.marc, "countersign")
    road.stands(admission="signing", cape="signed")
    assert Place.get(Place.holder == road.case("admission")).status == "accepted"
    road.go_to(first)
    road.stands(admission="joined", cape="preparing")
    return first


def find_peer(road: Road, cast: Cast) -> None:
    """Noé has signed the commitment; both sides say yes."""
    Commitment.get_or_create(person=cast.noe, defaults={"signed_on": LONG_AGO})
    road.take("accompaniment.propose", cast.claire, peer=cast.noe.uid)
    road.take("accompaniment.agree", cast.noe)
    road.take("accompaniment.confirm", road.person)
    road.stands(accompaniment="running")


def test_from_contact_to_associate(cast: Cast, clock: Clock) -> None:
    road = Road(cast.ana, clock)
    started = to_cape(road, cast)
    assert Place.get(Place.holder == road.case("admission")).status == "used"
    find_peer(road, cast)

    clock.forward(days=20)
    met = road.take("accompaniment.record_meeting", cast.noe, held_on=clock.now.date().isoformat(), minutes="60",
                    mode="place", present="Ana et Noé", subjects=["activity"], notes="Premiers devis")
    road.take("accompaniment.approve_meeting", cast.ana, about=met.uid)
    assert road.why_not("accompaniment.approve_meeting", cast.ana, about=met.uid)
    road.take("cape.start_trading", cast.ana, started_on=clock.now.date().isoformat(), proof="Devis 1")
    road.stands(cape="trading")

    road.go_to(add_months(started, 3))
    assert Task.select().where(Task.case == road.case("accompaniment"), Task.closed_at.is_null(),
                               Task.sentence.startswith("Tenir le bilan")).exists()
    written = road.take("accompaniment.record_review", cast.noe, billed="2 000", cashed="1 500", goals="En bonne voie",
                        project="Un four", opinion="continue")
    road.take("accompaniment.sign_review", cast.ana, about=written.uid)
    road.take("accompaniment.sign_review", cast.noe, about=written.uid)
    assert len(road.case("accompaniment").memory["reviews"]) == 1

    # The term nears: renewal n°2, signed on paper.
    term = last_day(started, 12)
    road.go_to(term - timedelta(days=60))
    first_cape = road.case("cape")
    assert Letter.select().where(Letter.template == "term_ahead", Letter.recipient == cast.ana).exists()
    road.take("cape.renew", cast.ana, results="9 000 €", objectives="15 000 €", months="12", peer_opinion="D’accord")
    road.prepare("cape", cast.sami, term + timedelta(days=1), months="12")
    assert road.case("cape").memory["ordinal"] == 2
    road.take("cape.send", cast.sami)
    today = clock.now.date().isoformat()
    road.take("cape.record_paper", cast.rachel, scan=PDF["piece"], person_signed_on=today, cogerance_signed_on=today)
    road.go_to(term + timedelta(days=1))
    assert Case.get_by_id(first_cape.id).state == "ended"
    road.stands(cape="trading")
    assert not Case.select().where(Case.workflow == "departure").exists()

    # A salaried contract after six more months.
    Assembly.create(day=date(2029, 6, 15), approves_accounts=True)
    road.go_to(add_months(term, 5))
    hired = working_day_on_or_after(add_months(term + timedelta(days=1), 6))
    road.take("salaried.request", cast.ana, month=f"{hired:%Y-%m}", turnover="8 000", hours="20", customers="Six bistrots",
              accepts="oui")
    road.take("salaried.ask_opinions", cast.rachel)
    assert road.why_not("salaried.agree", cast.odile) == [
        "Il manque l’avis du pair ou la simulation. La cogérance peut déroger par écrit.",
        "La simulation est attendue : elle dira combien de mois la trésorerie couvre. Il en faut 3. La cogérance peut "
        "déroger par écrit."]
    road.take("salaried.give_opinion", cast.noe, opinion="for", why="Prête")
    road.take("salaried.simulate", cast.come, fixed_part="1 800", monthly_cost="2 600", treasury="9 000", opinion="Oui")
    road.take("salaried.agree", cast.odile)
    road.prepare("salaried", cast.rachel, hired, job="Céramiste", contribution="11,5 %", pay="1 800 €", sharing="none",
                 statutes="2024", clientele="À la personne")
    road.take("salaried.send", cast.rachel, decision="Lu : la plus proche des deux dates, elle protège Ana.")
    road.sign("salaried", cast.ana)
    road.sign("salaried", cast.odile, "countersign")
    road.go_to(hired - timedelta(days=4))
    road.take("salaried.file_dpae", cast.rachel, filed_on=clock.now.date().isoformat(), receipt=PDF["piece"])
    road.go_to(hired)
    road.stands(salaried="running", cape="ended")
    assert road.case("cape").memory["ended_on"] == (hired - timedelta(days=1)).isoformat()
    assert not Case.select().where(Case.workflow == "departure").exists()

    # The assembly votes; the shares are subscribed.
    road.go_to(date(2029, 6, 15) - timedelta(days=89))
    road.stands(membership="called")
    road.take("membership.apply", cast.ana, letter="Je souhaite devenir associée", shares="10", down_payment="50")
    road.take("membership.put_on_agenda", cast.marc, assembly="2029-06-15")
    vote = {"assembly": "2029-06-15", "result": "31 pour, 2 abstentions", "minutes": "PV 2029-06"}
    road.stands(membership="on_agenda")
    road.go_to(date(2029, 6, 16))
    road.take("membership.vote_yes", cast.marc, **vote)
    assert road.why_not("membership.subscribe", cast.sami, slip=PDF["piece"], paid="20") == [
        "Il faut verser au moins 50 €, le quart des parts."]
    road.take("membership.subscribe", cast.sami, slip=PDF["piece"], paid="50")
    road.stands(membership="associate", salaried="running", accompaniment="running")
    assert Paper.select().count() == 3
    assert list(history.verify()) == []


def test_a_refusal_is_contested(cast: Cast, clock: Clock) -> None:
    road = Road(cast.ben, clock)
    to_review(road, cast)
    road.take("admission.propose", cast.claire, decision="decline")
    for member in (cast.salome, cast.ines):
        road.take("admission.give_opinion", member, opinion="favorable", no_link="oui")
    road.take("admission.decline", cast.claire, reason="uninsurable", message="Nous ne pouvons pas.", sending="send")
    road.stands(admission="declined")
    letter = Letter.get(Letter.template == "declined", Letter.recipient == cast.ben)
    assert "Nous ne pouvons pas." in letter.body
    road.take("admission.contest", cast.ben, reason="J’ai trouvé un assureur")
    road.take("admission.reexamine", cast.odile, reason="L’assureur a répondu")
    road.stands(admission="review")
    assert list(history.verify()) == []


def test_a_withdrawal_gives_the_place_back(cast: Cast, clock: Clock) -> None:
    road = Road(cast.ben, clock)
    to_waiting(road, cast)
    month = str(facts_of(road.case("admission"), cast.claire).first_month)
    road.take("admission.offer", cast.claire, month=month)
    road.take("admission.accept", cast.ben)
    road.take("admission.withdraw", cast.ben, reason="Je pars à Lyon")
    road.stands(admission="withdrawn", accompaniment="ended")
    assert not Place.select().where(Place.holder.is_null(False)).exists()
    assert not Task.select().where(Task.case == road.case("admission"), Task.closed_at.is_null()).exists()
    assert list(history.verify()) == []


def test_a_departure_closes_everything(cast: Cast, clock: Clock) -> None:
    road = Road(cast.ben, clock)
    started = to_cape(road, cast)
    find_peer(road, cast)
    last = started + timedelta(days=60)
    road.go_to(started + timedelta(days=30))
    road.take("departure.announce", cast.ben, ends_on=last.isoformat(), **LEAVE)
    assert road.why_not("departure.end_contract", cast.sami)[0].startswith("La date de fin est le")
    road.take("departure.confirm", cast.sami, ends_on=last.isoformat(), **LEAVE)
    road.go_to(last + timedelta(days=1))
    road.stands(departure="contract_ended", cape="ended", accompaniment="ended")
    assert road.case("cape").memory["ended_on"] == last.isoformat()
    assert Case.select().where(Case.workflow == "departure").count() == 1
    assert road.why_not("departure.close_accounts", cast.sami)
    road.take("departure.checklist", cast.sami, **dict.fromkeys(
        ("work", "balance", "equipment", "access", "papers", "customers"), "oui"))
    road.take("departure.close_accounts", cast.sami)
    road.stands(departure="accounts_closed")
    assert list(history.verify()) == []


def test_a_term_without_sequel_opens_a_departure(cast: Cast, clock: Clock) -> None:
    road = Road(cast.ben, clock)
    started = to_cape(road, cast)
    road.go_to(last_day(started, 12) + timedelta(days=1))
    road.stands(cape="ended", departure="announced")
    assert road.case("departure").memory["type"] == "cape_end"
    road.take("departure.confirm", cast.odile, type="cape_end", motive="personal",
              ends_on=last_day(started, 12).isoformat())
    tick()
    road.stands(departure="contract_ended")
    assert list(history.verify()) == []
