"""The contract before signing and after: who reads it, and that it is the very document sent."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.cases.test_contracts import READ, code, renewed, step
from tests.cast import Cast, writing
from tests.conftest import Browse
from workflows.grammar import Step


@pytest.fixture
def sent(people: Cast) -> Any:
    """Ana's renewal, sent to sign."""
    from datetime import date

    from intake.models.people import Commitment

    with writing():
        Commitment.create(person=people.noe, signed_on=date(2026, 1, 5))
        case = step(renewed(people), "send", people.sami)
        assert case.dossier.uid, "read while the database is open"
        return case


def address(case: Any, last: str = "contrat.pdf") -> str:
    return f"/dossier/{case.dossier.uid}/{case.uid}/{last}"


def test_the_person_and_the_team_read_the_very_document(people: Cast, browse: Browse, sent: Any) -> None:
    for reader in (people.ana, people.sami, people.rachel, people.marc):
        page = browse(reader).get(address(sent))
        assert page.status_code == 200
        assert page.mimetype == "application/pdf"
        assert hashlib.sha256(page.data).hexdigest() == sent.memory["document"]


def test_others_find_nothing(people: Cast, browse: Browse, sent: Any) -> None:
    for stranger in (people.zoe, people.ben, people.claire):
        assert browse(stranger).get(address(sent)).status_code == 404
    assert browse().get(address(sent)).status_code in (302, 303)


def test_the_page_to_sign_leads_to_the_contract(people: Cast, browse: Browse, sent: Any) -> None:
    assert address(sent) in browse(people.ana).get(address(sent, "sign")).text
    assert address(sent) in browse(people.ana).get(f"/mon-parcours?dossier={sent.dossier.uid}").text
    assert address(sent) in browse(people.sami).get(f"/dossier/{sent.dossier.uid}/pieces").text


def test_a_contract_taken_back_is_no_longer_there_and_a_signed_one_stays(people: Cast, browse: Browse, sent: Any) -> None:
    with writing():
        step(sent, "sign", people.ana, code=code(sent), **READ)
        step(sent, "countersign", people.marc, code=code(sent), **READ)
    assert browse(people.ana).get(address(sent)).status_code == 200
    with writing():
        step(sent, "rework", people.sami, reason="Une date à changer")
    assert browse(people.ana).get(address(sent)).status_code == 404


def test_only_two_kinds_of_contract_are_frozen() -> None:
    from workflows import ALL
    from workflows.grammar import Freeze

    def frozen(row: Step) -> bool:
        return any(isinstance(then, Freeze) for then in row.then)

    assert {(name, row.name) for name, one in ALL.items() for row in one.steps if frozen(row)} == {
        ("cape", "send"), ("salaried", "send")}
