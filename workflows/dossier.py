"""What several workflows know of the rest of a dossier: its contracts, whether one of the same kind is open."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.contracts import Contract, in_force, signed_or_in_force
from workflows.grammar import CaseFacts, house


@dataclass(frozen=True, kw_only=True)
class DossierFacts(CaseFacts):
    """What the rules know of the other cases of the dossier."""

    contracts: tuple[Contract, ...] = ()
    """Contracts of this dossier."""
    already: bool = False
    """Another case of this workflow is open in this dossier."""

    @property
    def runs(self) -> bool:
        """A contract is in force."""
        return bool(in_force(self.contracts, self.today))

    @property
    def engaged(self) -> bool:
        """A contract is in force, or signed and not begun."""
        return bool(signed_or_in_force(self.contracts, self.today))


@house("Une démarche de même nature est déjà ouverte. L’équipe la reprend ou la clôt.", lifted_by="")
def none_open(facts: DossierFacts) -> bool:
    """One case of a kind at a time."""
    return not facts.already


@house("Aucun contrat en cours.", lifted_by="")
def contract_runs(facts: DossierFacts) -> bool:
    """A CAPE or a CESA is in force."""
    return facts.runs


@house("Aucun contrat en cours ni signé.", lifted_by="")
def still_under_contract(facts: DossierFacts) -> bool:
    """There is a contract to leave."""
    return facts.engaged
