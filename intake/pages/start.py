"""Before anything: what the cooperative is, what happens next, leaving one's details (SCREENS S1); help and notices."""

from __future__ import annotations

from flask import Blueprint, Response, g, request, session, url_for

from intake import moment, signing_in, words
from intake.access import ANYONE, access
from intake.arrivals import arrive
from intake.cases import AnswersInvalid, StepRefused
from intake.facts.admission import antennas
from intake.models.settings import settings_on
from intake.outbox import office
from intake.refusals import OLD_PAGE, gives_back, old_status
from intake.show import go, show
from workflows import keeping
from workflows.admission.forms import ContactForm
from workflows.lists import offer_entries

pages = Blueprint("start", __name__)


@pages.get("/")
@access(ANYONE)
def welcome() -> Response:
    """The front page."""
    settings = settings_on(moment.today())
    return show("start.html", settings=settings, meeting_first=settings["admission.meeting_required"])


@pages.route("/commencer", methods=["GET", "POST"])
@access(ANYONE)
@gives_back
def contact() -> Response:
    """Leave one's details; the letter with the link follows, whoever the address belongs to."""
    form = ContactForm(request.form if request.method == "POST" else None)
    offer_entries(form, settings_on(moment.today()))
    form.antenna.choices = antennas()
    if request.method == "GET":
        return show("contact.html", block="contact", form=form, reasons=[])
    if g.old_page:
        return show("contact.html", block="contact", status=old_status(), form=form, reasons=[], notice=OLD_PAGE)
    try:
        arrive(request.form, form, by=None, key=request.form.get("key"))
    except AnswersInvalid as invalid:
        return show("contact.html", block="contact", status=422, form=invalid.form, reasons=[])
    except StepRefused as refused:
        return show("contact.html", block="contact", status=409, form=form,
                    reasons=[words.say(one) for one in refused.refusals])
    return ask_for_link(str(form.email.data))


def ask_for_link(address: str) -> Response:
    """The same page for known and unknown addresses."""
    try:
        session["request"] = signing_in.ask(address, session["browser"], request.remote_addr or "", "/mon-parcours").uid
    except signing_in.TooMany:
        return show("sign_in_stopped.html", status=429, title="Trop d’essais. Recevez un nouveau code dans une heure.")
    session["resumes"] = True
    return go(url_for("sign_in.code"))


@pages.get("/aide")
@access(ANYONE)
def help_page() -> Response:
    """Who to ask."""
    return show("help.html", contact=office.contact, signed_in=g.person is not None)


@pages.get("/donnees")
@access(ANYONE)
def privacy() -> Response:
    """The notice on personal data: who is responsible, why, who reads, how long, which rights."""
    return show("privacy.html", contact=office.contact, coop=office.coop, kept=keeping.in_words(settings_on(moment.today())))


@pages.get("/accessibilite")
@access(ANYONE)
def accessibility() -> Response:
    """How accessible it is, dated, with a contact."""
    return show("accessibility.html", contact=office.contact)
