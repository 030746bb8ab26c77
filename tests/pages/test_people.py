"""People and roles: added, given, withdrawn; two people for the cogérance and the administration."""

from __future__ import annotations

import pytest

from intake.models.accounts import RoleAsked
from intake.models.dossiers import Event
from intake.models.letters import Letter
from intake.models.people import Commitment, Mandate, Person, RoleGrant
from tests.cast import Cast, writing
from tests.conftest import Browse
from tests.page import press, read, send

GIVE = "Donner ce rôle"


def roles_of(person: Person) -> list[str]:
    """The roles someone was ever given and still holds today."""
    from intake.models.accounts import grants_today

    with writing():
        return [grant.role for grant in grants_today(person)]


def fill(role: str, **more: object) -> dict[str, object]:
    """A role, with its reason."""
    return {"role": role, "reason": "Décision du 1er mars", **more}


def test_someone_is_added_once(people: Cast, browse: Browse) -> None:
    """The same form twice makes one person; the same address again is refused with a name."""
    ada = browse(people.ada)
    form = read(ada.get("/personnes/nouvelle")).form("Ajouter cette personne")
    answers = {"first_name": "Lina", "last_name": "Roy", "email": "Lina.Roy@exemple.fr"}
    first, second = (send(ada, form, "/personnes/nouvelle", "Ajouter cette personne", **answers) for _ in range(2))
    assert first.status_code == second.status_code == 303 and first.location == second.location
    assert read(ada.get(first.location)).headings[0] == "Lina Roy"
    again = press(ada, "/personnes/nouvelle", "Ajouter cette personne", **answers)
    assert again.status_code == 409 and "Lina Roy a déjà cette adresse" in read(again).text
    with writing():
        assert Person.select().where(Person.email == "lina.roy@exemple.fr").count() == 1


def test_a_role_is_given_and_withdrawn(people: Cast, browse: Browse) -> None:
    """Noé joins support until the end of the year; then no longer; both leave an event."""
    ada, page = browse(people.ada), f"/personnes/{people.noe.uid}"
    until = {"until-day": "31", "until-month": "12", "until-year": "2027"}
    assert press(ada, f"{page}/donner-un-role", GIVE, **fill("support", **until)).status_code == 303
    assert roles_of(people.noe) == ["support"]
    assert "jusqu’au 31\u00a0décembre 2027 inclus" in read(ada.get(page)).text
    assert press(ada, f"{page}/retirer/support", "Retirer ce rôle", reason="Il part").status_code == 303
    assert roles_of(people.noe) == []
    assert ada.get(f"{page}/retirer/support").status_code == 404
    with writing():
        assert [one.step for one in Event.select().where(Event.subject == f"role:{people.noe.uid}")] == [
            "give_role", "withdraw_role"]


def test_whoever_s_role_changes_is_told_once(people: Cast, browse: Browse) -> None:
    """Given, given by two people, withdrawn: a letter to the person concerned; a role that is only asked for tells nobody."""
    ada, page = browse(people.ada), f"/personnes/{people.noe.uid}"
    form = read(ada.get(f"{page}/donner-un-role")).form(GIVE)
    for _ in range(2):
        send(ada, form, page, GIVE, **fill("support"), antenna="partout")
    press(ada, f"{page}/retirer/support", "Retirer ce rôle", reason="Fin")
    press(ada, f"{page}/donner-un-role", GIVE, **fill("cogerance"))
    with writing():
        told = [one.body for one in Letter.select().where(Letter.recipient == people.noe).order_by(Letter.id)]
    assert ["donné : l’équipe support" in told[0], "retiré : l’équipe support" in told[1], len(told)] == [True, True, 2]
    assert press(browse(people.marc), "/personnes", "Confirmer ce rôle").status_code == 303
    with writing():
        last = Letter.select().where(Letter.recipient == people.noe).order_by(Letter.id.desc()).get()
        assert "donné : la cogérance" in last.body


def test_pressed_twice_a_role_is_given_once(people: Cast, browse: Browse) -> None:
    """The same form again is harmless; a new one is told that the role is held."""
    ada, page = browse(people.ada), f"/personnes/{people.noe.uid}/donner-un-role"
    form = read(ada.get(page)).form(GIVE)
    assert [send(ada, form, page, GIVE, **fill("support")).status_code for _ in range(2)] == [303, 303]
    answer = press(ada, page, GIVE, **fill("support"))
    assert answer.status_code == 409 and "a déjà ce rôle" in read(answer).text
    with writing():
        assert RoleGrant.select().where(RoleGrant.person == people.noe).count() == 1


def test_a_changed_role_ends_the_session(people: Cast, browse: Browse) -> None:
    """Claire signs in again once she is of support too."""
    claire = browse(people.claire)
    assert claire.get("/ce-qui-m-attend").status_code == 200
    press(browse(people.ada), f"/personnes/{people.claire.uid}/donner-un-role", GIVE, **fill("support"))
    assert claire.get("/ce-qui-m-attend").status_code == 302


@pytest.mark.parametrize("role", ["cogerance", "admin"])
def test_two_people_give_the_cogerance_and_the_administration(role: str, people: Cast, browse: Browse) -> None:
    """Ada asks; neither she nor Noé can confirm; Marc does, once."""
    ada, marc = browse(people.ada), browse(people.marc)
    press(ada, f"/personnes/{people.noe.uid}/donner-un-role", GIVE, **fill(role))
    assert roles_of(people.noe) == []
    assert "Confirmer ce rôle" not in read(ada.get("/personnes")).text
    form = read(marc.get("/personnes")).form("Confirmer ce rôle")
    token = read(ada.get("/personnes/nouvelle")).form("Ajouter cette personne").values["csrf_token"]
    own = ada.post("/personnes/confirmer", data={"csrf_token": token, "asked": form.values["asked"]})
    assert own.status_code == 409 and roles_of(people.noe) == []
    assert [send(marc, form, "/personnes", "Confirmer ce rôle").status_code for _ in range(2)] == [303, 303]
    assert roles_of(people.noe) == [role]
    with writing():
        assert RoleAsked.get().confirmed_by == people.marc


def test_the_last_of_the_administration_stays(people: Cast, browse: Browse) -> None:
    """Ada keeps her role, and the page says why."""
    answer = press(browse(people.marc), f"/personnes/{people.ada.uid}/retirer/admin", "Retirer ce rôle", reason="Essai")
    assert answer.status_code == 409 and "La dernière personne de l’administration garde ce rôle" in read(answer).text
    assert roles_of(people.ada) == ["admin"]


def test_the_circle_commits_first(people: Cast, browse: Browse) -> None:
    """No commitment, no reading; once noted, the role is given."""
    ada, page = browse(people.ada), f"/personnes/{people.zoe.uid}"
    refused = press(ada, f"{page}/donner-un-role", GIVE, **fill("circle"))
    assert refused.status_code == 409 and "engagement de confidentialité signé par Zoé Marchal" in read(refused).text
    day = {"signed_on-day": "26", "signed_on-month": "2", "signed_on-year": "2027"}
    future = press(ada, f"{page}/engagement", "Noter cet engagement", **{**day, "signed_on-year": "2028"})
    assert future.status_code == 422
    for _ in range(2):
        assert press(ada, f"{page}/engagement", "Noter cet engagement", **day).status_code == 303
    assert press(ada, f"{page}/donner-un-role", GIVE, **fill("circle")).status_code == 303
    assert roles_of(people.zoe) == ["circle"]
    with writing():
        assert Commitment.select().where(Commitment.person == people.zoe).count() == 1


def test_a_mandate_is_for_the_cogerance(people: Cast, browse: Browse) -> None:
    """Odile's mandate is noted and ended; Claire cannot have one."""
    marc = browse(people.marc)
    day = {"since-day": "1", "since-month": "3", "since-year": "2027", "reference": "AG du 26 février 2027"}
    page = f"/personnes/{people.odile.uid}"
    assert press(marc, f"{page}/mandat", "Noter ce mandat", **day).status_code == 303
    with writing():
        assert Mandate.select().where(Mandate.person == people.odile).count() == 2
    assert press(marc, page, "Mettre fin à ce mandat AG du 26 février 2027").status_code == 303
    with writing():
        ended = Mandate.get(Mandate.reference == "AG du 26 février 2027")
        assert ended.until is not None and Mandate.get(Mandate.person == people.odile).until is None
    claire = press(marc, f"/personnes/{people.claire.uid}/mandat", "Noter ce mandat", **day)
    assert claire.status_code == 409
    with writing():
        assert not Mandate.select().where(Mandate.person == people.claire).exists()


def test_the_search_finds_anyone(people: Cast, browse: Browse) -> None:
    """By part of a name or address; nobody, and it says so."""
    ada = browse(people.ada)
    assert "Zoé Marchal" in read(ada.get("/personnes?q=march")).text
    assert "Personne ne correspond" in read(ada.get("/personnes?q=introuvable")).text


def test_the_wrong_person_finds_nothing(people: Cast, browse: Browse) -> None:
    """Support, the circle and a stranger."""
    for person in (people.sami, people.claire, people.zoe):
        for page in ("/personnes", "/personnes/nouvelle", f"/personnes/{people.noe.uid}/donner-un-role"):
            assert browse(person).get(page).status_code == 404
    assert browse(people.ada).get("/personnes/personne").status_code == 404
