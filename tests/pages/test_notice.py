"""The notices to the URSSAF and France Travail: their text ready to copy, for RH alone; done, refused, twice, without script."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from intake.models.dossiers import Case, Event
from intake.models.people import Commitment
from intake.models.tasks import Task
from tests.cases.test_contracts import READ, code, renewed, step
from tests.cast import Cast, writing
from tests.conftest import Browse
from tests.page import press, read
from workflows import notices
from workflows.notices import Parties

PARTIES = Parties(name="Ana Moreau", cooperative=[("Nom", "Optéos"), ("Siège", "12 rue du Moulin\n59100 Roubaix")],
                  person=[("Prénom et nom", "Ana Moreau")], job_seeker="1234567A", reference="OPT-2027-0001")
MEMORY = {"ordinal": 1, "nature": "premier", "first_day": "2027-06-01", "last_day": "2028-05-31",
          "person_signed_on": "2027-03-01", "cogerance_signed_on": "2027-03-02"}


def words(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.fixture
def concluded(people: Cast) -> Any:
    """Ana's renewal, signed today by both."""
    with writing():
        Commitment.create(person=people.noe, signed_on=date(2026, 1, 5))
        case = step(renewed(people), "send", people.sami)
        case = step(case, "sign", people.ana, code=code(case), **READ)
        case = step(case, "countersign", people.marc, code=code(case), **READ)
        assert case.dossier.uid
        return case


def tasks(case: Case) -> list[Task]:
    with writing():
        return list(Task.select().where(Task.case == case, Task.notice != "").order_by(Task.id))


def path(case: Any, task: Task) -> str:
    return f"/dossier/{case.dossier.uid}/{case.uid}/tick?task={task.uid}"


def test_rh_copies_the_text_and_notes_the_reference_once(people: Cast, browse: Browse, concluded: Any) -> None:
    """Worked case 11. From the dossier to the text, without script; the same press twice is one; the other notice stays."""
    rachel, (urssaf, other) = browse(people.rachel), tasks(concluded)
    answer = rachel.get(path(concluded, urssaf))
    page, text = read(answer), words(answer.get_data(as_text=True))
    assert "Contenu à recopier" in page.headings and page.text.count("Madame, Monsieur") == 1
    assert '<textarea class="input" id="texte"' in text and " readonly" in text and 'name="texte"' not in text
    for line in ("Nous vous informons du renouvellement d’un contrat d’appui au projet d’entreprise (CAPE) et du terme prévu.",
                 "Siège : 12 rue du Moulin, 59100 Roubaix", "SIREN : 732 829 320", "Prénom et nom : Ana Moreau",
                 "Conclu le : 1er mars 2027", "Date d’effet : 1er juin 2027", "Terme prévu : 31 mai 2028"):
        assert line in text, line
    form = page.form("C’est fait")
    assert form.values["task"] == urssaf.uid and "Destinataire : URSSAF" in words(page.text)
    for _ in range(2):
        assert rachel.post(path(concluded, urssaf), data={**form.values, "proof": "Accusé 12"}).status_code == 303
    assert [one.closed_at is not None for one in tasks(concluded)] == [True, False]
    with writing():
        assert Event.select().where(Event.case == concluded, Event.step == "tick").count() == 1
    assert other.uid in rachel.get(f"/dossier/{concluded.dossier.uid}").get_data(as_text=True)


def test_a_notice_already_told_is_refused_and_writes_nothing(people: Cast, browse: Browse, concluded: Any) -> None:
    urssaf, _ = tasks(concluded)
    assert press(browse(people.rachel), path(concluded, urssaf), "C’est fait", proof="Accusé 12").status_code == 303
    again = press(browse(people.rachel), path(concluded, urssaf), "C’est fait", task=urssaf.uid, proof="Accusé 13")
    assert again.status_code == 409 and "Cette tâche est déjà faite." in read(again).text
    with writing():
        assert Event.select().where(Event.case == concluded, Event.step == "tick").count() == 1


def test_civil_status_is_for_rh_and_the_cogerance(people: Cast, browse: Browse, concluded: Any) -> None:
    urssaf, _ = tasks(concluded)
    assert "Contenu à recopier" in browse(people.marc).get(path(concluded, urssaf)).get_data(as_text=True)
    for stranger in (people.sami, people.ana, people.noe, people.claire):
        page = browse(stranger).get(path(concluded, urssaf)).get_data(as_text=True)
        assert "Contenu à recopier" not in page and "URSSAF" not in page, stranger.first_name
    assert browse(people.zoe).get(path(concluded, urssaf)).status_code == 404


@pytest.mark.parametrize(("act", "told", "lines"), [
    ("concluded", "conclusion", ["Terme prévu : 31 mai 2028"]),
    ("ended", "rupture anticipée", ["Terme prévu : 31 mai 2028", "Fin anticipée, dernier jour : 31 décembre 2027"]),
    ("reworked", "correction", ["Notre information précédente ne vaut plus."]),
    ("cancelled", "annulation", ["Il ne prendra pas effet."]),
])
def test_each_act_has_its_words(act: str, told: str, lines: list[str]) -> None:
    for authority, label in notices.AUTHORITIES.items():
        found = notices.notice(f"{authority}:{act}", {**MEMORY, "ended_on": "2027-12-31"}, PARTIES)
        assert (found.to, words(found.subject)) == (label, f"CAPE, Ana Moreau : {told}")
        for line in (*lines, "CAPE n° 1, premier", "Référence : OPT-2027-0001"):
            assert line in words(found.text), line
        assert ("1234567A" in found.text) == (authority == "france_travail"), "its own number, to France Travail alone"


def test_every_task_that_names_a_notice_has_its_text_and_its_alarm() -> None:
    from workflows import ALL
    from workflows.grammar import Task as Work

    named = [then for row in ALL["cape"].steps for then in row.then if isinstance(then, Work) and then.notice]
    assert {one.notice.partition(":")[2] for one in named} == {"concluded", "ended", "reworked", "cancelled"}
    assert all(one.rings is not None and one.days == 0 for one in named)
    for one in named:
        assert notices.notice(one.notice, MEMORY, PARTIES).text
