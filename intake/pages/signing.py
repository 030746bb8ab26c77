"""Signing on the screen: the personal link, each part read, the code, the signature; and support, who reads out the code."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, g, request, url_for

from intake import codes_sent, gateway, moment, papers, signing_links, words
from intake.access import SIGNED_IN, STAFF, access, me
from intake.cases import AnswersInvalid, StepRefused, take_step
from intake.effects import Made
from intake.lookup import my_roles, the_case, the_dossier
from intake.models import signatures
from intake.models.dossiers import Case
from intake.models.signatures import SigningRequest
from intake.outbox import office
from intake.pages import step as step_page
from intake.papers import evidence
from intake.show import go, show
from workflows.engine import NotTheirs, OpenStep, blank_form
from workflows.roles import person
from workflows.signing import ON_THE_PAGE
from workflows.signing.parts import part_named

pages = Blueprint("signing", __name__)


def asked() -> papers.Asked:
    """How this request comes: what the evidence keeps of it."""
    session = g.session
    return papers.Asked(
        network=request.remote_addr or "", browser=request.user_agent.string, path=session.path,
        signed_in_at=session.begun_at, second_step_at=session.second_step_at)


# The link ------------------------------------------------------------------------------------------------------------


@pages.route("/signer/<token>", methods=["GET", "POST"])
@access(SIGNED_IN)
def link(token: str) -> Response:
    """What the letter's link opens, for its person alone: a button, and only the button counts as opened."""
    found = signing_links.of_token(token)
    if found is None or found.person_id != me().id:
        abort(404)
    case = found.case
    road = url_for("signing.sign", dossier=case.dossier.uid, case=case.uid)
    stands = signatures.of(case)
    usable = stands is not None and stands.id == found.id and found.signed_at is None
    if request.method == "POST" and usable:
        signatures.open_link(found, moment.now(), request.remote_addr or "", request.user_agent.string)
        return go(road)
    return show("signing_link.html", usable=usable, signed=found.signed_at is not None, token=token, dossier=case.dossier,
                status=200 if usable else 410)


@pages.post("/dossier/<dossier>/<case>/renvoyer-le-lien")
@access(SIGNED_IN)
def send_again(dossier: str, case: str) -> Response:
    """The person asks for the letter once more, at most three times an hour."""
    found = mine(dossier, case)
    stands = signatures.of(found) or abort(404)
    sent = signing_links.send_again(stands, moment.now())
    return road(found, notice="La lettre repart dans un instant. Regardez vos courriels." if sent else
                "La lettre est déjà repartie trois fois. Attendez une heure, ou appelez-nous.")


@pages.post("/dossier/<dossier>/<case>/recevoir-le-code")
@access(SIGNED_IN)
def text_code(dossier: str, case: str) -> Response:
    """The person asks for the code by SMS, once everything is read."""
    found = mine(dossier, case)
    stands = signatures.of(found) or abort(404)
    if stands.opened_at is None or stands.signed_at is not None or len(stands.read) < len(evidence.parts_of(found)):
        return go(url_for("signing.sign", dossier=dossier, case=case))
    return road(found, notice=codes_sent.send(stands, found.dossier, moment.now()))


# Reading -------------------------------------------------------------------------------------------------------------


@pages.route("/dossier/<dossier>/<case>/lire/<part>", methods=["GET", "POST"])
@access(SIGNED_IN)
def read(dossier: str, case: str, part: str) -> Response:
    """One part of the document; « J’ai lu » leaves a trace and opens the next one."""
    found = mine(dossier, case)
    stands, parts = signatures.of(found), evidence.parts_of(found)
    number = int(part) if part.isascii() and part.isdigit() else len(parts)
    if stands is None or number >= len(parts):
        abort(404)
    if stands.opened_at is None:
        return go(url_for("signing.sign", dossier=dossier, case=case))
    if request.method == "POST":
        signatures.note_read(stands, number, moment.now())
        left = [n for n in range(len(parts)) if str(n) not in stands.read and n != number]
        following = next((n for n in left if n > number), left[0] if left else None)
        return go(url_for("signing.sign", dossier=dossier, case=case) if following is None
                  else url_for("signing.read", dossier=dossier, case=case, part=following))
    (title, body), done = parts[number], stands.read.get(str(number))
    return show("signing_read.html", dossier=found.dossier, case=found, part=number, many=len(parts), title=title, body=body,
                name=part_named(title),
                read_at=datetime.fromisoformat(done) if done else None,
                back=url_for("signing.sign", dossier=dossier, case=case))


# The signature -------------------------------------------------------------------------------------------------------


@pages.route("/dossier/<dossier>/<case>/sign", methods=["GET", "POST"])
@pages.route("/dossier/<dossier>/<case>/sign_amendment", methods=["GET", "POST"], endpoint="sign_amendment")
@access(SIGNED_IN)
def sign(dossier: str, case: str) -> Response:
    """The three steps to a signature, and the signature; taken back meanwhile, the page of every step says by whom."""
    if request.method == "POST" and not signatures.standing(the_case(the_dossier(dossier), case)):
        return step_page.take(dossier, case, str(request.endpoint).partition(".")[2])
    found = mine(dossier, case)
    if request.method == "GET":
        return road(found)
    name = step_of(found)
    facts, opened = step_page.here(found, name, None)
    stands, form = signatures.of(found), blank_form((opened or step_page.gone(found, name, None)).step, facts, request.form)
    counted = stands is not None and bool(request.form.get("code")) and signatures.try_code(stands, moment.now())
    try:
        made = papers.prepare(found, opened.step, facts, asked()) if opened and opened.possible else None
        take_step(found, name, by=me(), raw=request.form, key=request.form.get("key"),
                  seen_version=request.form.get("version", type=int), made=made)
    except AnswersInvalid as invalid:
        form = invalid.form
        if form.errors.get("code") and request.form.get("code"):
            form["code"].errors = [wrong_code(stands, counted)]
        return road(found, form=form, status=422)
    except NotTheirs:
        abort(404)
    except StepRefused as refused:
        return road(the_case(found.dossier, found.uid), form=form, status=409,
                    reasons=[words.say(one) for one in refused.refusals])
    return go(step_page.after(found.dossier))


def step_of(case: Case) -> str:
    """Which signature stands to be given: of the amendment under way, else of the contract."""
    return "sign_amendment" if case.memory.get("amendment") else "sign"


def wrong_code(stands: SigningRequest | None, counted: bool) -> str:
    """What to do about a code that is not right."""
    left = signatures.tries_left(stands) if stands is not None and counted else 0
    if not left:
        return "Ce code ne sert plus. Appelez-nous pour en recevoir un autre"
    return words.sentence("Ce code n’est pas le dernier donné. Il vous reste {n:essai|essais}", n=left)


def mine(dossier: str, case: str) -> Case:
    """A contract of mine, sent to sign; else 404."""
    found = the_case(the_dossier(dossier), case)
    if person not in my_roles(found) or not signatures.standing(found):
        abort(404)
    return found


def road(case: Case, *, form: Any = None, status: int = 200, reasons: list[str] | None = None, notice: str = "") -> Response:
    """The page of the three steps, as far as they are done."""
    stands, parts = signatures.of(case), evidence.parts_of(case)
    if stands is None:
        abort(404)
    facts, opened = step_page.here(case, step_of(case), None)
    read_so_far = [str(n) in stands.read for n in range(len(parts))]
    return show(
        "signing.html", block="signing", status=status, case=case, dossier=case.dossier, stands=stands, reasons=reasons or [],
        form=form or (blank_form(opened.step, facts) if opened and opened.possible else None), said=notice,
        signed=facts.person_has_signed, possible=bool(opened and opened.possible),
        refusals=[words.say(one) for one in opened.refusals if one.rule not in ON_THE_PAGE] if opened else [],
        tasks=[{"label": part_named(title), "href": url_for("signing.read", dossier=case.dossier.uid, case=case.uid, part=n),
                "status": "Lu" if done else "À lire", "tone": "" if done else "info"}
               for n, ((title, _), done) in enumerate(zip(parts, read_so_far, strict=True))],
        left=read_so_far.count(False), code_alive=stands.code_at is not None and signatures.code_alive(stands, moment.now()),
        texts_to=gateway.ends_with(codes_sent.number_of(case.dossier, moment.now())), contact=office.contact,
        path=signing_links.path(stands), back=step_page.after(case.dossier),
        sign_by=None if facts.amendment else facts.sign_by)


@pages.route("/dossier/<dossier>/<case>/countersign", methods=["GET", "POST"])
@access(STAFF, second_step=True)
def countersign(dossier: str, case: str) -> Response:
    """The cogérance signs, its second step just passed: the page of every step."""
    return step_page.take(dossier, case, "countersign")


@pages.route("/dossier/<dossier>/<case>/countersign_amendment", methods=["GET", "POST"])
@access(STAFF, second_step=True)
def countersign_amendment(dossier: str, case: str) -> Response:
    """The same for an amendment."""
    return step_page.take(dossier, case, "countersign_amendment")


# The code ------------------------------------------------------------------------------------------------------------


@pages.route("/dossier/<dossier>/<case>/give_code", methods=["GET", "POST"])
@access(STAFF, second_step=True)
def give_code(dossier: str, case: str) -> Response:
    """Support checks whom they speak to, then reads out a code that is shown once."""
    found = the_case(the_dossier(dossier), case)
    facts, opened = step_page.here(found, "give_code", None)
    if opened is None:
        abort(404)
    if request.method == "GET":
        return code_page(found, opened, blank_form(opened.step, facts), status=200 if opened.possible else 409)
    code = signatures.new_code()
    stands = signatures.of(found)
    before = stands.codes if stands else 0
    try:
        take_step(found, "give_code", by=me(), raw=request.form, key=request.form.get("key"), made=Made(code=code))
    except AnswersInvalid as invalid:
        return code_page(found, opened, invalid.form, status=422)
    except NotTheirs:
        abort(404)
    except StepRefused as refused:
        return code_page(found, opened, blank_form(opened.step, facts, request.form), status=409,
                         reasons=[words.say(one) for one in refused.refusals])
    now = signatures.of(found)
    fresh = now is not None and now.codes > before
    return code_page(found, opened, blank_form(opened.step, facts), shown=f"{code[:3]} {code[3:]}" if fresh else "",
                     again=not fresh)


def code_page(case: Case, opened: OpenStep, form: Any, *, status: int = 200, reasons: list[str] | None = None,
              shown: str = "", again: bool = False) -> Response:
    """Whom to call, what to check, and the code once it is made."""
    said = [words.say(one) for one in opened.refusals] if reasons is None else reasons
    return show("signing_code.html", block="code", status=status, case=case, dossier=case.dossier, step=opened.step,
                form=form, reasons=said, possible=opened.possible, shown=shown, again=again, back=step_page.after(case.dossier))
