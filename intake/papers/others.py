"""What the other papers print: amendment, review, subscription, certificate of shares, mention of business papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from intake.answers_read import in_words as answer_in_words
from intake.language import FRENCH, speaking
from intake.models.dossiers import Answers, Case, Event
from intake.models.people import Person
from intake.papers.contracts import mention
from intake.papers.values import NBSP, in_words, said, shared
from intake.words import Count, money
from workflows.accompaniment.forms import CESA_POINTS, ReviewForm
from workflows.calendar import paris_day, shares_paid_by


@speaking(FRENCH)
def amendment(case: Case, facts: Any, subject: str, effective_on: date) -> dict[str, Any]:
    """An amendment to a contract in force, to be signed by both."""
    last = facts.last_day
    return shared(case, facts) | {
        "title": f"Avenant n°{NBSP}{int(facts.memory.get('amended', 0)) + 1}",
        "subtitle": f"{_contract(case, facts)} · effet le {in_words(effective_on)}",
        "contract": said([
            ("Contrat", _contract(case, facts)), ("Premier jour", in_words(facts.first_day)),
            ("Dernier jour", in_words(last) if last else "")]),
        "subject": subject, "effective_on": in_words(effective_on), "sign_by": in_words(effective_on),
    }


def _contract(case: Case, facts: Any) -> str:
    return "Contrat d’entrepreneur salarié" if case.workflow == "salaried" else f"CAPE n°{NBSP}{facts.memory.get('ordinal', 1)}"


@speaking(FRENCH)
def business_mention(case: Case, facts: Any) -> dict[str, Any]:
    """The sentence of R127-3, with the term of the contract that runs today."""
    known = shared(case, facts)
    return known | {
        "title": "Mention des papiers d’affaires", "subtitle": "Code de commerce, article R127-3",
        "mention": mention(known["coop"], facts.last_day), "until": in_words(facts.last_day)}


@speaking(FRENCH)
def review(case: Case, facts: Any, event: Event) -> dict[str, Any]:
    """A review as it was written, with who signed it."""
    told = Answers.get(Answers.event == event).text
    form, cesa = ReviewForm(), any(told.get(name) for name in CESA_POINTS)
    points = [(field.label.text, answer_in_words(field, told[field.name])) for field in form
              if told.get(field.name) not in (None, "", []) and (field.name in CESA_POINTS) == cesa]
    signed = case.memory.get("signed", {}).get(event.uid, ())
    names = {one.uid: one.name for one in Person.select().where(Person.uid.in_([who for who, _ in signed]))}
    return shared(case, facts) | {
        "title": "Compte rendu de bilan", "subtitle": f"Bilan du {in_words(paris_day(event.made_at))}",
        "facts": said([("Personne", case.dossier.person.name), ("Rédigé par", event.actor.name if event.actor else ""),
                       ("Le", in_words(paris_day(event.made_at)))]),
        "points": points,
        "signed": [(names[who], f"signature électronique simple, le {in_words(paris_day(datetime.fromisoformat(at)))}")
                   for who, at in signed],
    }


@speaking(FRENCH)
def subscription(case: Case, facts: Any) -> dict[str, Any]:
    """The slip to date and sign, for the shares asked for."""
    number, worth = _shares(facts)
    known = shared(case, facts)
    coop = known["coop"]
    return known | {
        "title": "Bulletin de souscription", "subtitle": f"{number} de {coop['name']}",
        "cooperative": said([("Nom", coop["name"]), ("Forme", coop["form"]), ("Siège", coop["seat"]),
                             ("SIREN", coop["siren"])]),
        "shares": _worth(facts), "number_of_shares": number,
        "paid_now": money(facts.memory.get("down_payment") or Decimal(worth) / 4),
        "balance_by": in_words(shares_paid_by(facts.today)),
    }


@speaking(FRENCH)
def certificate(case: Case, facts: Any) -> dict[str, Any]:
    """What an associate shows: since when, how many shares, what is paid."""
    number, _ = _shares(facts)
    since = facts.day("subscribed") or facts.today
    return shared(case, facts) | {
        "title": "Attestation de parts sociales", "subtitle": number, "since": in_words(since), "number_of_shares": number,
        "shares": [*_worth(facts), ("Versé à ce jour", money(facts.memory.get("paid", "0")))],
    }


def _shares(facts: Any) -> tuple[str, int]:
    count = int(facts.memory.get("shares", 1))
    return f"{Count(count):part sociale|parts sociales}", count * int(facts.settings["membership.share_value"])


def _worth(facts: Any) -> list[tuple[str, str]]:
    number, worth = _shares(facts)
    return [("Nombre", number), ("Valeur d’une part", money(facts.settings["membership.share_value"])),
            ("Valeur en tout", money(worth))]


Values = Callable[[Case, Any], dict[str, Any]]
MADE: Mapping[str, tuple[str, tuple[str, ...], str, Values]] = {
    "mention": ("cape", ("preparing", "trading"), "last_day", business_mention),
    "subscription": ("membership", ("subscribing",), "shares", subscription),
    "shares": ("membership", ("associate",), "shares", certificate),
}
"""Papers that need no question: the workflow and states in which they are given, what must be known, and what they print."""


def given(kind: str, case: Case) -> Values | None:
    """What a paper of this kind prints for this case; None when it is not given here, or would say what nobody knows."""
    if kind not in MADE:
        return None
    workflow, states, known, values = MADE[kind]
    return values if case.workflow == workflow and case.state in states and case.memory.get(known) else None
