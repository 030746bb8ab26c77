"""Entries arrive late, twice, damaged: each is kept once, receipted, applied or shown to a person (TRUST 3.28–3.35)."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from flask import Flask

from intake import clock as passing, moment
from intake.kiosk import receiving, tray
from intake.models import badges, devices
from intake.models.attendance import Attendance, UnknownName
from intake.models.badges import Badge
from intake.models.days import Journee
from intake.models.dossiers import Case, Event
from intake.models.irritants import Irritant
from intake.models.kiosk import AnonymousEntry, KioskEntry
from intake.models.letters import Letter
from intake.models.people import Person
from tests.cast import Cast, writing
from tests.conftest import Clock
from tests.kiosk.tablet import Tablet, digest, paired, row
from workflows import roles

DAY = 24 * 3600 * 1000

pytestmark = pytest.mark.both_databases


def present() -> list[tuple[str, str]]:
    """Who is noted present, and how."""
    with writing():
        rows = Attendance.select(Attendance, Person).join(Person).where(Attendance.status == "present")
        return sorted((one.person.first_name, one.how) for one in rows)


def reasons() -> list[str]:
    """Why entries wait for a person."""
    with writing():
        return sorted(line.entry.reason for line in tray.waiting())


# Presence ------------------------------------------------------------------------------------------------------------


def test_a_badge_then_a_code_are_one_presence(tablet: Tablet, badge: Badge) -> None:
    assert tablet.note(kind="presence", badge=badge.number)["outcome"] == {"presence": "new", "first_name": "Ana"}
    assert tablet.note(kind="presence", code=badge.code)["outcome"] == {"presence": "again", "first_name": "Ana"}
    assert present() == [("Ana", "badge")]


def test_known_and_unknown_names_are_answered_alike(tablet: Tablet, people: Cast) -> None:
    """Nothing says whether someone is known (K2, E23)."""
    answers = [tablet.note(kind="presence", first_name=first, last_name=last)["outcome"]
               for first, last in (("Ana", "Moreau"), ("Personne", "Inconnue"))]
    assert answers == [{"presence": "new"}, {"presence": "new"}]
    with writing():
        assert sorted(one.read for one in UnknownName.select()) == ["Ana Moreau", "Personne Inconnue"]


def test_two_tablets_note_someone_once(app: Flask, people: Cast, tablet: Tablet, badge: Badge) -> None:
    other = paired(app, people.claire, "Tablette verte")
    tablet.note(kind="presence", badge=badge.number)
    assert other.note(kind="presence", badge=badge.number)["outcome"]["presence"] == "again"
    assert len(present()) == 1


def test_late_is_accepted_as_a_fact(tablet: Tablet, badge: Badge, clock: Clock) -> None:
    """Two days later, a presence of that morning is a presence of that morning; no name is answered any more."""
    entry = tablet.entry({"kind": "presence", "badge": badge.number})
    clock.forward(days=2)
    told = tablet.deliver(entry).get_json()
    assert told["receipt"] and told["outcome"] == {}
    with writing():
        found = Attendance.get()
        assert (found.half, found.journee.day.isoformat()) == ("morning", "2027-03-18")


def wrong_codes(number: int, *but: str) -> list[str]:
    """Codes as they are written, which are nobody's."""
    return [code for code in (f"{one:06}" for one in range(100_000, 200_000, 7))
            if badges.well_formed(code) and code not in but][:number]


def test_five_wrong_codes_and_no_code_is_answered(tablet: Tablet, badge: Badge, clock: Clock) -> None:
    """A code that exists is then answered as one that does not, whatever it is for; the count of the tray is untold."""
    *wrong, sixth = wrong_codes(6, badge.code)
    for code in wrong:
        assert tablet.note(kind="presence", code=code)["outcome"] == {"presence": "unknown"}
    for code in (badge.code, sixth):
        assert tablet.note(kind="presence", code=code)["outcome"] == {}
        assert tablet.note(kind="booking", code=code, journee=tablet.device["journee"]["uid"])["outcome"] == {}
    assert "tray" not in tablet.post("ping", {}).get_json()
    clock.forward(minutes=5, seconds=1)
    assert tablet.post("ping", {}).get_json()["tray"]
    assert tablet.note(kind="presence", code=badge.code)["outcome"]["first_name"] == "Ana"


def test_an_entry_of_another_hour_says_nothing_of_its_code(tablet: Tablet, badge: Badge) -> None:
    """A stolen tablet lists no codes by dating its entries earlier: each is receipted, wrong ones are counted."""
    for code in (badge.code, *wrong_codes(5, badge.code)):
        for kind in ("presence", "booking"):
            told = tablet.deliver(tablet.entry({"kind": kind, "code": code, "journee": tablet.device["journee"]["uid"]},
                                               at=tablet.millis() - 600_000)).get_json()
            assert told["receipt"] and told["outcome"] == {}, (kind, code)
    assert tablet.note(kind="presence", code=badge.code)["outcome"] == {}, "codes are not paused"


# Once ----------------------------------------------------------------------------------------------------------------


def test_a_replay_gets_the_first_answer(tablet: Tablet, badge: Badge) -> None:
    entry = tablet.entry({"kind": "presence", "badge": badge.number})
    first, second = tablet.deliver(entry).get_json(), tablet.deliver(entry).get_json()
    assert first["receipt"] == second["receipt"] == {"key": entry["key"], "digest": digest(entry)}
    assert first["outcome"] == second["outcome"]
    with writing():
        assert KioskEntry.select().count() == 1


def test_another_entry_under_the_same_key_is_refused(tablet: Tablet, badge: Badge) -> None:
    entry = tablet.entry({"kind": "presence", "badge": badge.number})
    tablet.deliver(entry)
    other = tablet.entry({"kind": "presence", "first_name": "Zed", "last_name": "Roux"}, key=entry["key"])
    assert tablet.deliver(other).status_code == 409
    with writing():
        assert UnknownName.select().count() == 0


def test_a_server_stopped_before_applying_applies_at_the_next_round(tablet: Tablet, badge: Badge, clock: Clock) -> None:
    """Kept and receipted is enough: the clock does the rest, once."""
    from intake.kiosk import envelopes

    entry = tablet.entry({"kind": "presence", "badge": badge.number})
    with writing():
        receiving.keep(envelopes.read(entry), 0)
    assert tablet.deliver(entry).get_json()["receipt"]["digest"] == digest(entry)
    assert present() == []
    clock.forward(minutes=2)
    with writing():
        passing.tick()
        passing.tick()
    assert present() == [("Ana", "badge")]


# Not well-formed, not readable, not believable -----------------------------------------------------------------------


@pytest.mark.parametrize(("name", "value", "why"), [
    ("key", "x", "key"), ("key", None, "key"), ("device", "x", "device"), ("sequence", 0, "sequence"),
    ("sequence", "1", "sequence"), ("sequence", True, "sequence"), ("at", -1, "at"), ("at", 10**20, "at"),
    ("version", 2, "version"),
    ("body", "!", "body"), ("body", "", "body"), ("body", "A" * 12_004, "body"), ("sealed_to", 3, "sealed_to"),
])
def test_what_is_no_envelope_is_refused_and_nothing_is_kept(tablet: Tablet, name: str, value: object, why: str) -> None:
    answer = tablet.deliver(tablet.entry({"kind": "presence"}) | {name: value})
    assert (answer.status_code, answer.get_json()["refused"]) == (400, why)
    with writing():
        assert KioskEntry.select().count() == 0


def test_too_large_is_refused_as_such(tablet: Tablet) -> None:
    answer = tablet.deliver(tablet.entry({"kind": "presence"}) | {"body": "A" * 30_000})
    assert (answer.status_code, answer.get_json()) == (413, {"refused": "too large"})


def test_bodies_that_do_not_open_are_receipted_and_shown(tablet: Tablet) -> None:
    """Damaged; moved under another number; not sealed at all: there is no unsealed mode (3.30)."""
    damaged = tablet.entry({"kind": "presence"})
    raw = bytearray(base64.b64decode(damaged["body"]))
    raw[-1] ^= 1
    damaged["body"] = base64.b64encode(raw).decode()
    moved = tablet.entry({"kind": "presence"}) | {"sequence": 77}
    clear = tablet.entry({}) | {"body": base64.b64encode(json.dumps({"kind": "presence"}).encode()).decode()}
    for entry in (damaged, moved, clear):
        told = tablet.deliver(entry).get_json()
        assert told["receipt"] == {"key": entry["key"], "digest": digest(entry)}
        assert told["outcome"] == {}
    assert reasons() == ["unreadable"] * 3
    with writing():
        assert [line.payload for line in tray.waiting()] == [None, None, None]
        assert all(one.sealed for one in KioskEntry.select())


def test_oddities_are_flagged_not_lost(app: Flask, people: Cast, tablet: Tablet, badge: Badge, clock: Clock) -> None:
    """Unknown badge, unknown code, someone gone, a day without journée, a form this release does not know (K35)."""
    with writing():
        Person.update(died_on=moment.today()).where(Person.id == people.ben.id).execute()
        ben = badges.badge_of(people.ben)
    assert ben is not None
    tablet.note(kind="presence", badge="A" * 16)
    tablet.note(kind="presence", code="000000")
    tablet.note(kind="presence", badge=ben.number)
    tablet.note(kind="poème")
    clock.forward(days=1)
    tablet.note(kind="presence", badge=badge.number)
    assert reasons() == ["no_journee", "person_gone", "unknown_badge", "unknown_code", "unreadable"]
    with writing():
        assert all(line.sentence.endswith(".") for line in tray.waiting())


def test_a_person_settles_the_tray(tablet: Tablet, badge: Badge, people: Cast, journee: Journee) -> None:
    tablet.note(kind="presence", badge="A" * 16)
    tablet.note(kind="presence", code="000000")
    with writing():
        first, second = (line.entry for line in tray.waiting())
        tray.resolve_attendance(first, people.ana, journee, "morning", people.claire)
        tray.resolve_attendance(first, people.ana, journee, "morning", people.claire)
        assert tray.apply_again(second, people.claire) is False
        assert tray.set_aside(second, "Code d’essai", people.claire)
        assert not tray.set_aside(second, "Encore", people.claire)
        assert tray.waiting() == []
        assert KioskEntry.select().where(KioskEntry.sealed.is_null(False)).count() == 0
    assert present() == [("Ana", "team")]


# Clocks and gaps -----------------------------------------------------------------------------------------------------


def test_a_clock_twelve_minutes_late_gives_the_right_time(tablet: Tablet, badge: Badge) -> None:
    late = 12 * 60_000
    entry = tablet.entry({"kind": "presence", "badge": badge.number}, at=tablet.millis() - late)
    tablet.deliver(entry, sent=tablet.millis() - late)
    with writing():
        assert abs(KioskEntry.get().made_at - moment.now()) < timedelta(seconds=5)
    assert row(tablet).late == 720
    tablet.post("ping", {"sent": tablet.millis() + 3 * DAY})
    assert row(tablet).late == -3 * 86400


@pytest.mark.parametrize("shift", [-57 * 365 * DAY, -2 * DAY, 2 * DAY, 5 * 365 * DAY])
def test_a_clock_more_than_a_day_off_is_for_a_person(tablet: Tablet, badge: Badge, shift: int) -> None:
    """From 1970 to five years ahead: kept, receipted, shown."""
    at = max(0, tablet.millis() + shift)
    told = tablet.deliver(tablet.entry({"kind": "presence", "badge": badge.number}, at=at), sent=at).get_json()
    assert told["receipt"]
    assert reasons() == ["odd_date"]
    assert present() == []


def test_a_gap_in_the_numbers_alerts(tablet: Tablet) -> None:
    for number in (1, 2, 5):
        tablet.deliver(tablet.entry({"kind": "presence", "first_name": "A", "last_name": str(number)}, sequence=number))
    with writing():
        assert devices.missing(row(tablet)) == 2
    tablet.post("ping", {"waiting": 2, "last_sequence": 5})
    with writing():
        assert devices.missing(row(tablet)) == 0, "they wait on the tablet"
    tablet.post("ping", {"waiting": 0, "last_sequence": 6})
    with writing():
        assert devices.missing(row(tablet)) == 3


def test_an_entry_of_a_revoked_tablet_comes_with_another_pairing(app: Flask, people: Cast, tablet: Tablet, badge: Badge) -> None:
    entry = tablet.entry({"kind": "presence", "badge": badge.number})
    with writing():
        devices.revoke(row(tablet), people.claire, roles.circle)
    assert tablet.deliver(entry).status_code == 401
    again = paired(app, people.claire, "La même")
    assert again.deliver(entry).status_code == 200
    assert present() == [("Ana", "badge")]
    with writing():
        assert KioskEntry.get().device.uid == tablet.device["uid"]


def test_an_entry_of_no_tablet_of_ours_is_shown(tablet: Tablet) -> None:
    tablet.deliver(tablet.entry({"kind": "presence", "badge": "A" * 16}, device="B" * 22))
    assert reasons() == ["unknown_device"]


# Contacts, bookings --------------------------------------------------------------------------------------------------


def test_a_contact_begins_an_admission_by_take_step(tablet: Tablet) -> None:
    told = tablet.note(kind="contact", first_name="Lou", reach="lou@exemple.fr", activity="Poterie", agreed=True)
    assert told["outcome"]["contact"] == "noted"
    with writing():
        event = Event.get(Event.step == "register")
        case = Case.get(Case.id == event.case_id)
        spoken = case.dossier.person.language
    assert (event.role, case.state, spoken) == ("kiosk", "contact", "fr")


def test_who_writes_in_english_reads_english(tablet: Tablet) -> None:
    """The letter that thanks them too; another language, or none, is French."""
    for name, spoken in (("Lou", {"language": "en"}), ("Max", {"language": "de"}), ("Zed", {})):
        tablet.note(kind="contact", first_name=name, reach=f"{name}@exemple.fr", agreed=True, **spoken)
    with writing():
        read = [(one.recipient.first_name, one.recipient.language, one.language, one.body[:5]) for one in Letter.select()
                if one.recipient.first_name in ("Lou", "Max", "Zed")]
    assert sorted(read) == [("Lou", "en", "en", "Hello"), ("Max", "fr", "fr", "Bonjo"), ("Zed", "fr", "fr", "Bonjo")]


def test_a_known_address_is_answered_like_an_unknown_one(tablet: Tablet) -> None:
    first = tablet.note(kind="contact", first_name="Lou", reach="lou@exemple.fr", agreed=True)["outcome"]
    again = tablet.note(kind="contact", first_name="Zed", reach="LOU@exemple.fr", agreed=True)["outcome"]
    assert set(first) == set(again) == {"contact", "onward"}
    assert len(first["onward"]["qr"]) == len(again["onward"]["qr"])
    with writing():
        assert Case.select().count() == 1


def test_a_contact_without_consent_or_address_is_for_a_person(tablet: Tablet) -> None:
    tablet.note(kind="contact", first_name="Lou", reach="lou@exemple.fr", agreed=False)
    tablet.note(kind="contact", first_name="Lou", reach="lou", agreed=True)
    assert reasons() == ["refused", "refused"]
    with writing():
        assert Case.select().count() == 0


def test_an_information_meeting_that_day_opens_the_application(tablet: Tablet, people: Cast, badge: Badge) -> None:
    from intake.models.days import InfoMeeting
    from tests.cases.test_admission import arrived
    from tests.cast import principale

    with writing():
        case = arrived(people.ana)
        InfoMeeting.create(antenna=principale(), starts_at=moment.now(), place="Moulin", seats=9)
    assert tablet.note(kind="presence", badge=badge.number)["outcome"]["presence"] == "new"
    with writing():
        assert Case.get_by_id(case.id).state == "draft"
        assert Event.get(Event.step == "attend").role == "kiosk"


# « Ce qui coince » ---------------------------------------------------------------------------------------------------


def test_what_is_in_the_way_is_anonymous_in_fact(tablet: Tablet) -> None:
    entries = [tablet.irritant(text, "tools") for text in ("Le site", "La clé", "Le bruit")]
    told = tablet.post("ce-qui-coince", {"entries": entries}).get_json()
    assert sorted(one["digest"] for one in told["receipts"]) == sorted(digest(one) for one in entries)
    assert tablet.post("ce-qui-coince", {"entries": entries}).get_json() == told
    with writing():
        kept = list(AnonymousEntry.select().dicts())
        assert {name for one in kept for name in one} == {"key", "day", "version", "sealed_to", "sealed", "digest", "status"}
        assert sorted(one.text for one in Irritant.select()) == ["La clé", "Le bruit", "Le site"]
        assert KioskEntry.select().count() == 0
        assert Event.select().where(Event.step.contains("irritant")).count() == 0


@pytest.mark.parametrize("more", ["device", "at", "sequence", "name"])
def test_an_envelope_that_says_more_is_refused(tablet: Tablet, more: str) -> None:
    told = tablet.post("ce-qui-coince", {"entries": [tablet.irritant("Le site") | {more: 1}]}).get_json()
    assert (told["receipts"], len(told["refused"])) == ([], 1)


# Nothing of anybody --------------------------------------------------------------------------------------------------


def test_no_address_of_the_kiosk_says_more_than_a_first_name(app: Flask, tablet: Tablet, people: Cast, badge: Badge) -> None:
    """Crawl every page and every answer as an enrolled device (E23)."""
    said = [tablet.client.get(f"/borne/{path}").get_data(as_text=True) for path in (
        "", "presence", "decouvrir", "rendez-vous", "ce-qui-coince", "equipe", "sw.js", "reserve.json")]
    said += [json.dumps(tablet.post(path, {}).get_json(), ensure_ascii=False)
             for path in ("ping", "preparer", "creneaux", "fermer", "entrees", "ce-qui-coince", "associer")]
    said += [json.dumps(tablet.note(kind="presence", badge=badge.number), ensure_ascii=False),
             json.dumps(tablet.note(kind="presence", first_name="Ana", last_name="Moreau"), ensure_ascii=False)]
    routes = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/borne/")}
    assert routes == {"/borne/" + path for path in (
        "", "<name>", "sw.js", "reserve.json", "associer", "associer/suite", "preparer", "ping", "entrees", "ce-qui-coince",
        "creneaux", "fermer")}
    whole = "\n".join(said)
    for person in vars(people).values():
        assert person.last_name not in whole, person.last_name
        assert person.email not in whole


def test_the_tray_keeps_bodies_sealed_and_the_rest_leaves(tablet: Tablet, badge: Badge) -> None:
    tablet.note(kind="contact", first_name="Lou", reach="marque-secrete@exemple.fr", agreed=False)
    tablet.note(kind="presence", badge=badge.number)
    with writing():
        waiting, done = KioskEntry.select().order_by(KioskEntry.id)
        assert b"marque" not in bytes(waiting.sealed)
        assert done.sealed is None
        assert "Ana" not in json.dumps(done.outcome)
