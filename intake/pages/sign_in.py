"""Signing in: ask for a link, open it or type its code, sign out (SCREENS S2, S20)."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, redirect, request, session, url_for
from wtforms import Form

from intake import degraded, late_forms, secrets_kept, sessions, signing_in, switch
from intake.access import ANYONE, SIGNED_IN, access, held_roles
from intake.models import people
from intake.pages.second_step import about_me
from intake.show import go, in_development, show
from workflows import fields as f

pages = Blueprint("sign_in", __name__)


class AskForm(Form):  # type: ignore[misc]
    """Where to send the link."""

    email = f.EmailField("Adresse électronique", missing="Saisissez votre adresse électronique",
                         description="Celle que vous avez donnée au début")


class CodeForm(Form):  # type: ignore[misc]
    """The code of the letter."""

    code = f.TextField("Code reçu", missing="Saisissez le code à 6 chiffres", autocomplete="one-time-code",
                       render_kw={"inputmode": "numeric"})


@pages.route("/connexion", methods=["GET", "POST"])
@access(ANYONE)
def ask() -> Response:
    """The sign-in page; the same answer for a known and an unknown address."""
    return _ask("Se connecter", "Recevoir mon lien de connexion")


@pages.route("/reprendre", methods=["GET", "POST"])
@access(ANYONE)
def resume() -> Response:
    """The same for applicants, in their words (S2)."""
    return _ask("Reprendre ma demande", "Recevoir mon lien de reprise")


def _ask(title: str, button: str) -> Response:
    suite = signing_in.own_path(request.values.get("suite", "/"))
    if g.person is not None and request.method == "GET":
        return go(landing(suite))
    form = AskForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            made = signing_in.ask(form.email.data, session["browser"], request.remote_addr or "", suite)
        except signing_in.TooMany:
            return stop("heure")
        session["request"], session["resumes"] = made.uid, request.endpoint == "sign_in.resume"
        return go(url_for("sign_in.code"))
    return show("sign_in.html", block="ask", status=422 if form.errors else 200, form=form, title=title,
                button=button, suite=suite, post_is_late=degraded.post_is_late(),
                kept=late_forms.KEPT if late_forms.posted_here() else "")


@pages.route("/connexion/code", methods=["GET", "POST"])
@access(ANYONE)
def code() -> Response:
    """« Regardez vos courriels » and the code; in development the link is on the page."""
    uid = session.get("request", "")
    if not uid:
        return go(url_for("sign_in.ask"))
    form = CodeForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        digits = "".join(sign for sign in form.code.data if sign.isdigit())
        try:
            return enter(signing_in.use_code(uid, digits, session["browser"]), "code")
        except signing_in.NotThisOne:
            if not signing_in.tries_left(uid):
                return stop("code")
            form.code.errors = ["Ce code ne correspond pas. Vérifiez le dernier courriel reçu"]
    return show("sign_in_code.html", block="code", status=422 if form.errors else 200, form=form,
                post_is_late=degraded.post_is_late(), resumes=session.get("resumes"))


@pages.post("/connexion/renvoyer")
@access(ANYONE)
def again() -> Response:
    """« Renvoyer le lien », in one press."""
    try:
        made = signing_in.again(session.get("request", ""), session["browser"], request.remote_addr or "")
    except signing_in.TooMany:
        return stop("heure")
    if made is None:
        return go(url_for("sign_in.ask"))
    session["request"] = made.uid
    return go(url_for("sign_in.code"))


@pages.post("/connexion/lien-de-developpement")
@access(ANYONE)
def shown_link() -> Response:
    """In development: make the link that the letter would carry, and follow it."""
    made = signing_in.latest(session.get("request", "")) if in_development() else None
    if made is None:
        return redirect(url_for("sign_in.code"), 303)  # type: ignore[return-value]
    return go(signing_in.make_secret(made)[0])


STOPPED = {"code": "Trop d’essais. Recevez un nouveau code.",
           "heure": "Trop d’essais. Recevez un nouveau code dans une heure."}


@pages.get("/connexion/arret/<which>")
@access(ANYONE)
def stopped(which: str) -> Response:
    """No more tries: what to do, and when."""
    return show("sign_in_stopped.html", status=429, title=STOPPED.get(which) or abort(404))


def stop(which: str) -> Response:
    """Say so on a page of its own: htmx, which keeps its form when refused, is sent there."""
    return go(url_for("sign_in.stopped", which=which)) if request.headers.get("HX-Request") == "true" else stopped(which)


@pages.get("/entrer/<token>")
@access(ANYONE)
def link(token: str) -> Response:
    """What a link opens: a button, as often as wanted; elsewhere, the way back to the first browser."""
    found = signing_in.request_of_link(token, session["browser"])
    return show("sign_in_link.html", token=token, usable=found is not None, status=200 if found else 410)


@pages.post("/entrer/<token>")
@access(ANYONE)
def use(token: str) -> Response:
    """Use the link up."""
    try:
        return enter(signing_in.use_link(token, session["browser"]), "lien")
    except signing_in.NotThisOne:
        return show("sign_in_link.html", token=token, usable=False, status=410)


@pages.get("/mon-compte")
@access(SIGNED_IN)
def account() -> Response:
    """Who is signed in, since when, and the way out."""
    return show("account.html", **about_me())


@pages.post("/deconnexion")
@access(SIGNED_IN, first_step=True)
def leave() -> Response:
    """Sign out."""
    sessions.end()
    return go(url_for("start.welcome"))


@pages.route("/adresse/<token>", methods=["GET", "POST"])
@access(ANYONE)
def address(token: str) -> Response:
    """A new address proves itself: a button, and only the button changes it."""
    told = secrets_kept.address_of(token)
    person = people.Person.get_or_none(people.Person.uid == told[0]) if told else None
    done = bool(told and person and request.method == "POST" and people.change_email(person, told[1], told[2]))
    usable = person is not None and request.method == "GET"
    return show("address.html", usable=usable, done=done, status=200 if usable or done else 410,
                address=told[2] if told else "")


def enter(used: signing_in.SignInRequest, path: str) -> Response:
    """Begin a session; whoever is of the team passes the second step before any other page (SCREENS F81)."""
    posted, spoken = late_forms.posted_here(), switch.chosen_here()
    sessions.begin(used.person, path)
    switch.choose(spoken)
    late_forms.apply(used.person, posted)
    return go(landing(used.suite))


def landing(suite: str) -> str:
    """Where one goes after signing in: what one came for, else the team's or the person's home."""
    if suite not in ("", "/"):
        return suite
    return url_for("waiting_for_me.mine") if held_roles() else url_for("journey.mine")
