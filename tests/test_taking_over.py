"""Taking over a table: tried, told, and kept as a whole or not at all."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from intake import clock as the_clock, history, taking_over
from intake.cases import take_step
from intake.facts import facts_of
from intake.facts.contracts import cases_of, elsewhere_of
from intake.models.dossiers import Case, Dossier, Event
from intake.models.letters import Letter
from intake.models.people import Commitment, Person, RoleGrant
from intake.models.tasks import Task
from intake.taking_over import Report
from tests.cast import Cast
from tests.conftest import Clock

pytestmark = pytest.mark.both_databases

HEADINGS = ("Prénom;Nom;Adresse électronique;Téléphone;Commune;Activité;Étape;Depuis le;Premier jour;Dernier jour;"
            "Contrats précédents;Associé·e depuis le;Binôme;Binôme depuis le;Engagement signé le")
LÉO = "Léo;Bastin;leo.bastin@exemple.fr;06 39 98 01 02;Lille;Luthier;Liste d’attente;3 février 2027;;;;;;;"
MAÏA = "Maïa;Ory;maia@exemple.fr;;Lens;Traduction;CAPE;;01/06/2026;31/05/2027;01/06/2025 au 31/05/2026;;IRIS@exemple.fr;;"
IRIS = "Iris;Wen;iris@exemple.fr;;Loos;Graphisme;CESA;;2021-09-01;;;15/06/2023;;;02/09/2021"
TOM = "Tom;Sarr;tom@exemple.fr;;Croix;Vélo;contrat salarié;;1/2/2027;;1/2/2025 au 31/1/2026;;;;"


@pytest.fixture
def take(tmp_path: Path, cast: Cast):  # type: ignore[no-untyped-def]
    """`take(line, …, write=True)`: the report on a table of these lines."""
    def taken(*lines: str, write: bool = False, headings: str = HEADINGS, encoding: str = "utf-8") -> Report:
        file = tmp_path / "membres.csv"
        file.write_bytes("\r\n".join((headings, *lines)).encode(encoding))
        return taking_over.run(file, write)
    return taken


def stands(person: str) -> dict[str, str]:
    rows = Case.select(Case.workflow, Case.state).join(Dossier).join(Person, on=Dossier.person).where(
        Person.first_name == person).tuples()
    return dict(rows)


def only_case(person: str, workflow: str) -> Case:
    found: Case = Case.select(Case).join(Dossier).join(Person, on=Dossier.person).where(
        Person.first_name == person, Case.workflow == workflow).get()
    return found


def test_a_trial_keeps_nothing(take) -> None:  # type: ignore[no-untyped-def]
    report = take(LÉO, MAÏA, IRIS, TOM)
    assert report.problems == []
    assert report.lines == ["Essai réussi. Lignes : 4 (liste d’attente 1, CAPE 1, contrat salarié 2). "
                            "Rien n’est enregistré : ajoutez --confirm."]
    assert (Dossier.select().count(), Event.select().count()) == (0, 0)
    assert not Person.select().where(Person.first_name == "Léo").exists()


def test_everyone_stands_where_they_stood(take, cast: Cast, clock: Clock) -> None:  # type: ignore[no-untyped-def]
    report = take(LÉO, MAÏA, IRIS, TOM, write=True)
    assert report.lines[-1].startswith("Enregistré. Lignes : 4")
    assert stands("Léo") == {"admission": "waiting"}
    assert only_case("Léo", "admission").rank_at.date() == date(2027, 2, 2)  # midnight in Paris
    assert stands("Maïa") == {"admission": "joined", "cape": "trading", "accompaniment": "running"}
    assert stands("Iris") == {"admission": "joined", "salaried": "running", "membership": "associate"}
    assert stands("Tom") == {"admission": "joined", "salaried": "running"}
    assert only_case("Maïa", "cape").memory["ordinal"] == 2
    assert only_case("Maïa", "accompaniment").dossier.peer.called == "Iris"
    assert only_case("Tom", "salaried").memory["deadline"] == "2029-01-31"
    assert [one.person.called for one in Commitment.select() if one.signed_on == date(2021, 9, 2)] == ["Iris"]
    assert not Letter.select().exists()
    assert not Task.select().exists()
    assert list(history.verify()) == []


def test_the_clock_goes_on_from_there(take, clock: Clock) -> None:  # type: ignore[no-untyped-def]
    assert take(LÉO, MAÏA, IRIS, write=True).problems == []
    the_clock.tick()
    assert not Letter.select().exists()
    clock.to(date(2027, 5, 1))
    the_clock.tick()
    assert {letter.template for letter in Letter.select()} >= {"term_ahead"}
    facts = facts_of(only_case("Léo", "admission"), only_case("Léo", "admission").dossier.person)
    assert facts.ahead(facts.first_month) == 0


def test_a_place_is_offered_to_someone_taken_over(take, cast: Cast, clock: Clock) -> None:  # type: ignore[no-untyped-def]
    take(LÉO, write=True)
    case = only_case("Léo", "admission")
    month = facts_of(case, cast.claire).first_month
    take_step(case, "offer", by=cast.claire, raw={"month": str(month)}, key=None)
    assert stands("Léo") == {"admission": "offered"}


def test_every_problem_is_told_and_nothing_is_kept(take, cast: Cast) -> None:  # type: ignore[no-untyped-def]
    report = take(
        LÉO, "Ana;;ana@;;;;CAPE;;31/02/2026;;;;;;", "Léo;Bastin;LEO.bastin@exemple.fr;;;;attente;1/1/2027;;;;;;;",
        "Ugo;Fay;ugo@exemple.fr;;;;retraite;;;;;;;;", "Eva;Ly;eva@exemple.fr;;;;CAPE;;01/06/2026;01/05/2026;;;;;",
        "Zac;Noé;zac@exemple.fr;;;;CESA;;01/06/2026;;;;inconnu@exemple.fr;;", write=True)
    told = [line.replace("\u00a0", " ") for line in report.lines]
    assert told[-1] == "Problèmes : 8. Rien n’a été enregistré. Corrigez le tableau et recommencez."
    assert [line.split(" : ")[0] for line in told[:-1]] == [
        "Ligne 3, colonne « Nom »", "Ligne 3, colonne « Adresse électronique »", "Ligne 3, colonne « Premier jour »",
        "Ligne 3, colonne « Dernier jour »", "Ligne 4, colonne « Adresse électronique »", "Ligne 5, colonne « Étape »",
        "Ligne 6, colonne « Dernier jour »", "Ligne 7, colonne « Binôme »"]
    assert told[4].endswith("La même personne est à la ligne 2.")
    assert not Dossier.select().exists()


def test_a_table_is_never_taken_over_twice(take) -> None:  # type: ignore[no-untyped-def]
    take(LÉO, MAÏA, IRIS, write=True)
    report = take(LÉO, MAÏA, TOM, write=True)
    assert [(one.line, one.sentence) for one in report.problems] == [
        (2, "Léo Bastin a déjà un dossier ouvert."), (3, "Maïa Ory a déjà un dossier ouvert.")]
    assert stands("Tom") == {}


def test_the_same_date_in_the_waiting_list_is_told(take) -> None:  # type: ignore[no-untyped-def]
    report = take(LÉO, "Ida;Roy;;;;;attente;03/02/2027;;;;;;;")
    assert report.lines[0] == ("À noter : 2 personnes attendent depuis le 03/02/2027 ; leur ordre entre elles est tiré "
                               "au sort.")


@pytest.mark.parametrize(("headings", "told"), [
    ("Prénom,Nom,Étape,Loisirs", "Ligne 1, colonne « Loisirs » : Cette colonne n’est pas connue. Renommez-la ou retirez-la."),
    ("Prénom,Étape", "Ligne 1, colonne « Nom » : Cette colonne manque."),
    ("Prénom,Nom,Nom,Étape", "Ligne 1, colonne « Nom » : Cette colonne est là deux fois."),
])
def test_columns_are_checked_first(take, headings: str, told: str) -> None:  # type: ignore[no-untyped-def]
    assert take("x,y,z,t", headings=headings).lines[0].replace("\u00a0", " ") == told


def test_another_encoding_is_said(take) -> None:  # type: ignore[no-untyped-def]
    assert "CSV UTF-8" in take(LÉO, encoding="utf-16").lines[0]
    assert take(LÉO, encoding="utf-8-sig").problems == []


def test_somebody_else_takes_over(take, cast: Cast) -> None:  # type: ignore[no-untyped-def]
    """The steps are the support team's, and nobody plays a role of the team on their own dossier."""
    sami = f"Sami;Benali;{cast.sami.email};;;;CESA;;2021-09-01;;;;;;"
    assert take(sami).problems == []
    RoleGrant.update(until=date(2027, 3, 1) - timedelta(days=1)).where(RoleGrant.role.in_(("hr", "accounts"))).execute()
    assert take(sami).problems[0].sentence.startswith("Personne d’autre n’a le rôle support.")


def test_contracts_elsewhere_are_taken_over_too_and_never_deducted(take, cast: Cast) -> None:  # type: ignore[no-untyped-def]
    """Worked case 14, by the table: flagged on the counters of whoever comes with them, even from the waiting list."""
    headings, léo = f"{HEADINGS};Contrats ailleurs", f"{LÉO};CAPE, Coop Azur, 01/01/2023 au 30/09/2023"
    assert [str(one) for one in take(f"{IRIS};chez Azur", headings=headings, write=True).problems] == [
        "Ligne 2, colonne « Contrats ailleurs » : Écrivez : CAPE, nom de la coopérative, 15/01/2024 au 14/10/2024."]
    assert take(léo, f"{IRIS};CESA, L’Établi, 01/01/2020 au 31/08/2021", headings=headings, write=True).problems == []
    for first_name, coop in (("Léo", "Coop Azur"), ("Iris", "L’Établi")):
        person = Person.get(Person.first_name == first_name)
        assert [one.coop for one in elsewhere_of(person.id, cases_of(person.id))] == [coop]
    assert Case.get(Case.workflow == "salaried").memory["deadline"] == "2024-08-31", "36 months, nothing deducted"
