"""The forms of signing: on the screen, on paper, the code read out, an amendment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wtforms import Form

from workflows import fields as f
from workflows.common import NO_PRIVATE_LIFE
from workflows.contracts import elsewhere_rows
from workflows.grammar import Answers, CaseFacts, StepForm
from workflows.roles import accounts, circle, cogerance, hr, peer, person, support
from workflows.signing.facts import ContractFacts, no_code

CHECKED = {
    "voice": "voix reconnue au téléphone", "birth": "date de naissance et adresse dites au téléphone",
    "paper": "pièce d’identité vue",
}
"""How one knows to whom a code is given."""


class ElsewhereRow(Form):
    """One contract with another cooperative."""

    coop = f.TextField("Coopérative", missing="Indiquez la coopérative")
    kind = f.ChoiceField("Contrat", missing="Choisissez le contrat", listed=True,
                         choices=[("cape", "CAPE"), ("cesa", "Contrat salarié (CESA)")])
    began = f.DayField("Du", missing="Saisissez le premier jour")
    ended = f.DayField("Au", missing="Saisissez le dernier jour")

    def validate(self, extra_validators: Any = None) -> bool:
        """Its last day is not before its first."""
        valid = bool(super().validate(extra_validators))
        if valid and self.ended.data < self.began.data:
            self.ended.errors = ["Le dernier jour vient après le premier"]
            return False
        return valid


def table_of_elsewhere() -> f.TableField:
    """The contracts with another cooperative, asked where a contract is prepared."""
    return f.TableField("Contrats dans une autre coopérative", ElsewhereRow, optional=True, shown_rows=1,
                        description="Signalés, jamais déduits. La ligne suivante vient une fois celle-ci enregistrée")


def known_elsewhere(form: Any, facts: ContractFacts) -> None:
    """Show what is known of contracts elsewhere, else what the application told of them, where nothing was posted."""
    if form.first_day.raw_data is None:
        form.elsewhere.process(None, [
            {"coop": one.coop, "kind": one.kind, "began": one.first_day, "ended": one.last_day}
            for one in facts.elsewhere or facts.applied_from])


def remember_elsewhere(facts: ContractFacts, answers: Answers) -> dict[str, Any]:
    """The contracts elsewhere as just said; none takes back those that were said before."""
    said = [one.remembered for one in elsewhere_rows(answers.get("elsewhere") or ())]
    return {"elsewhere": said} if said or facts.elsewhere or facts.applied_from else {}


class SendForm(StepForm):
    """What whoever sends a contract decides of what the law leaves open; asked of a doubtful one alone."""

    readers = (circle, peer, support, hr, accounts, cogerance)
    decision = f.LinesField("Décision sur ce point et raison", missing="Écrivez votre décision sur ce point, et sa raison",
                            description=f"{NO_PRIVATE_LIFE}. La personne la lit à côté du décompte")


def ask_decision(form: Any, facts: ContractFacts) -> None:
    """Nothing is asked where nothing is doubtful."""
    if not facts.doubts:
        del form.decision


class SignatureForm(StepForm):
    """The code given by another way than the letter, then the contract and its annexes read."""

    readers = (person,)
    sealed = frozenset({"code"})
    code = f.TextField("Code reçu", missing="Saisissez le code reçu", description="Six chiffres")
    read_contract = f.TickField("J’ai lu le contrat", missing="Cochez la case après avoir lu le contrat")
    read_annexes = f.TickField("J’ai lu ses annexes", missing="Cochez la case après avoir lu les annexes")

    right: Callable[[str], bool] = staticmethod(no_code)
    """Whether these digits are the code given last; `ask_code` sets it."""

    def validate(self, extra_validators: Any = None) -> bool:
        """The code is the one given last, for this very document."""
        valid = bool(super().validate(extra_validators))
        typed = "".join(sign for sign in str(self.code.data or "") if sign.isdigit())
        if not self.code.errors and not self.right(typed):
            self.code.errors = ["Ce code n’est pas le dernier donné. Vérifiez-le, ou demandez-en un autre"]
            return False
        return valid


def ask_code(form: Any, facts: ContractFacts) -> None:
    """The code expected is the last one given for the document sent."""
    form.right = facts.code_is


class CountersignatureForm(StepForm):
    """The cogérance has passed its second step: it reads and signs."""

    readers = (cogerance,)
    read_contract = f.TickField("J’ai lu le contrat", missing="Cochez la case après avoir lu le contrat")
    read_annexes = f.TickField("J’ai lu ses annexes", missing="Cochez la case après avoir lu les annexes")


class AmendmentSignatureForm(SignatureForm):
    """The same for an amendment, which has no annexes."""

    read_contract = f.TickField("J’ai lu l’avenant", missing="Cochez la case après avoir lu l’avenant")
    read_annexes: Any = None


class AmendmentCountersignatureForm(CountersignatureForm):
    """The same for an amendment."""

    read_contract = f.TickField("J’ai lu l’avenant", missing="Cochez la case après avoir lu l’avenant")
    read_annexes: Any = None


class GiveCodeForm(StepForm):
    """Who one speaks to is known before the code is read out."""

    readers = (support, cogerance)
    checked = f.ChoiceField(
        "Comment avez-vous vérifié à qui vous parlez ?", missing="Indiquez comment vous l’avez vérifié",
        choices=[(name, label[0].upper() + label[1:]) for name, label in CHECKED.items()])


class PaperForm(StepForm):
    """An original signed on paper, or with an external provider."""

    readers = (hr, accounts, cogerance)
    provider = f.TextField(
        "Prestataire de signature et référence", optional=True,
        description="Si l’original a été signé chez un prestataire, et non sur papier")
    scan = f.PieceField("Original numérisé", missing="Choisissez le fichier de l’original signé", absence=False)
    person_signed_on = f.DayField(
        "Date de signature de la personne", missing="Saisissez la date de signature de la personne", past=True)
    cogerance_signed_on = f.DayField(
        "Date de signature de la cogérance", missing="Saisissez la date de signature de la cogérance", past=True)


class AmendmentTextForm(StepForm):
    """What an amendment changes, and from which day on."""

    readers = (person, support, cogerance)
    subject = f.LinesField("Objet", missing="Indiquez l’objet de l’avenant")
    effective_on = f.DayField("Date d’effet", missing="Saisissez la date d’effet de l’avenant")


class AmendmentForm(StepForm):
    """An amendment signed on paper."""

    readers = (hr, accounts, cogerance)
    seen_by = {"subject": (circle, peer, hr, accounts, cogerance)}
    subject = f.LinesField("Objet", missing="Indiquez l’objet de l’avenant")
    effective_on = f.DayField("Date d’effet", missing="Saisissez la date d’effet de l’avenant")
    signed = f.PieceField(
        "Document signé", missing="Choisissez le fichier de l’avenant signé",
        absence=False)


def asked_again(form: Any, facts: ContractFacts) -> None:
    """Show what was written last time, where nothing is typed yet."""
    for one in form:
        offer(one, facts.written.get(one.name))


def offer(one: Any, value: Any) -> None:
    """A first value for a field where nothing was typed."""
    if one.raw_data is None and one.data in (None, "") and value is not None:
        one.process_data(value)


def until_today(form: Any, facts: CaseFacts) -> None:
    """Dates of what has been done are not in the future."""
    for one in form:
        if isinstance(one, f.DayField):
            one.today = facts.today
