"""The lists a house words for itself: an entry keeps its code whatever it is called, and none goes away."""

from tests.workflows.test_admission_rules import facts
from workflows.admission import admission
from workflows.engine import blank_form
from workflows.lists import HEARD, REASONS, Entry, edited, entries, told
from workflows.settings import BY_NAME, DEFAULTS, in_words

THREE = (Entry("tools", "Outils"), Entry("rooms", "Locaux", offered=False), Entry("other", "Autre"))


def test_an_entry_is_reworded_retired_added_and_keeps_its_code() -> None:
    labels = {"tools": "Matériel", "rooms": "Locaux", "other": "Autre"}
    found = edited(THREE, labels, ["rooms", "other"], ["Été & hiver", "Matériel neuf"])
    assert found == (Entry("tools", "Matériel", offered=False), Entry("rooms", "Locaux"), Entry("ete_hiver", "Été & hiver"),
                     Entry("materiel_neuf", "Matériel neuf"), Entry("other", "Autre"))
    assert told(THREE, found) == [
        "« Outils » devient « Matériel », dans les réponses déjà données aussi.",
        "« Matériel » n’est plus proposée. Les réponses qui la citent la gardent, les chiffres la comptent.",
        "« Locaux » est proposée de nouveau.", "« Été & hiver » est ajoutée.", "« Matériel neuf » est ajoutée."]


def test_what_was_not_asked_about_stays() -> None:
    assert edited(THREE, {"tools": "Outils"}, ["tools"], []) == THREE
    assert told(THREE, THREE) == []


def test_two_entries_never_share_a_code() -> None:
    found = edited(THREE, {}, [], ["Tools", "tools !", "???", "!!!"])
    assert [one.code for one in found] == ["tools", "rooms", "tools_2", "tools_3", "entry", "entry_2", "other"]


def test_a_form_offers_the_entries_of_the_settings() -> None:
    kept = [["skills", "Savoir-faire à venir", True], ["capacity", "Capacité d’accueil", False]]
    settings = {**DEFAULTS, REASONS.setting: kept}
    form = blank_form(admission.rows("decline")[0], facts(settings=settings))
    assert form is not None and form["reason"].pairs == [("skills", "Savoir-faire à venir")]
    assert REASONS.labels(settings) == {"skills": "Savoir-faire à venir", "capacity": "Capacité d’accueil"}
    assert in_words(BY_NAME[REASONS.setting], kept) == "Savoir-faire à venir (plus proposées : Capacité d’accueil)"
    assert entries(HEARD.default)[-1] == Entry("other", "Autrement"), "the others keep theirs"
