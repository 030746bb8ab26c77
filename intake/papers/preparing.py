"""What a step needs made before its lock (TRUST 2.5): the document it freezes, the evidence of a signature, the sealed copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake import seal_keys
from intake.effects import Made
from intake.language import FRENCH, speaking
from intake.models import signatures
from intake.models.dossiers import Case
from intake.papers import evidence
from intake.papers.contracts import kind_of, values_of
from intake.papers.evidence import Asked
from intake.papers.making import make, parts
from intake.papers.others import amendment
from workflows.engine import Refusal, StepRefused, blank_form
from workflows.grammar import Freeze, Sign, Step


@speaking(FRENCH)
def prepare(case: Case, step: Step, facts: Any, asked: Asked | None = None, raw: Mapping[str, Any] | None = None) -> Made | None:
    """What this step will keep, made from the case as read; None when it keeps nothing, or cannot yet.

    `asked` says how the request came, `raw` what was typed: an amendment says it. Raises StepRefused when the house has no
    certificate to seal with.
    """
    frozen = next((one.paper for one in step.then if isinstance(one, Freeze)), "")
    if frozen == "amendment":
        return amend(case, step, facts, raw or {})
    if frozen and facts.first_day is not None:
        return freeze(frozen, case, facts)
    signing = next((one for one in step.then if isinstance(one, Sign)), None)
    return sign(case, facts, asked or Asked(), seals=signing.seals) if signing and signatures.standing(case) else None


@speaking(FRENCH)
def freeze(paper: str, case: Case, facts: Any) -> Made:
    """The document to sign, and its words for the screen."""
    kind = kind_of(paper, facts)
    values = values_of(kind, case, facts)
    made = make(kind, values)
    return Made(kind=kind, template=made.template, sha256=made.sha256, content=made.content, parts=parts(kind, values))


@speaking(FRENCH)
def amend(case: Case, step: Step, facts: Any, raw: Mapping[str, Any]) -> Made | None:
    """The amendment to sign; None when its form is not complete, which the step itself will say."""
    form = blank_form(step, facts, raw)
    if form is None or not form.validate():
        return None
    values = amendment(case, facts, form.subject.data, form.effective_on.data)
    made = make("amendment", values)
    return Made(kind="amendment", template=made.template, sha256=made.sha256, content=made.content,
                parts=parts("amendment", values))


@speaking(FRENCH)
def sign(case: Case, facts: Any, asked: Asked, *, seals: bool) -> Made | None:
    """The evidence of a signature; with the last one, the sealed copy."""
    mine = evidence.of_signature(case, facts, asked)
    if not seals or not facts.person_has_signed:
        return Made(evidence=mine)
    try:
        sealed, certificate = evidence.seal(case, facts, mine)
    except seal_keys.NoCertificate as missing:
        raise StepRefused(Refusal(
            "Le certificat de la coopérative manque : rien ne peut être scellé. L’administration le crée avec « intake papers "
            "certificate », ou l’original est signé sur papier.")) from missing
    return Made(evidence=mine, sealed=sealed, certificate=certificate)
