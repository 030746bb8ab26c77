"""Brands: labels and shared activities, who is in them, their conventions; the opinion of a referent (JOURNEY §10)."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField

from intake import brands as shown, moment
from intake.access import SIGNED_IN, access, acting_as, antennas_seen, me
from intake.changing import Change, typed
from intake.cleaning import LARGEST, BadFile, Clean, clean
from intake.models import brands
from intake.models.brands import Brand, BrandMember, Convention
from intake.models.people import Person
from intake.show import show
from workflows import fields as f, roles

pages = Blueprint("brands", __name__)

WHO = (roles.circle, roles.support, roles.cogerance)
MOST = 12
POSTED = "document-lu"
"""Stands for the file of this very form, once it is read."""


class BrandForm(Form):  # type: ignore[misc]
    """A brand."""

    name = f.TextField("Nom de la marque", missing="Saisissez le nom de la marque")
    kind = f.ChoiceField("Nature", missing="Choisissez la nature de la marque", choices=[
        ("label", "Label : aucun effet juridique"), ("shared", "Activité partagée : une convention écrite est nécessaire")])
    referent = f.PersonField("Personne référente", missing="Choisissez la personne référente", listed=True,
                             description="Elle donne son avis sur chaque personne qui rejoint la marque")


class JoinForm(Form):  # type: ignore[misc]
    """Who joins, and when."""

    person = f.PersonField("Qui rejoint la marque ?", missing="Choisissez une personne")
    since = f.DayField("À partir du", missing="Saisissez le jour de l’arrivée")
    nom = HiddenField()


class LeaveForm(Form):  # type: ignore[misc]
    """The last day."""

    until = f.DayField("Dernier jour", missing="Saisissez le dernier jour", past=True)


class ConventionForm(Form):  # type: ignore[misc]
    """A signed convention."""

    document = f.PieceField("Convention signée", missing="Choisissez le fichier de la convention", absence=False)
    signed_on = f.DayField("Signée le", missing="Saisissez le jour de la signature", past=True)
    split = f.LinesField("Répartition de la rémunération", missing="Écrivez comment la rémunération se répartit",
                         description="Comme la convention le dit, en quelques lignes")
    signers = f.PeopleField("Qui l’a signée ?", missing="Cochez les personnes qui l’ont signée")


class OpinionForm(Form):  # type: ignore[misc]
    """What the referent thinks."""

    opinion = f.ChoiceField("Mon avis", missing="Choisissez un avis", choices=list(brands.OPINIONS.items()))
    words = f.LinesField("Pourquoi", missing="Expliquez votre avis", limit=800)


@pages.get("/marques")
@access(*WHO)
def listing() -> Response:
    """Every brand: its nature, its referent, how many people, what its convention lacks."""
    return show("brands.html", brands=shown.lines())


@pages.route("/marques/nouvelle", methods=["GET", "POST"])
@access(*WHO)
def make() -> Response:
    """A new brand."""
    form = BrandForm(typed())
    form.referent.choices = shown.referents()
    page = Change("Créer une marque", "Créer la marque", url_for("brands.listing"), back_label="Marques")

    def act() -> None:
        referent = Person.get(Person.uid == form.referent.data)
        made = brands.open_brand(form.name.data, form.kind.data, referent, me(), acting_as(*WHO))
        page.back = url_for("brands.one", uid=made.uid)

    return page.answer(form, act)


@pages.get("/marques/<uid>")
@access(*WHO)
def one(uid: str) -> Response:
    """A brand: its people, their convention, the opinions of its referent."""
    brand = the_brand(uid)
    members, everyone = seen(brand), brands.members_of(brand)
    here = [one for one in members if one.until is None]
    signed = {one.convention_id for one in members}
    return show("brands_one.html", brand=brand, legal=brands.LEGAL[brand.kind], kind=brands.KINDS[brand.kind],
                opinions=brands.OPINIONS, here=here, elsewhere=sum(one.until is None for one in everyone) - len(here),
                gone=[one for one in members if one.until is not None],
                conventions=[one for one in brand.conventions.order_by(Convention.signed_on.desc()) if one.id in signed])


@pages.route("/marques/<uid>/rejoindre", methods=["GET", "POST"])
@access(*WHO)
def join(uid: str) -> Response:
    """Someone joins: searched by name first, then chosen; the referent is written to."""
    brand, searched = the_brand(uid), request.values.get("nom", "").strip()
    found = shown.people_named(searched, antennas_seen(*WHO), MOST) if searched else []
    if not found:
        return show("brands_search.html", brand=brand, searched=searched)
    form = JoinForm(typed(), data={"since": moment.today(), "nom": searched})
    form.person.choices = [(one.uid, one.name) for one in found]
    page = Change("Ajouter une personne", "Ajouter à la marque", url_for("brands.one", uid=uid), caption=brand.name,
                  back_label=brand.name, told=[brands.LEGAL[brand.kind],
                      f"{brand.referent.called} reçoit une lettre et donne son avis. Cet avis n’empêche rien."])
    return page.answer(form, lambda: shown.join(
        brand, Person.get(Person.uid == form.person.data), form.since.data, me(), acting_as(*WHO)))


@pages.route("/marques/<uid>/quitter/<member>", methods=["GET", "POST"])
@access(*WHO)
def leave(uid: str, member: str) -> Response:
    """Someone leaves."""
    found = next((one for one in seen(the_brand(uid)) if one.uid == member), None)
    if found is None or (found.until is not None and request.method == "GET"):
        abort(404)
    form = LeaveForm(typed(), data={"until": moment.today()})
    page = Change(f"{found.person.called} quitte la marque", "Noter le départ", url_for("brands.one", uid=uid),
                  caption=found.brand.name, back_label=found.brand.name, told=["Son contrat avec Optéos ne change pas."])
    return page.answer(form, lambda: brands.leave(found, form.until.data, me(), acting_as(*WHO)))


@pages.route("/marques/<uid>/convention", methods=["GET", "POST"])
@access(*WHO)
def convention(uid: str) -> Response:
    """Add the signed convention of a shared activity: the file, its day, how pay is split, who signed it."""
    brand = the_brand(uid)
    here = {one.uid: one for one in seen(brand) if one.until is None}
    if brand.kind != "shared" or not here:
        abort(404)
    form, made = convention_typed(list(here.values()))
    page = Change("Ajouter une convention", "Enregistrer la convention", url_for("brands.one", uid=uid), caption=brand.name,
                  back_label=brand.name, lead=[brands.LEGAL["shared"]], files=True,
                  told=["Les personnes cochées peuvent recevoir leur contrat salarié à signer."])

    def act() -> None:
        if made is not None:
            brands.add_convention(
                brand, [here[uid] for uid in form.signers.data], signed_on=form.signed_on.data, split=form.split.data,
                filename=made.named(request.files["document"].filename or ""), media_type=made.media_type,
                content=made.content, by=me(), role=acting_as(*WHO))

    return page.answer(form, act)


def convention_typed(members: list[BrandMember]) -> tuple[ConventionForm, Clean | None]:
    """The form as posted, and its file once read; a file is asked again beside another error, which loses it."""
    raw: MultiDict[str, str] | None = MultiDict(request.form) if request.method == "POST" else None
    made, file = None, request.files.get("document")
    if raw is not None:
        raw["document"] = ""
        if file is not None and file.filename:
            try:
                made = clean(file.stream.read(LARGEST + 1))
                raw["document"] = POSTED
            except BadFile as bad:
                raw["document-problem"] = str(bad)
    form = offered(raw, members)
    if made is not None and raw is not None and not form.validate():
        raw["document"], raw["document-problem"] = "", "Choisissez de nouveau ce fichier"
        return offered(raw, members), None
    return form, made


def offered(raw: MultiDict[str, str] | None, members: list[BrandMember]) -> ConventionForm:
    """The form, with the people of the brand."""
    form = ConventionForm(raw)
    form.signers.choices = [(one.uid, one.person.name) for one in members]
    return form


@pages.get("/marques/<uid>/conventions/<document>")
@access(*WHO)
def document(uid: str, document: str) -> Response:
    """A convention, as a download."""
    brand = the_brand(uid)
    found = Convention.get_or_none(Convention.uid == document, Convention.brand == brand)
    if found is None or all(one.convention_id != found.id for one in seen(brand)):
        abort(404)
    response = Response(brands.content_of(found), mimetype=found.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=found.filename)
    return response


@pages.route("/mes-avis-de-marque/<member>", methods=["GET", "POST"])
@access(SIGNED_IN)
def opinion(member: str) -> Response:
    """The referent says what they think of someone who joins; it reaches the circle's round and stops nothing."""
    found = brands.member(member)
    if found is None or found.brand.referent_id != me().id or found.until is not None:
        abort(404)
    form = OpinionForm(typed(), data={"opinion": found.opinion or None, "words": found.words})
    page = Change(f"Donner un avis sur {found.person.name}", "Donner mon avis", "/",
                  caption=found.brand.name, back_label="Accueil", lead=shown.told_to_referent(found),
                  told=["Le Cercle lit votre avis avec les autres. La personne peut en demander copie."])
    if request.method == "GET" and found.opinion and "changer" not in request.args:
        return show("brands_opinion.html", member=found, opinion=brands.OPINIONS[found.opinion])

    def act() -> None:
        brands.give_opinion(found, form.opinion.data, form.words.data)
        page.back = url_for("brands.opinion", member=member)

    return page.answer(form, act)


def seen(brand: Brand) -> list[BrandMember]:
    """The people of a brand whose dossiers one reads: a coordinator, those of their antenna."""
    return brands.members_of(brand, antennas_seen(*WHO))


def the_brand(uid: str) -> Brand:
    """A brand; else 404."""
    found = Brand.get_or_none(Brand.uid == uid)
    if found is None:
        abort(404)
    return found


