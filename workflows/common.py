"""The rows every workflow has (JOURNEY §3): undo, derogations, complements, notes, messages, tasks, reminders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from workflows import fields as f
from workflows.contracts import elsewhere_told
from workflows.grammar import (
    Answers,
    CaseFacts,
    ChangeAddress,
    Letter,
    Remember,
    Rule,
    State,
    Step,
    StepForm,
    Task,
    Undo,
    Workflow,
    choice,
)
from workflows.roles import Role, circle, clock, cogerance, person, support, team

NO_PRIVATE_LIFE = "N’écrivez rien sur la santé, la religion, l’origine ou la vie privée"


class ReasonForm(StepForm):
    """A written reason."""

    reason = f.LinesField("Raison", missing="Indiquez la raison", description=NO_PRIVATE_LIFE)


class UndoForm(StepForm):
    """Nothing to fill in: the page names the event."""


class AskDerogationForm(StepForm):
    """Which rule, and why."""

    rule = f.ChoiceField("Règle", missing="Choisissez la règle")
    reason = f.LinesField("Motif", missing="Indiquez le motif", description=NO_PRIVATE_LIFE)


class DerogateForm(StepForm):
    """Which rule, and why: kept in the history, good once."""

    rule = f.ChoiceField("Règle", missing="Choisissez la règle")
    reason = f.LinesField("Motif, gardé dans l’historique", missing="Indiquez le motif", description=NO_PRIVATE_LIFE)


class AskForm(StepForm):
    """A complement asked of the person."""

    kind = f.ChoiceField(
        "Ce qui ne va pas", missing="Choisissez ce qui ne va pas",
        choices=[("incomplet", "Incomplet"), ("incorrect", "Incorrect"), ("périmé", "Périmé")],
    )
    subject = f.TextField("Ce qu’il faut", missing="Indiquez ce qu’il faut")
    message = f.LinesField("Un mot d’explication", optional=True, description=NO_PRIVATE_LIFE)


class AnswerForm(StepForm):
    """The person's answer to a complement: words, a piece, or both."""

    answer = f.LinesField("Votre réponse", optional=True, description=NO_PRIVATE_LIFE)
    piece = f.PieceField("Pièce", optional=True)

    def validate(self, extra_validators: Any = None) -> bool:
        """One of them at least."""
        valid: bool = super().validate(extra_validators)
        if valid and self.answer.empty and self.piece.empty:
            self.answer.errors = ["Écrivez votre réponse, ou ajoutez la pièce"]
            return False
        return valid


class AddressForm(StepForm):
    """New contact details; the address proves itself before it serves."""

    email = f.EmailField("Adresse électronique", missing="Saisissez votre adresse électronique")
    phone = f.PhoneField("Numéro de téléphone", optional=True)


class NoteForm(StepForm):
    """An internal note."""

    readers = (circle, support, cogerance)
    note = f.LinesField(
        "Note interne", missing="Écrivez la note",
        description="La personne ne la voit pas ici, mais peut en demander copie",
    )


class WriteForm(StepForm):
    """A message that the other one receives."""

    readers = (person, *team)
    subject = f.TextField("Objet", missing="Indiquez l’objet")
    message = f.LinesField("Message", missing="Écrivez le message", description=NO_PRIVATE_LIFE)


class AssignForm(StepForm):
    """Who follows this dossier."""

    follower = f.PersonField("Qui suit ce dossier", missing="Choisissez une personne")


class TickForm(StepForm):
    """Which task is done, and its proof."""

    task = f.TextField("Tâche", missing="Choisissez la tâche")
    proof = f.TextField("Référence ou preuve", optional=True)


class AddPieceForm(StepForm):
    """A piece and what it is."""

    title = f.TextField("Ce que c’est", missing="Indiquez ce que c’est")
    piece = f.PieceField("Votre fichier", missing="Choisissez un fichier")


def name_team(form: Any, facts: CaseFacts) -> None:
    """Offer the members of the team."""
    form.follower.choices = list(facts.team)


def request_open(facts: CaseFacts) -> bool:
    """A complement is asked and not answered."""
    return facts.request is not None


def _request(facts: CaseFacts, answers: Answers) -> dict[str, Any]:
    return {"request": {"kind": answers["kind"], "at": facts.now.isoformat()}}


complement_asked: Rule = choice(request_open)


def liftable(steps: Sequence[Step]) -> list[tuple[str, str]]:
    """(name, sentence) of every house rule the cogérance may lift."""
    rules = {rule.name: rule for row in steps for rule in row.only_if if rule.kind == "house" and rule.lifted_by}
    return [(name, rule.sentence) for name, rule in rules.items()]


def ladder_due(states: Sequence[State]) -> Any:
    """When the next rung of the silence ladder is due: `silence.days` after the last move, one rung at a time.

    A rung that comes late (a stopped clock, a state entered long after the move) keeps the next ones their distance.
    """
    climbing = {state.name for state in states if state.ladder}

    def due(facts: CaseFacts) -> datetime | None:
        if facts.silent or facts.state not in climbing:
            return None
        rungs: list[int] = facts.settings["silence.days"]
        climbed = rungs_climbed(facts)
        if climbed >= len(rungs):
            return None
        last = facts.taken("remind")
        late = climbed and last is not None and last - facts.moved > timedelta(days=rungs[climbed - 1] + 1)
        if last is not None and late:
            return last + timedelta(days=rungs[climbed] - rungs[climbed - 1])
        return facts.moved + timedelta(days=rungs[climbed])

    return due


def rungs_climbed(facts: CaseFacts) -> int:
    """Reminders sent since somebody last moved."""
    rung: dict[str, Any] = facts.memory.get("rung", {})
    return int(rung.get("n", 0)) if rung.get("since") == facts.moved.isoformat() else 0


def climb(facts: CaseFacts, _: Answers) -> dict[str, Any]:
    """Remember the rung just reached."""
    return {"rung": {"since": facts.moved.isoformat(), "n": rungs_climbed(facts) + 1}}


def ladder_end(facts: CaseFacts) -> datetime:
    """When the last reminder of the ladder has been given its time; before, nobody closes a silent case."""
    last: int = facts.settings["silence.days"][-1]
    return facts.moved + timedelta(days=last)


def top_rung(facts: CaseFacts, _: Answers) -> bool:
    """The ladder is climbed: a human may close."""
    return rungs_climbed(facts) + 1 >= len(facts.settings["silence.days"])


def end_of_silence(states: Sequence[State], steps: Sequence[Step], closing: str) -> tuple[str, ...]:
    """The steps by which somebody moves in a state that has a silence ladder; the one that closes first."""
    climbed = {state.name for state in states if state.ladder}
    moves = {row.name for row in steps if row.label and climbed & set(row.sources)}
    first = [name for name in ("close_silent", closing) if name in moves][:1]
    return (*first, *sorted(moves.difference(first)))


def common_rows(
    states: Sequence[State], steps: Sequence[Step], *, remind_due: Any = None, reminder: str = "reminder",
    closer: Role = circle, closing: str = "",
) -> tuple[Step, ...]:
    """The rows of JOURNEY §3 for a workflow of these states; `steps` gives the rules that can be lifted.

    `closer` is told when the silence ladder is climbed, and closes by the step `closing`.
    A state whose reminders `steps` writes keeps those alone.
    """
    everywhere = tuple(state.name for state in states)
    still_open = tuple(state.name for state in states if not state.closed)
    own = {source for row in steps if row.name == "remind" for source in row.sources}
    reminded = tuple(name for name in still_open if name not in own)
    rules = liftable(steps)
    breaks_silence = end_of_silence(states, steps, closing)

    def offer_rules(form: Any, facts: CaseFacts) -> None:
        form.rule.choices = rules

    rows = [
        Step("undo", "Annuler", everywhere, None, by=(*team, "hr", "accounts", "associates", "facilitator"),
             form=UndoForm, then=[Undo()], past="a annulé la dernière étape", final=True),
        Step("ask_derogation", "Demander à la cogérance", everywhere, None,
             by=(*team, person, "associates", "facilitator"), form=AskDerogationForm, fill=offer_rules,
             then=[Task(cogerance, "Répondre à une demande de dérogation", closes_with=("derogate",))],
             past="a demandé une dérogation"),
        Step("derogate", "Accorder une dérogation", everywhere, None, by=cogerance, form=DerogateForm,
             fill=offer_rules, then=[Remember(
                 lambda facts, answers: {
                     "derogations": {**facts.derogations, answers["rule"]: facts.now.isoformat()}})],
             past="a accordé une dérogation", decision=True,
             hint="La dérogation vaut une fois et reste dans l’historique."),
        Step("ask", "Demander un complément", still_open, None, by=(circle, support), form=AskForm,
             then=[Remember(_request), Letter("request", text="")], past="a demandé un complément"),
        Step("answer", "Répondre", still_open, None, by=person, form=AnswerForm, chosen_if=[complement_asked],
             then=[Remember(lambda facts, answers: {"request": None}),
                   Task(circle, "Lire la réponse au complément", days=7)], past="a répondu au complément"),
        Step("change_address", "Changer mes coordonnées", still_open, None, by=(person, support), form=AddressForm,
             then=[ChangeAddress(), Letter("address_changed")], past="a changé les coordonnées", quiet=True,
             team_label="Changer ses coordonnées"),
        Step("note", "Ajouter une note interne", everywhere, None, by=team, form=NoteForm,
             past="a ajouté une note interne", quiet=True),
        Step("write", "Écrire", everywhere, None, by=(*team, person), form=WriteForm,
             then=[Letter("message", to=("correspondent",))],
             past="a écrit un message", quiet=True),
        Step("assign", "Confier ce dossier", everywhere, None, by=team, form=AssignForm, fill=name_team,
             then=[Remember(lambda facts, answers: {"follower": answers["follower"]})],
             past="a confié ce dossier", quiet=True),
        Step("tick", "C’est fait", everywhere, None,
             by=(*team, person, "hr", "accounts", "associates", "facilitator", "coop_life"), form=TickForm,
             past="a terminé une tâche", quiet=True),
        Step("add_piece", "Ajouter une pièce", everywhere, None, by=(person, support), form=AddPieceForm,
             past="a ajouté une pièce"),
        Step("remind", None, reminded, None, by=clock, due=remind_due or ladder_due(states),
             then=[Remember(climb), Letter(reminder, to=("waits_for",)),
                   Task(closer, "Sans réponse : proposer de classer", days=7, when=top_rung,
                        closes_with=breaks_silence)],
             past="rappel envoyé"),
    ]
    return tuple(row for row in rows if row.sources)


class TakeOverForm(StepForm):
    """A dossier that already lives elsewhere, opened where it stands."""

    readers = (support, cogerance)
    stage = f.TextField("Étape", missing="Choisissez l’étape")
    since = f.DayField("Depuis le", missing="Saisissez la date")
    first_day = f.DayField("Premier jour du contrat", optional=True)
    last_day = f.DayField("Dernier jour du contrat", optional=True)
    earlier = f.TextField("Contrats précédents (dates)", optional=True)
    elsewhere = f.TextField("Contrats dans une autre coopérative", optional=True)
    peer = f.TextField("Binôme (identifiant)", optional=True)
    reason = f.LinesField("Raison", missing="Indiquez la raison")


def told_elsewhere(_: CaseFacts, answers: Answers) -> dict[str, Any]:
    """The contracts with another cooperative, as the table one takes over from says them."""
    said = elsewhere_told(str(answers.get("elsewhere") or ""))
    return {"elsewhere": [one.remembered for one in said]} if said else {}


def take_over(*dests: str, remember: Any) -> tuple[Step, ...]:
    """The rows that open a case where it stands, one a state; chosen by the answer `stage`; no letter, no task."""
    def stands_at(dest: str) -> Rule:
        def stands_here(facts: CaseFacts, answers: Answers) -> bool:
            return bool(answers.get("stage") == dest)
        return choice(stands_here)

    return tuple(
        Step("take_over", "Reprendre un dossier existant", (), dest, by=support, form=TakeOverForm,
             chosen_if=[stands_at(dest)], then=[Remember(remember), Remember(told_elsewhere)],
             effective=lambda facts, answers: answers["since"], past="a repris un dossier existant", final=True)
        for dest in dests
    )


def journey(
    name: str, title: str, states: Sequence[State], steps: Sequence[Step], *, remind_due: Any = None,
    reminder: str = "reminder", closer: Role = circle, **options: Any,
) -> Workflow:
    """A workflow of these states and steps, with the rows that every workflow has."""
    rows = (*steps, *common_rows(states, steps, remind_due=remind_due, reminder=reminder, closer=closer,
                                 closing=options.get("closing_step", "")))
    return Workflow(name, title, tuple(states), rows, **options)
