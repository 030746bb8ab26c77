"""Walks through all six journeys that stop before each step, and whatever anyone may do there, filled in by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import workflows
from intake import moment, papers
from intake.cases import new_case, take_step
from intake.facts import facts_of
from intake.facts.common import item_of
from intake.models.actors import grants_of, roles_on
from intake.models.days import Assembly, InfoMeeting
from intake.models.dossiers import Case, Dossier, Event
from intake.models.people import Antenna, Commitment, Person, RoleGrant
from tests.cases import test_whole_road as roads
from tests.cast import LONG_AGO, Cast, principale
from tests.conftest import NOW, Clock
from tests.faults import crowd
from workflows.calendar import Month, last_day
from workflows.engine import BEGIN, OpenStep, blank_form, open_steps
from workflows.grammar import Step

COMMON = frozenset({"ask_derogation", "derogate", "ask", "add_piece"})
"""Rows that every workflow has: tried once in each."""
AHEAD = frozenset({"until", "first", "second", "third", "last_day"})
"""Days that lie ahead; the others are today."""

Stop = Callable[["Attempt"], None]


@dataclass(frozen=True)
class Attempt:
    """A step that someone may take here, with good answers."""

    case: Case
    row: Step
    by: Person
    raw: dict[str, Any]
    lift: tuple[str, ...]
    """House rules that the cogérance lifts first."""
    manager: Person

    def begin(self) -> Case:
        """The case as it is kept, the rules lifted; a case that has not begun is made anew."""
        if not self.case.id:
            return new_case(Dossier.get_by_id(self.case.dossier_id), self.case.workflow, antenna=self.case.antenna)
        for rule in self.lift:
            crowd.step(self.case, "derogate", self.manager, rule=rule, reason="Essai")
        return crowd.again(self.case)

    def take(self, case: Case, *, version: int | None = None) -> Event:
        """Take it, its document made first when it freezes one."""
        made = papers.prepare(case, self.row, facts_of(case, self.by), raw=self.raw)
        return take_step(case, self.row.name, by=self.by, raw=self.raw, key=None, seen_version=version, made=made)


def attempts(road: roads.Road, cast: Cast, people: list[Person], wanted: Callable[[str, str], list[Step]]
             ) -> Iterator[Attempt]:
    """The rows wanted that one of these people may take here, each once."""
    dossier = Dossier.get_by_id(road.dossier.id)
    cases = [crowd.again(case) for case in Case.select().where(Case.dossier == dossier)]
    cases += [new_case(dossier, workflow) for workflow in workflows.ALL]
    grants = {by: grants_of(by, moment.today()) for by in people}
    for case in cases:
        rows = set(wanted(case.workflow, case.state))
        for by in people if rows else ():
            for opened, held, facts, uid in _open_to(case, by, grants[by], rows):
                liftable = all(one.kind == "house" and one.lifted_by for one in opened.refusals)
                row = next((row for row in rows if row.shown_to(held, case.state) == opened.step), None)
                if row is not None and liftable and not (opened.refusals and not case.id):
                    rows.remove(row)
                    raw = {**filled(row, facts), **({"about": uid} if uid else {})}
                    yield Attempt(case, row, by, raw, tuple(one.rule for one in opened.refusals), cast.odile)


def _open_to(case: Case, by: Person, grants: Any, rows: set[Step]) -> Iterator[tuple[OpenStep, Any, Any, str]]:
    """The steps open to someone, about their own opinion too; nothing is read for whoever has no such role."""
    said = Event.select().where(Event.case == case, Event.step == "give_opinion", Event.actor == by)
    opinion = said.first() if case.state == "review" else None
    for event in (None, opinion) if opinion else (None,):
        item = item_of(case, event.uid) if event else None
        held = roles_on(case, by, grants=grants, about=item)
        if any(row.roles & held and bool(row.about) == bool(item) for row in rows):
            facts = facts_of(case, by, item)
            for opened in open_steps(workflows.ALL[case.workflow], case.state or BEGIN, held, facts):
                yield opened, held, facts, event.uid if event else ""


def filled(row: Step, facts: Any) -> dict[str, Any]:
    """Good answers to a form: the first choice, a day, a few words; what is optional is left out."""
    form: Any = blank_form(row, facts)
    if form is None:
        return {}
    answers = {field.name: _answer(field, facts) for field in form if not getattr(field, "optional", False)}
    kept = {field.name: field.data for field in form if isinstance(field.data, str) and field.data}
    return {**answers, **kept, **SAID.get(row.name, lambda _: {})(facts)}


def _answer(field: Any, facts: Any) -> Any:
    match field.type:
        case "ChoiceField" | "PersonField" | "DateChoiceField":
            return next((value for value, label in field.pairs if "complet" not in str(label)), "")
        case "ChoicesField" | "PeopleField":
            return [value for value, _ in field.pairs][:2]
        case "MonthField":
            return str(facts.today)[:7]
        case "DayField":
            return (facts.today + timedelta(days=40 if field.name in AHEAD else 0)).isoformat()
        case "NumberField" | "MoneyField":
            return "60"
        case "TickField" | "YesNoField":
            return "oui"
        case "EmailField":
            return "quelqu.un@exemple.fr"
        case "PhoneField":
            return "06 12 34 56 78"
        case "PieceField":
            return "a-signed-document"
    return "Quelques mots"


def _first_day(facts: Any) -> dict[str, str]:
    return {"first_day": facts.today.isoformat()}


def _ends(facts: Any) -> dict[str, str]:
    """A departure by common agreement, well ahead."""
    return {"type": "early_person", "motive": "job", "ends_on": (facts.today + timedelta(days=40)).isoformat(),
            "reason": "Un emploi"}


SAID: dict[str, Callable[[Any], dict[str, Any]]] = {
    "announce": _ends, "confirm": _ends,
    "add_piece": lambda _: {"title": "Un devis", "piece": "a-signed-document"},
    "propose": lambda facts: {"decision": "admit"} if hasattr(facts, "readers") else {
        "peer": next((one.uid for one in facts.peers if one.committed and not one.linked), "")},
    "check_papers": lambda _: {"kind": "cape"},
    "admit": lambda _: {"message": "Bienvenue.", "sending": "send"},
    "enrol": lambda _: {"message": "Bienvenue.", "sending": "send"},
    "defer": lambda _: {"message": "À revoir.", "sending": "send"},
    "prepare": lambda _: {"months": "12"}, "renew": lambda _: {"months": "6"},
    "request": lambda facts: {"month": str(Month.of(facts.today).plus(2))},
}
"""Answers that no first choice gives."""


# The walks -----------------------------------------------------------------------------------------------------------


def walks(cast: Cast, clock: Clock) -> Iterator[Callable[[], None]]:
    """The walks that reach every state, each by someone new."""
    for walk in (roads.test_from_contact_to_associate, roads.test_a_departure_closes_everything, refused, put_off,
                 set_aside, taken_back, at_a_kpa_antenna, called_off, asked_in_vain):
        person = Person.create(first_name=walk.__name__[:12], last_name="Marche", email=f"{walk.__name__}@exemple.fr",
                               phone="", created_at=moment.now())
        who = replace(cast, ana=person, ben=person)
        clock.set(NOW)
        for month in Month.of(NOW.date()).until(Month.of(NOW.date()).plus(6)):
            crowd.open_places(str(month), 20)
        yield lambda walk=walk, who=who: walk(who, clock)  # type: ignore[misc]


def refused(cast: Cast, clock: Clock) -> None:
    """A negative answer, then another one: a different road."""
    road = roads.Road(cast.ben, clock)
    roads.to_review(road, cast)
    for decision in ("decline", "redirect"):
        road.take("admission.propose", cast.claire, decision=decision)
        for member in (cast.salome, cast.ines):
            road.take("admission.give_opinion", member, opinion="favorable", no_link="oui")
        road.take(f"admission.{decision}", cast.claire, reason="capacity", message="Non.", sending="keep")
        if decision == "decline":
            road.take("admission.contest", cast.ben, reason="J’ai changé")
            road.take("admission.reexamine", cast.odile, reason="C’est juste")


def put_off(cast: Cast, clock: Clock) -> None:
    """Absent at the meeting, then reading, an objection, more work asked; left open for the last stop."""
    road = roads.Road(cast.ben, clock)
    meeting = InfoMeeting.create(antenna=principale(), starts_at=clock.now + timedelta(days=3), place="Moulin", seats=12)
    road.take("admission.book", cast.ben, meeting=meeting.uid)
    road.take("admission.miss", cast.claire, absence="absent")
    road.take("admission.skip_meeting", cast.claire, reason="Connue")
    road.take("admission.withdraw", cast.ben, reason="Pas prête")
    road.take("admission.reopen", cast.ben)
    road.fill_in()
    road.take("admission.submit", cast.ben)
    road.take("admission.withdraw", cast.claire, reason="À sa demande")
    road.take("admission.reopen", cast.ben)
    road.take("admission.accept_file", cast.claire, people=[cast.claire.uid, cast.salome.uid])
    road.take("admission.propose", cast.claire, decision="defer")
    for member in (cast.salome, cast.ines):
        road.take("admission.give_opinion", member, opinion="favorable", no_link="oui")
    road.take("admission.give_opinion", cast.claire, opinion="objection", reason="Trop tôt", no_link="oui")
    road.take("admission.give_opinion", cast.claire, opinion="favorable", no_link="oui")
    road.take("admission.defer", cast.claire, message="À revoir.", sending="send")
    road.take("admission.submit", cast.ben)


def set_aside(cast: Cast, clock: Clock) -> None:
    """Paused while studied, then while waiting; withdrawn and back."""
    road = roads.Road(cast.ben, clock)
    roads.to_review(road, cast)
    until = (clock.now + timedelta(days=30)).date().isoformat()
    road.take("admission.pause", cast.ben, until=until)
    road.take("admission.resume", cast.ben)
    road.take("admission.withdraw", cast.claire, reason="À sa demande")
    road.take("admission.reopen", cast.ben)


def taken_back(cast: Cast, clock: Clock) -> None:
    """Offers taken back; a pause in the list; a return to it."""
    road = roads.Road(cast.ben, clock)
    roads.to_waiting(road, cast)
    month = str(facts_of(road.case("admission"), cast.claire).first_month)
    road.take("admission.offer", cast.claire, month=month)
    road.take("admission.take_offer_back", cast.claire, reason="Erreur")
    road.take("admission.pause", cast.ben, until=(clock.now + timedelta(days=30)).date().isoformat())
    road.take("admission.resume", cast.ben)
    road.take("admission.withdraw", cast.ben, reason="Ailleurs")
    road.take("admission.reopen", cast.ben)
    road.take("admission.withdraw", cast.ben, reason="Pour de bon")


def called_off(cast: Cast, clock: Clock) -> None:
    """A CAPE cancelled, another ended early; a departure called off; a contract after an interruption."""
    road = roads.Road(cast.ben, clock)
    started = roads.to_cape(road, cast)
    roads.find_peer(road, cast)
    road.go_to(started + timedelta(days=20))
    road.take("departure.announce", cast.sami, ends_on=(started + timedelta(days=60)).isoformat(), **roads.LEAVE)
    road.take("departure.call_off", cast.sami, reason="Erreur")
    today = clock.now.date().isoformat()
    road.take("cape.end_early", cast.sami, initiative="person", notified_on=today, ends_on=today, motive="job",
              reason="Un emploi")
    road.take("accompaniment.end", cast.claire)
    road.take("cape.restart", cast.odile, reason="Reprend")
    first = (clock.now + timedelta(days=2)).date()
    road.prepare("cape", cast.sami, first, months="6", peer=cast.noe.uid)
    road.take("cape.send", cast.sami, decision="Lu : la plus proche des deux dates")
    road.sign("cape", cast.ben)
    road.sign("cape", cast.marc, "countersign")
    road.go_to(first)
    road.take("departure.confirm", cast.sami, **{**roads.LEAVE, "ends_on": first.isoformat()})
    clock.forward(days=1)


def at_a_kpa_antenna(cast: Cast, clock: Clock) -> None:
    """Enrolled at an antenna without cap by its coordinator, under contract, then asking to move."""
    kpa, _ = Antenna.get_or_create(code="roubaix", defaults={"name": "Roubaix", "programme": "kpa", "capped": "no"})
    RoleGrant.get_or_create(person=cast.zoe, role="coordinator", antenna=kpa, defaults={"since": LONG_AGO})
    road = roads.Road(cast.ben, clock, antenna="roubaix")
    road.take("admission.skip_meeting", cast.zoe, reason="Connue")
    road.fill_in(("motivation", {"motivation": "Essayer"}), ("availability", {"availability": "Trois jours"}),
                 ("charter", {"charter": "oui"}))
    road.take("admission.submit", cast.ben)
    road.take("admission.accept_file", cast.zoe, people=[cast.zoe.uid])
    road.take("admission.record_interview", cast.zoe, no_link="oui", **dict.fromkeys(
        ("skills", "customers", "autonomy", "cooperation", "contribution", "support_needed", "viability"), "Vu"))
    road.take("admission.check_support", cast.sami, insurable="yes", regulated="no", budget_clear="oui")
    road.take("admission.propose", cast.zoe, decision="admit")
    road.take("admission.give_opinion", cast.zoe, opinion="favorable", no_link="oui")
    road.take("admission.enrol", cast.zoe, message="Bienvenue.", sending="send")
    road.fill_in()
    road.take("admission.send_papers", cast.ben)
    road.take("admission.check_papers", cast.rachel, kind="cape")
    first = (clock.now + timedelta(days=10)).date()
    road.prepare("cape", cast.sami, first, months="12")
    road.take("cape.send", cast.sami)
    road.sign("cape", cast.ben)
    road.sign("cape", cast.marc, "countersign")
    road.go_to(first)
    road.take("admission.ask_transfer", cast.ben, reason="Je passe à la principale")
    crowd.open_places(f"{clock.now:%Y-%m}", 9)
    road.take("admission.change_month", cast.sami, month=f"{clock.now:%Y-%m}")
    road.take("admission.transfer", cast.sami, reason="C’est fait")


def asked_in_vain(cast: Cast, clock: Clock) -> None:
    """A salaried contract asked for, and refused."""
    Assembly.get_or_create(day=(clock.now + timedelta(days=200)).date())
    road = roads.Road(cast.ben, clock)
    started = roads.to_cape(road, cast)
    roads.find_peer(road, cast)
    road.go_to(started + timedelta(days=5))
    month = f"{last_day(started, 12) + timedelta(days=1):%Y-%m}"
    road.take("salaried.request", cast.ben, month=month, turnover="8 000", hours="20", customers="Six", accepts="oui")
    road.take("salaried.ask_opinions", cast.rachel)
    road.take("salaried.simulate", cast.come, fixed_part="1", monthly_cost="1", treasury="9 000", opinion="Oui")
    road.take("salaried.refuse", cast.odile, reason="Trop tôt")


def everyone(cast: Cast) -> list[Person]:
    """Who may act for the house: the circle, support, the cogérance, a peer."""
    Commitment.get_or_create(person=cast.noe, defaults={"signed_on": LONG_AGO})
    return [cast.claire, cast.salome, cast.sami, cast.rachel, cast.marc, cast.noe, cast.zoe]
