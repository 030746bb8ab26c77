"""T18: someone takes away everything that is theirs, is erased, and nothing of them is left; the chain still holds."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from intake import exporting, history, moment
from intake.models import erasures, pieces, privacy, settings as settings_kept
from intake.models.base import Model
from intake.models.brands import Brand
from intake.models.days import InfoMeeting, Journee
from intake.models.dossiers import Answers, Case, Dossier, Event
from intake.models.erasures import Tombstone
from intake.models.people import Person, RoleGrant
from intake.models.pieces import Piece
from intake.models.places import Place
from intake.models.schema import all_tables
from intake.models.tags import TABLES, belonging
from tests.cases.test_admission import arrived
from tests.cast import Cast, principale, writing
from tests.conftest import Clock
from tests.faults import crowd
from tests.marked import fill, found_in_the_database, found_on_disk, words

pytestmark = pytest.mark.both_databases


@pytest.fixture
def ana(people: Cast) -> Case:
    """Ana, marked in every table."""
    with writing():
        case = Case.get_by_id(arrived(people.ana).id)
        event = Event.select().where(Event.case == case).order_by(Event.id).first()
        journee = Journee.select().first() or Journee.create(day=moment.today(), planned=moment.today())
        meeting = InfoMeeting.create(antenna=principale(), starts_at=moment.now(), place="Lille", seats=5)
        brand = Brand.create(name="Les Terres", kind="label", referent=people.claire, made_at=moment.now())
        others: dict[type[Model], Any] = {type(case.antenna): case.antenna, Journee: journee, InfoMeeting: meeting,
                                          Brand: brand}
        Place.update(holder=case, status="held").where(Place.id == Place.select(Place.id).limit(1)).execute()
        fill(people.ana, case, event, others)
    return case


@pytest.fixture
def plain(people: Cast) -> Case:
    """Ana, as she is."""
    with writing():
        return Case.get_by_id(arrived(people.ana).id)  # type: ignore[no-any-return]


def copy_of(app: Flask, person: Person) -> zipfile.ZipFile:
    """What « Emporter mes données » gives."""
    with writing(), app.test_request_context():
        return zipfile.ZipFile(io.BytesIO(exporting.zipped(Person.get_by_id(person.id))))


@pytest.mark.trust("T18", "T25")
def test_everything_of_someone_is_handed_over(app: Flask, people: Cast, ana: Case) -> None:
    copy = copy_of(app, people.ana)
    said = "".join(copy.read(name).decode() for name in copy.namelist())
    missing = [word for word in words("personal", "sealed") if word not in said]
    assert not missing, f"tagged as handed over, and not in the copy: {missing}"
    assert not [word for word in words("hidden") if word in said]


@pytest.mark.trust("T18", "T25")
def test_a_copy_agrees_with_its_published_schema(app: Flask, people: Cast, ana: Case) -> None:
    kept = json.loads(copy_of(app, people.ana).read("donnees.json"))
    tables = exporting.schema()["properties"]["tables"]["properties"]
    for name, rows in kept["tables"].items():
        for row in rows:
            assert set(row) == set(tables[name]["items"]["properties"]), name


@pytest.mark.trust("T18", "T25")
def test_a_copy_holds_nobody_elses_rows(app: Flask, people: Cast, ana: Case) -> None:
    with writing():
        arrived(people.ben)
    said = copy_of(app, people.ana).read("donnees.json").decode()
    assert "ben.lefort" not in said
    assert "Lefort" not in said


@pytest.mark.heavy
@pytest.mark.trust("T18", "T25")
def test_a_hundred_copies_hold_every_value_of_their_person_and_of_nobody_else(app: Flask, people: Cast) -> None:
    """Each column that its tag says is handed over, row by row, of people who stand at different places."""
    with writing():
        cases = crowd.waiting(people, 100)
        for number, case in enumerate(cases):
            crowd.step(case, "write", people.claire, subject=f"Nouvelle {number}", message=f"Bonjour {number}.")
            if number % 2:
                crowd.step(case, "pause", case.dossier.person, until=(moment.today() + timedelta(days=60)).isoformat())
            pieces.add(case.dossier, title="Devis", filename=f"devis-{number}.pdf", media_type="application/pdf",
                       content=b"%PDF-1.7", by=case.dossier.person, now=moment.now())
        addresses = {case.dossier.person.email for case in cases}
    seen = 0
    for case in cases:
        person = case.dossier.person
        copy = json.loads(copy_of(app, person).read("donnees.json"))
        said = set(texts(copy))
        with writing():
            mine = set(handed_over(person))
        assert mine - said == set(), f"tagged as handed over, and not in the copy of {person.email}"
        assert (said & addresses) <= {person.email}
        seen += len(mine)
    assert seen > 100 * 10


def texts(value: Any) -> Iterator[str]:
    """Every text of a value, however deep."""
    if isinstance(value, dict):
        value = list(value.values())
    for one in value if isinstance(value, list) else ():
        yield from texts(one)
    if isinstance(value, str) and value:
        yield value


def handed_over(person: Person) -> Iterator[str]:
    """Every text of this person's rows in a column tagged as theirs to take away."""
    for model in all_tables():
        kept = TABLES[model._meta.table_name]
        for path in kept.owner:
            for row in model.select().where(belonging(model, path, person.id)):
                for name in kept.columns("personal"):
                    yield from texts(getattr(row, name))


@pytest.mark.trust("T18", "T25")
def test_an_erased_person_is_found_nowhere(people: Cast, ana: Case, settings: Any) -> None:
    with writing():
        erasures.erase_person(people.ana, people.ada, "admin")
        erasures.settle()
        assert found_in_the_database() == []
        assert found_on_disk(settings.database_url.removeprefix("sqlite:///")) == []
        assert list(history.verify()) == []
        assert {stone.subject for stone in Tombstone.select()} == {f"person:{people.ana.uid}", f"dossier:{ana.dossier.uid}"}
        assert Event.select().where(Event.step == "erase", Event.case.is_null()).count() == 2


def test_whoever_a_setting_named_is_named_by_none_once_erased(people: Cast, plain: Case, clock: Clock) -> None:
    """A witness of the day's print: out of the value in force, of the one before and of the one planned; the other one stays."""
    name, mine, odile = "keep.anchor_witnesses", people.ana.uid, people.odile.uid
    with writing():
        for ahead, value in ((0, [mine]), (0, [odile, mine]), (1, [mine, people.marc.uid])):
            settings_kept.change(name, value, moment.today() + timedelta(days=ahead), "Essai", people.marc, "cogerance")
        assert settings_kept.people_named(name) == [people.odile, people.ana]
        assert still_named(mine)
        erasures.erase_person(people.ana, people.ada, "admin")
        erasures.settle()
        assert not still_named(mine)
        assert list(history.verify()) == []
        assert settings_kept.settings_on(moment.today())[name] == [odile]
        clock.forward(days=1)
        assert settings_kept.people_named(name) == [people.marc]


def still_named(uid: str) -> bool:
    """Whether a setting, or what was written of one, names someone."""
    return uid in str([*settings_kept.SettingValue.select(settings_kept.SettingValue.value).tuples(),
                       *Answers.select(Answers.text).tuples()])


@pytest.mark.control("T18", "T25")
def test_the_control_where_one_table_is_forgotten_fails(
        people: Cast, ana: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten = {**TABLES, "letter": TABLES["house"], "piece": TABLES["house"]}
    monkeypatch.setattr(erasures, "TABLES", forgotten)
    with writing():
        erasures.erase_person(people.ana, people.ada, "admin")
        found = found_in_the_database()
    assert "letter.body" in found
    assert "piece.content" in found


def test_an_erased_dossier_leaves_its_dates_and_decisions(people: Cast, ana: Case) -> None:
    with writing():
        RoleGrant.delete().where(RoleGrant.person == people.ana).execute()
        erasures.erase_dossier(ana.dossier, people.ada, "admin")
        stub = Dossier.get_by_id(ana.dossier_id)
        assert stub.number
        assert stub.activity == stub.town == ""
        assert Case.get_by_id(ana.id).state == ana.state
        assert Event.select().where(Event.case == ana).count()
        assert not Piece.select().exists()
        assert Person.get_by_id(people.ana.id).first_name == erasures.NOBODY, "nothing else was hers"


def test_someone_with_another_dossier_keeps_their_name(people: Cast, ana: Case) -> None:
    with writing():
        Dossier.create(uid="b" * 22, number="OPT-2027-0999", person=people.ana, antenna=principale(), opened_at=moment.now())
        erasures.erase_dossier(ana.dossier, people.ada, "admin")
        assert Person.get_by_id(people.ana.id).last_name != ""


def test_a_copy_is_collected_once(people: Cast, plain: Case, app: Flask) -> None:
    with writing(), app.test_request_context():
        asked = privacy.ask_copy(people.ana, "person")
        assert privacy.ask_copy(people.ana, "person") == asked, "asked twice, made once"
        assert privacy.collect(people.ana, asked.uid, "person") is None, "not made yet"
        assert exporting.make_owed() == 1
        assert privacy.collect(people.ben, asked.uid, "person") is None
        made = privacy.collect(people.ana, asked.uid, "person")
        assert made is not None
        assert made.startswith(b"PK")
        assert privacy.collect(people.ana, asked.uid, "person") is None
        assert privacy.Export.get_by_id(asked.id).content is None


def test_two_people_erase_before_its_date(people: Cast, plain: Case, clock: Clock) -> None:
    with writing():
        with pytest.raises(erasures.StepRefused):
            erasures.ask(plain.dossier, "Elle le demande", people.ada, "admin")
        from intake.cases import take_step

        take_step(Case.get_by_id(plain.id), "withdraw", by=people.claire, raw={"reason": "Elle le demande"}, key=None)
        erasures.ask(plain.dossier, "Elle le demande", people.ada, "admin")
        asked = erasures.asked_for(plain.dossier)
        assert asked is not None
        with pytest.raises(erasures.StepRefused):
            erasures.confirm(asked, people.ada, "admin", None)
        assert Dossier.get_by_id(plain.dossier_id).erased_at is None
        erasures.confirm(asked, people.marc, "cogerance", None)
        erasures.confirm(asked, people.marc, "cogerance", None)
        assert Dossier.get_by_id(plain.dossier_id).erased_at is not None


def test_what_was_asked_lapses_after_seven_days(people: Cast, plain: Case, clock: Clock) -> None:
    from intake.cases import take_step

    with writing():
        take_step(Case.get_by_id(plain.id), "withdraw", by=people.claire, raw={"reason": "Elle le demande"}, key=None)
        erasures.ask(plain.dossier, "Elle le demande", people.ada, "admin")
        asked = erasures.asked_for(plain.dossier)
        clock.set(clock.now + timedelta(days=7, minutes=1))
        assert asked is not None
        with pytest.raises(erasures.StepRefused):
            erasures.confirm(asked, people.marc, "cogerance", None)
        assert erasures.asked_for(plain.dossier) is None
