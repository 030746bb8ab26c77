"""The team's second step: pass it, set it up, keep recovery codes, see and remove what protects one's access (SCREENS S20)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, request, url_for
from werkzeug.utils import redirect
from wtforms import Form

from intake import second_step, signing_in, words
from intake.access import STAFF, access, held_roles, me
from intake.models import factors, feeds
from intake.show import go, show
from workflows import fields as f
from workflows.engine import StepRefused
from workflows.roles import LABELS

pages = Blueprint("second_step", __name__)

OWN = frozenset({"csrf_token", "suite", "code", "answer", "recovery"})
"""What this page posts itself; anything else is what someone typed before it was asked, and goes on with them."""
WRONG_CODE = "Ce code ne correspond pas. Attendez le suivant"
WRONG_RECOVERY = "Ce code de secours ne correspond pas ou a déjà servi"
NO_KEY = "La clé n’a pas répondu. Réessayez ou utilisez un code"


class CodeForm(Form):  # type: ignore[misc]
    """Six digits of an application."""

    code = f.TextField("Code à 6 chiffres de votre application", missing="Saisissez le code à 6 chiffres")


class RecoveryForm(Form):  # type: ignore[misc]
    """One of the ten codes."""

    recovery = f.TextField("Code de secours", missing="Saisissez un de vos codes de secours",
                           description="Dix chiffres, comme 04271-88305")


class KindForm(Form):  # type: ignore[misc]
    """What to protect one's access with."""

    kind = f.ChoiceField("Comment voulez-vous confirmer que c’est vous ?", missing="Choisissez une façon", choices=[
        ("cle", "Une clé de sécurité ou votre téléphone"), ("application", "Une application de codes")])


# Passing it ----------------------------------------------------------------------------------------------------------


@pages.route("/seconde-etape", methods=["GET", "POST"])
@access(STAFF, first_step=True)
def ask() -> Response:
    """Ask for it, whatever one was doing; what was typed elsewhere goes on once it is passed."""
    person, suite = me(), signing_in.own_path(request.values.get("suite", "/"))
    if not factors.factors_of(person):
        return go(url_for("second_step.protect"))
    answered = request.method == "POST" and bool({"code", "answer", "recovery"} & set(request.form))
    lost = "secours" in request.args or "recovery" in request.form
    form = (RecoveryForm if lost else CodeForm)(request.form if answered and "answer" not in request.form else None)
    problem = ""
    if answered and (until := factors.wait_until(person)):
        return show("sign_in_stopped.html", status=429, title=f"Trop d’essais. Réessayez à {words.hour(until)}.")
    if answered:
        if is_right(form):
            factors.passed(g.session)
            return on_the_way(suite)
        if "answer" in request.form or not form.errors:
            second_step.failed(person)
        problem = NO_KEY if "answer" in request.form else ""
        if not problem and not form.errors:
            field = next(iter(form))
            field.errors = [WRONG_RECOVERY if lost else WRONG_CODE]
    kinds = {one.kind for one in factors.factors_of(person)}
    return show("second_step.html", status=422 if form.errors or problem else 200, form=form, problem=problem, suite=suite,
                lost=lost, kinds=kinds, kept=kept_text())


def is_right(form: Form) -> bool:
    """Whether what was answered proves that it is them."""
    if "answer" in request.form:
        return second_step.key_is_right(me(), request.form["answer"])
    if not form.validate():
        return False
    if isinstance(form, RecoveryForm):
        return factors.use_code(me(), form.recovery.data)
    return second_step.code_is_right(me(), form.code.data)


def kept_text() -> list[tuple[str, str]]:
    """What was typed on the page that asked, to go on with."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in OWN]


def on_the_way(suite: str) -> Response:
    """Back to what one was doing; a form that was sent is sent again, its text with it (307)."""
    if kept_text():
        return redirect(suite, 307)  # type: ignore[return-value]
    return go(suite if suite != "/" else url_for("waiting_for_me.mine"))


@pages.post("/seconde-etape/question")
@access(STAFF, first_step=True)
def question() -> Response:
    """What the browser asks the key; also to add one, for whoever may."""
    adding = request.form.get("pour") == "ajouter"
    if adding and factors.factors_of(me()) and not second_step.is_fresh():
        abort(403)
    asked = second_step.question_to_add(me()) if adding else second_step.question(me())
    return Response(asked, mimetype="application/json")


# Setting it up -------------------------------------------------------------------------------------------------------


@pages.route("/proteger-mon-acces", methods=["GET", "POST"])
@access(STAFF, first_step=True)
def protect() -> Response:
    """The first time, or to add another: a key or telephone, or an application."""
    if (asked := again_first()) is not None:
        return asked
    form = KindForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        return go(url_for("second_step.key" if form.kind.data == "cle" else "second_step.application"))
    return show("second_step_protect.html", status=422 if form.errors else 200, form=form,
                first=not factors.factors_of(me()))


@pages.route("/proteger-mon-acces/application", methods=["GET", "POST"])
@access(STAFF, first_step=True)
def application() -> Response:
    """Scan the code, type the first one."""
    if (asked := again_first()) is not None:
        return asked
    person, signed = me(), request.form.get("secret", "")
    secret = second_step.read_secret(signed, person)
    if not secret:
        signed = second_step.new_secret(person)
        secret = second_step.read_secret(signed, person)
    form = CodeForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        codes = second_step.add_application(person, secret, form.code.data)
        if codes is not None:
            return added(codes)
        form.code.errors = [WRONG_CODE]
    return show("second_step_application.html", status=422 if form.errors else 200, form=form, signed=signed,
                secret=secret, picture=second_step.picture_of(secret, person))


@pages.route("/proteger-mon-acces/cle", methods=["GET", "POST"])
@access(STAFF, first_step=True)
def key() -> Response:
    """Touch the key, or use the telephone."""
    if (asked := again_first()) is not None:
        return asked
    problem = ""
    if request.method == "POST":
        try:
            return added(second_step.add_key(me(), request.form.get("answer", "")))
        except second_step.WrongKeyAnswer:
            problem = NO_KEY
    return show("second_step_key.html", status=422 if problem else 200, problem=problem)


def again_first() -> Response | None:
    """Someone who already protects their access confirms that it is them before adding to it."""
    if factors.factors_of(me()) and not second_step.is_fresh():
        return go(url_for("second_step.ask", suite=request.path))
    return None


def added(codes: list[str]) -> Response:
    """What protects the access is kept; the ten codes are shown once, with the first."""
    factors.passed(g.session)
    return show("second_step_codes.html", codes=codes) if codes else go(url_for("sign_in.account"))


@pages.post("/proteger-mon-acces/codes")
@access(STAFF, second_step=True)
def new_codes() -> Response:
    """Ten new codes; earlier ones are void."""
    return show("second_step_codes.html", codes=factors.renew_codes(me()))


@pages.post("/proteger-mon-acces/codes.txt")
@access(STAFF)
def codes_file() -> Response:
    """The codes on the page, as a file to keep; nothing is read from the house."""
    codes = [code for code in request.form.getlist("code") if len(code) == 11][:factors.CODES]
    return Response("Vos codes de secours Parcours. Chacun sert une fois.\n\n" + "\n".join(codes) + "\n",
                    mimetype="text/plain", headers={"Content-Disposition": 'attachment; filename="codes-de-secours.txt"'})


@pages.post("/proteger-mon-acces/retirer")
@access(STAFF, second_step=True)
def remove() -> Response:
    """Remove a key or an application; the last one stays."""
    one = factors.Factor.get_or_none(factors.Factor.uid == request.form.get("factor", ""), factors.Factor.person == me())
    if one is None:
        abort(404)
    try:
        second_step.remove(one)
    except StepRefused as refused:
        return show("account.html", status=409, reasons=[words.say(why) for why in refused.refusals], **about_me())
    return go(url_for("sign_in.account"))


def about_me() -> dict[str, Any]:
    """What the account's page says of its reader's protection."""
    return {"held": [LABELS[role] for role in LABELS if role in held_roles()], "begun": g.session,
            "factors": factors.factors_of(me()), "codes_left": factors.codes_left(me()), "feed": feeds.feed_of(me())}

