"""A table of JOURNEY §5 read a second time: what a test writes by hand is compared with what the workflow says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from workflows.grammar import Letter, Open, Rule, Step, TakeStep, Task, Verdict, Workflow
from workflows.wellformed import COMMON

Row = tuple[str, str | None, str, str | None, str]
"""(step, button, sources, dest, by); several names are separated by a blank."""


def rows(workflow: Workflow) -> list[Row]:
    """The rows of a workflow's own table, in order; `take_over` included."""
    return [
        (row.name, row.label, " ".join(row.sources), row.dest,
         " ".join((row.by,) if isinstance(row.by, str) else row.by))
        for row in workflow.steps if row.name not in COMMON or row.name == "take_over"
    ]


def rules(workflow: Workflow) -> dict[str, str]:
    """Names of the rules of each row, choosing ones first."""
    said = {key: " ".join(dict.fromkeys(rule.name for rule in (*row.chosen_if, *row.only_if)))
            for key, row in _keyed(workflow)}
    return {key: names for key, names in said.items() if names}


def effects(workflow: Workflow) -> dict[str, str]:
    """Letters, hand-overs and tasks of each row."""
    said = {key: " · ".join(filter(None, (_told(then) for then in row.then))) for key, row in _keyed(workflow)}
    return {key: told for key, told in said.items() if told}


def _keyed(workflow: Workflow) -> Iterator[tuple[str, Step]]:
    """Each row of the table under its name; « expire 2 » is the second of its name."""
    seen: Counter[str] = Counter()
    for row in workflow.steps:
        if row.name not in COMMON:
            seen[row.name] += 1
            yield (row.name if seen[row.name] == 1 else f"{row.name} {seen[row.name]}"), row


def _told(then: Any) -> str:
    if isinstance(then, Letter):
        return f"✉ {then.template} {'+'.join(then.to)}"
    if isinstance(then, Open):
        return f"⊕ {then.workflow}.{then.step}"
    if isinstance(then, TakeStep):
        return f"⇒ {then.workflow}.{then.step}"
    if isinstance(then, Task):
        return f"☐ {then.role}"
    return ""


def ask(rule: Rule, facts: Any, **answers: Any) -> Verdict:
    """What a rule answers."""
    return rule.verdict(facts, answers)


def said(rule: Rule, facts: Any, **answers: Any) -> str:
    """The sentence of a rule that refuses, with its values as people read them; empty when it holds."""
    from intake.words import say
    from workflows.engine import Refusal

    verdict = rule.verdict(facts, answers)
    if verdict.ok:
        return ""
    return say(Refusal(rule.sentence, verdict.values, rule.name, rule.kind, rule.article, rule.lifted_by))


def noon(day: date) -> datetime:
    """Noon UTC of a day, a working hour in Paris."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def at(text: str) -> datetime:
    """An instant in ISO."""
    return datetime.fromisoformat(text)


# An amendment, the same in both contracts ----------------------------------------------------------------------------

AMENDMENT_RULES = {
    "amend": "same_document",
    "send_amendment": "no_amendment_open coop_known",
    "sign_amendment": "amendment_open same_document link_opened all_read not_signed_yet",
    "countersign_amendment": "amendment_open person_signed same_document mandate",
    "take_back_amendment": "amendment_open",
    "give_code 2": "amendment_open not_signed_yet same_document",
    "unsigned_amendment": "amendment_open",
}
AMENDMENT_EFFECTS = {
    "amend": "✉ contract_signed person+support+cogerance",
    "send_amendment": "✉ contract_to_sign person · ☐ person",
    "sign_amendment": "✉ contract_to_countersign cogerance · ☐ cogerance",
    "countersign_amendment": "✉ contract_signed person+support+cogerance",
    "take_back_amendment": "✉ contract_reworked person+support",
    "unsigned_amendment": "☐ support · ✉ contract_reworked person+support",
}


def amendment_table(states: str) -> list[tuple[str, str | None, str, str | None, str]]:
    """Its rows, from these states."""
    return [
        ("amend", "Signer un avenant", states, None, "support"),
        ("send_amendment", "Envoyer un avenant à la signature", states, None, "support"),
        ("sign_amendment", "Signer l’avenant", states, None, "person"),
        ("countersign_amendment", "Signer l’avenant pour Optéos", states, None, "cogerance"),
        ("take_back_amendment", "Demander une correction", states, None, "support person"),
        ("give_code", "Donner le code pour signer", states, None, "support"),
        ("unsigned_amendment", None, states, None, "clock"),
    ]
