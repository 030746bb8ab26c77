"""What the rules of an accompaniment know, the rules, and its dates (JOURNEY §6, §8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from unicodedata import combining, normalize

from workflows.accompaniment.forms import CESA_POINTS, OTHER
from workflows.calendar import (
    delay_end,
    end_of_paris_day,
    last_day,
    paris_day,
    reviews_missing,
    start_of_paris_day,
    working_day_on_or_after,
)
from workflows.contracts import Contract, in_force
from workflows.dossier import DossierFacts
from workflows.grammar import Answers, Verdict, choice, holds, house, law
from workflows.roles import Role, author, person

YEAR = 12
"""Months in which a CESA asks for two reviews (décret 2015-1363)."""
TWO_A_YEAR: Final = "décret 2015-1363"
NO_DAY = date.min
DECIDED = "Décidé ensemble : "
"""How a task begins that two people gave themselves: the team does not read it."""


@dataclass(frozen=True)
class Peer:
    """Someone who might accompany."""

    uid: str
    name: str
    first_name: str
    trade: str = ""
    people: int = 0
    """How many people they accompany, or have been asked to."""
    committed: bool = False
    """They have signed the confidentiality commitment."""
    linked: bool = False
    """A link with the person is declared, or they are the person."""
    same_trade: bool = False
    """Their trade is close to the person's activity."""
    asked: bool = False
    """They were asked already for this person."""
    same_town: bool = False
    """They live in the same commune."""
    circles: tuple[str, ...] = ()
    """The circles both wish to join."""


@dataclass(frozen=True, kw_only=True)
class Facts(DossierFacts):
    """What the rules of an accompaniment know."""

    person: str = ""
    """uid of the person accompanied."""
    peers: Sequence[Peer] = ()
    """Who may be asked; may be read lazily."""
    entering: bool = False
    """An admission of this dossier is in papers or signing: an accepted offer, or an enrolment."""
    author_here: bool = True
    """Whoever wrote the review can still sign it."""
    kept: str = ""
    """Digest of the review as kept now."""
    written: str = ""
    """Digest of the review as it was written."""

    @property
    def peer(self) -> str:
        """uid of the peer asked or running; empty while one is sought."""
        return str(self.memory.get("peer") or "")

    @property
    def meetings(self) -> tuple[date, ...]:
        """The days of the meetings noted."""
        return tuple(date.fromisoformat(day) for day in self.memory.get("meetings", ()))

    @property
    def reviews(self) -> tuple[date, ...]:
        """The days on which reviews became signed by both."""
        return tuple(date.fromisoformat(day) for day in self.memory.get("reviews", ()))

    @property
    def under_cesa(self) -> bool:
        """A CESA is in force."""
        return any(one.kind == "cesa" for one in in_force(self.contracts, self.today))

    def chosen(self, answers: Answers) -> Peer | None:
        """The person the circle has in mind."""
        return next((one for one in self.peers if one.uid == answers.get("peer")), None)

    def letter_values(self) -> dict[str, Any]:
        """Dates a letter may print: by when the review is held, the last meeting."""
        return {
            **super().letter_values(), "before": self.day("review_due"),
            "last_meeting": max(self.meetings, default=None),
        }


# Pairing -------------------------------------------------------------------------------------------------------------


@choice
def under_way(facts: Facts) -> bool:
    """An accepted offer, an enrolment or a contract in force."""
    return facts.entering or facts.runs


@house("{Prénom} accompagne déjà {n:personne|personnes}. Choisissez quelqu’un d’autre.")
def peer_has_room(facts: Facts, answers: Answers) -> Verdict:
    """A peer accompanies `pairing.capacity` people at most."""
    found = facts.chosen(answers)
    if found is None:
        return holds(True)
    return holds(found.people < facts.settings["pairing.capacity"], prénom=found.first_name, n=found.people)


@house("{Prénom} n’a pas signé l’engagement de confidentialité.", lifted_by="")
def peer_committed(facts: Facts, answers: Answers) -> Verdict:
    """A peer signs the confidentiality commitment before reading anything."""
    found = facts.chosen(answers)
    return holds(True) if found is None else holds(found.committed, prénom=found.first_name)


@house("Un lien est déclaré. Le Cercle désigne quelqu’un d’autre.", lifted_by="")
def no_conflict(facts: Facts, answers: Answers) -> bool:
    """Nobody accompanies a relative, a client, or themselves."""
    found = facts.chosen(answers)
    return found is None or not found.linked


@house("Une entrée ou un contrat est en cours : cherchez un autre binôme.", lifted_by="")
def contract_over(facts: Facts) -> bool:
    """No contract in force or signed, no admission in papers or signing."""
    return not (facts.engaged or facts.entering)


def answer_due(facts: Facts) -> datetime:
    """A peer asked answers within `pairing.answer_days`, end of day in Paris."""
    days: int = facts.settings["pairing.answer_days"]
    return end_of_paris_day(paris_day(facts.since) + timedelta(days=days))


def peer_of(facts: Facts, _: Answers) -> list[str]:
    """The peer, for a task."""
    return [facts.peer]


# Meetings ------------------------------------------------------------------------------------------------------------


@choice
def to_approve(facts: Facts) -> bool:
    """This meeting stands and has not been approved yet."""
    about = facts.about
    if about is None or about.step != "record_meeting" or about.undone:
        return False
    return about.uid not in facts.memory.get("approved", {})


def other_of_pairing(facts: Facts, _: Answers) -> list[str]:
    """Whoever of the two did not write."""
    return [facts.person if facts.actor == facts.peer else facts.peer]


def decided(facts: Facts, answers: Answers) -> list[tuple[str, date, list[str]]]:
    """What was decided with a date: the sentence, its day, whom it names."""
    return [(f"{DECIDED}{row['what']}", row["when"], [facts.person if row["who"] == "person" else facts.peer])
            for row in answers.get("decisions") or () if row["when"]]


def quiet_days(facts: Facts) -> tuple[date, ...]:
    """The days on which silence is noticed: `meeting.quiet_days` after the last meeting, or after the beginning, here."""
    taken_over = facts.taken("take_over")
    begun = (facts.day("since_running"), paris_day(taken_over) if taken_over else None)
    known = [day for day in (*begun, *facts.meetings) if day is not None and day <= facts.today]
    last = max(known, default=paris_day(facts.since))
    return tuple(sorted(last + timedelta(days=days) for days in facts.settings["meeting.quiet_days"]))


def quiet_due(facts: Facts) -> datetime | None:
    """The first of these days not yet noticed."""
    if facts.silent:
        return None
    taken = facts.taken("quiet")
    noticed = paris_day(taken) if taken else NO_DAY
    return first_day_after(noticed, quiet_days(facts))


def long_quiet(facts: Facts, _: Answers) -> bool:
    """The last of these days has come: the circle is told too."""
    return facts.today >= quiet_days(facts)[-1]


def last_noticed(facts: Facts, _: Answers) -> str:
    """The latest of these days that has come, as the occasion of the letter."""
    return max((day for day in quiet_days(facts) if day <= facts.today), default=facts.today).isoformat()


# Reviews -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, order=True)
class Asked:
    """A review of a contract: the day it is asked, the day by which it is held, after how many months."""

    on: date
    before: date
    months: int = field(default=0, compare=False)
    article: str = field(default="", compare=False)
    """The law that asks for it; the reviews of a CAPE are the house's own."""


def asked_reviews(facts: Facts) -> list[Asked]:
    """Every review of this dossier's contracts, in order.

    CAPE: `reviews.cape_months` after the start of each, within a month. CESA: `reviews.cesa_months` of every year,
    and the eve of the anniversary when fewer than two are signed in twelve months (décret 2015-1363).
    """
    horizon = delay_end(facts.today, YEAR)
    asked = [one for contract in facts.contracts if contract.signed for one in _of(contract, facts, horizon)]
    return sorted(set(asked))


def _of(contract: Contract, facts: Facts, horizon: date) -> Iterator[Asked]:
    over = contract.over_on or horizon
    if contract.kind == "cape":
        for month in facts.settings["reviews.cape_months"]:
            if last_day(contract.first_day, month) <= over:
                on = min(delay_end(contract.first_day, month), over)
                yield Asked(on, min(last_day(contract.first_day, month + 1), over), month)
        return
    for year in range(0, _months_between(contract.first_day, min(over, horizon)) + YEAR, YEAR):
        for month in facts.settings["reviews.cesa_months"]:
            on = delay_end(contract.first_day, year + month)
            if on <= over:
                yield Asked(on, last_day(contract.first_day, year + month + 1), year + month, TWO_A_YEAR)
        anniversary = last_day(contract.first_day, year + YEAR)
        if anniversary <= over and reviews_missing(contract.first_day, facts.reviews, anniversary):
            yield Asked(anniversary, anniversary, year + YEAR, TWO_A_YEAR)


def _months_between(first: date, last: date) -> int:
    return max(0, (last.year - first.year) * YEAR + last.month - first.month)


def review_due(facts: Facts) -> datetime | None:
    """The first review not yet asked; none for someone who has died."""
    if facts.silent:
        return None
    return first_day_after(_last_asked(facts), (one.on for one in asked_reviews(facts)))


def _last_asked(facts: Facts) -> date:
    taken = facts.taken("review_due")
    return paris_day(taken) if taken else facts.day("opened_on") or NO_DAY


def review_asked(facts: Facts) -> date:
    """By when the review asked today is held: the latest whose day has come."""
    come = [one.before for one in asked_reviews(facts) if one.on <= facts.today]
    return max(come, default=facts.today)


def review_task_day(facts: Facts, _: Answers) -> date:
    """The day of the task: that of the review, or the next working day."""
    return working_day_on_or_after(max(review_asked(facts), facts.today))


def first_day_after(done: date, days: Iterable[date]) -> datetime | None:
    """The beginning, in Paris, of the first of these days after the one already done."""
    ahead = min((day for day in days if day > done), default=None)
    return start_of_paris_day(ahead) if ahead else None


def has_peer(facts: Facts, _: Answers) -> bool:
    """Someone accompanies the person."""
    return facts.state == "running" and bool(facts.peer)


def without_peer(facts: Facts, answers: Answers) -> bool:
    """Nobody accompanies the person: the support team holds the review."""
    return not has_peer(facts, answers)


def side(facts: Facts) -> Role:
    """For whom the actor signs a review: the person for themselves, anyone else as or for its author."""
    return person if facts.actor == facts.person else author


def signatures(facts: Facts) -> tuple[Role, ...]:
    """Who has signed the review in question."""
    signed = facts.memory.get("signatures", {})
    return tuple(signed.get(facts.about.uid, ())) if facts.about else ()


@choice
def to_sign(facts: Facts) -> bool:
    """This review still needs the actor's signature; the support team signs only for an author who has left."""
    about = facts.about
    if about is None or about.step != "record_review" or side(facts) in signatures(facts):
        return False
    return facts.actor in (facts.person, about.author) or not facts.author_here


@law("Le document a changé depuis l’envoi. Envoyez une nouvelle version.", "C. civ. 1366")
def same_document(facts: Facts) -> bool:
    """The review kept is the review written."""
    return facts.kept == facts.written


def sign(facts: Facts, _: Answers) -> dict[str, Any]:
    """One more signature; the review counts, today, once both are there."""
    if facts.about is None:
        return {}
    both = sorted({*signatures(facts), side(facts)})
    signed = facts.memory.get("signed", {})
    kept: dict[str, Any] = {
        "signatures": {**facts.memory.get("signatures", {}), facts.about.uid: both},
        "signed": {**signed, facts.about.uid: [*signed.get(facts.about.uid, ()), [facts.actor, facts.now.isoformat()]]},
    }
    if len(both) == 2:
        kept["reviews"] = [*facts.memory.get("reviews", ()), facts.today.isoformat()]
    return kept


# Forms filled from facts ---------------------------------------------------------------------------------------------


BEST: Final = 6
"""People proposed first; the others are searched by name (SCREENS S13)."""


def name_peers(form: Any, facts: Facts) -> None:
    """Offer the best ones free of any link, then « Quelqu’un d’autre »; once a name is searched, those who answer to it.

    Those with room first, then the same trade, then the least busy; commune and wished circles part those who are equal.
    """
    room: int = facts.settings["pairing.capacity"]
    free = sorted((one for one in facts.peers if one.uid != facts.person and not one.linked), key=lambda one: (
        one.people >= room, one.asked, not one.same_trade, one.people, not one.same_town, -len(one.circles), one.name))
    searched = _plain(str(form.other.data or "")).split()
    shown = [one for one in free if all(word in _plain(one.name) for word in searched)] if searched else free[:BEST]
    shown += [one for one in free if one.uid == form.peer.data and one not in shown]
    form.peer.choices = [(one.uid, _introduced(one)) for one in shown] + [(OTHER, "Quelqu’un d’autre")]


def _plain(text: str) -> str:
    """A name as it is searched: neither case nor accents."""
    return "".join(sign for sign in normalize("NFKD", text.casefold()) if not combining(sign))


def _introduced(one: Peer) -> str:
    people = f"accompagne {one.people} personne{'s' if one.people > 1 else ''}"
    known = ("même métier" if one.same_trade else "", "même commune" if one.same_town else "",
             f"souhaite aussi : {', '.join(one.circles)}" if one.circles else "",
             "déjà contacté pour cette personne" if one.asked else "")
    return " – ".join(part for part in (one.name, one.trade, people, *known) if part)


def today_at_most(form: Any, facts: Facts) -> None:
    """A meeting is noted once it is held."""
    form.held_on.today = facts.today


def keep_what_applies(form: Any, facts: Facts) -> None:
    """A CESA review has the eight points of the décret; any other has the questions of a CAPE."""
    for name in [one.name for one in form]:
        if (name in CESA_POINTS) != facts.under_cesa:
            del form[name]


