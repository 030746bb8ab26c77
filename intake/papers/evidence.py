"""The evidence of a signature (JOURNEY §9): who, what was read, when, from where, and the page that is joined and sealed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from intake import history, seal_keys, sealing
from intake.facts.contracts import ANSWERED
from intake.language import FRENCH, speaking
from intake.models import signatures
from intake.models.dossiers import Answers, Case, Event
from intake.models.people import Mandate, Person, running
from intake.models.pieces import Paper
from intake.papers.making import make
from intake.papers.values import NBSP, in_words, said, shared
from intake.words import Count, at as in_paris, de_name
from workflows.roles import LABELS, cogerance, person

CONSENT = "J’ai lu le contrat. J’ai lu ses annexes. Je signe."
"""What a person says by ticking both boxes and pressing « Signer »."""
CONSENT_TO_AMENDMENT = "J’ai lu l’avenant. Je signe."
SENDS, SIGNS = ("send", "send_amendment"), ("sign", "sign_amendment")
PATHS = {"lien": "lien à usage unique envoyé à son adresse", "code": "code à usage unique envoyé à son adresse",
         "link": "lien à usage unique envoyé à son adresse"}


@dataclass(frozen=True)
class Asked:
    """How the request to sign came: network address, browser, sign-in, second step."""

    network: str = ""
    browser: str = ""
    path: str = ""
    signed_in_at: datetime | None = None
    second_step_at: datetime | None = None


@speaking(FRENCH)
def of_signature(case: Case, facts: Any, asked: Asked) -> dict[str, Any]:
    """What surrounds one signature, as kept with its event and printed on the evidence page."""
    signer = Person.get(Person.uid == facts.actor)
    theirs = signer.id == case.dossier.person_id
    told: dict[str, Any] = {
        "role": person if theirs else cogerance, "name": signer.name, "address": signer.email or "",
        "document": signatures.standing(case), "at": facts.now.isoformat(),
        "consent": CONSENT_TO_AMENDMENT if facts.amendment else CONSENT,
        "network": asked.network, "browser": asked.browser[:300], "sign_in": PATHS.get(asked.path, asked.path),
        "signed_in_at": _iso(asked.signed_in_at), "second_step_at": _iso(asked.second_step_at),
        "journal": {"dossier": case.dossier.number, "lines": case.dossier.events, "head": case.dossier.head},
    }
    return told | (_of_person(case) if theirs else _of_cogerance(signer, facts))


def _of_person(case: Case) -> dict[str, Any]:
    """Identity, link, code and reading: what only the person goes through."""
    request = signatures.of(case)
    checked = (Event.select(Event, Person).join(Person, on=Event.actor).where(
        Event.dossier == case.dossier, Event.step == "check_papers").order_by(Event.id.desc()).first())
    identity: dict[str, Any] = {}
    if checked is not None:
        identity = {"by": checked.actor.name, "at": checked.made_at.isoformat(), "how": "dossier d’entrée vérifié"}
    elif request is not None and request.code_by is not None:
        identity = {"by": request.code_by.name, "at": _iso(request.code_at), "how": request.told_how}
    if request is None:
        return {"identity": identity}
    return {
        "identity": identity,
        "link": {"opened_at": _iso(request.opened_at), "network": request.opened_from, "browser": request.opened_with},
        "code": {"by": request.code_by.name if request.code_by else "", "at": _iso(request.code_at), "how": request.told_how},
        "read": [[title, request.read[str(n)]] for n, (title, _) in enumerate(parts_of(case)) if str(n) in request.read],
    }


def _of_cogerance(signer: Person, facts: Any) -> dict[str, Any]:
    held = Mandate.select().where(Mandate.person == signer, running(Mandate, facts.today)).order_by(Mandate.id.desc()).first()
    return {"mandate": {"since": held.since.isoformat(), "reference": held.reference} if held else {}}


def _iso(instant: datetime | None) -> str:
    return instant.isoformat() if instant else ""


def paper_of(case: Case, sent: str | None = None) -> Paper | None:
    """The document that stands to be signed, as it was frozen; or another one, by its SHA-256."""
    sent = signatures.standing(case) if sent is None else sent
    found: Paper | None = Paper.select().where(
        Paper.case == case, Paper.sha256 == sent, Paper.event.is_null(False)).order_by(Paper.id.desc()).first() if sent else None
    return found


@speaking(FRENCH)
def parts_of(case: Case) -> list[tuple[str, str]]:
    """(title, HTML) of what is to read before signing."""
    paper = paper_of(case)
    return [(title, body) for title, body in paper.parts] if paper is not None else []


# The sealed copy -----------------------------------------------------------------------------------------------------


@speaking(FRENCH)
def seal(case: Case, facts: Any, last: Mapping[str, Any]) -> tuple[bytes, str]:
    """(the document with its evidence, sealed; the fingerprint of the certificate). Raises NoCertificate."""
    paper, pair = paper_of(case), seal_keys.newest()
    assert paper is not None, "same_document holds"  # noqa: S101
    content, all_of_them = bytes(paper.content), [*earlier(case), dict(last)]
    page = make("evidence", page_values(case, facts, paper, all_of_them, pair))
    told = {"signatures": all_of_them, "template": paper.template, "number": case.dossier.number, "kind": paper.kind}
    name = str(facts.settings["coop.name"])
    return sealing.seal(content, page.content, told, at=facts.now, name=name), pair.fingerprint


def earlier(case: Case) -> list[dict[str, Any]]:
    """The evidence of the signatures given since the document was sent, the person's."""
    sent = Event.select(Event.id).where(Event.case == case, Event.step.in_(SENDS)).order_by(Event.id.desc()).limit(1)
    rows = (Answers.select(Answers, Event).join(Event, on=Answers.event)
            .where(Event.case == case, Event.step.in_(SIGNS), Event.id > sent).order_by(Event.id))
    found = [history.unsealed(row).get("evidence") for row in rows]
    return [one for one in found if one and one["document"] == signatures.standing(case)]


def page_values(case: Case, facts: Any, paper: Paper, told: list[dict[str, Any]], pair: seal_keys.Pair) -> dict[str, Any]:
    """What the evidence page prints."""
    name = facts.settings["coop.name"]
    return shared(case, facts) | {
        "title": "Dossier de preuve", "subtitle": f"Signature électronique simple · dossier {case.dossier.number}",
        "pages": "ce fichier", "document": said([
            ("Empreinte SHA-256", spaced(paper.sha256)), ("Empreinte à la signature", spaced(
                hashlib.sha256(bytes(paper.content)).hexdigest())),
            ("Modèle", paper.template), ("Statuts", _statutes(case)), ("Figé le", both(paper.made_at)),
            ("À lire", "\n".join(title for title, _ in paper.parts)),
        ]),
        "signatures": [{"title": f"Signature {de_name(one['name'])}", "facts": in_rows(one)} for one in told],
        "seal": said([
            ("Par", name), ("Le", both(facts.now)), ("Certificat SHA-256", spaced(pair.fingerprint)),
            ("Algorithme", "ECDSA P-256 et SHA-256, PAdES niveau B-B")]),
    }


def _statutes(case: Case) -> str:
    """The version of the statutes that the contract names."""
    found = ANSWERED.one(case=case.id, step="prepare")
    return str(found[0].get("statutes") or "") if found else ""


def in_rows(one: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The evidence of one signature, as people read it; the verification page shows the same."""
    identity, link, code, mandate = (one.get(name) or {} for name in ("identity", "link", "code", "mandate"))
    journal = one["journal"]
    return said([
        ("Qualité", LABELS.get(one["role"], "La personne").capitalize()), ("Adresse vérifiée", one["address"]),
        ("Signé le", both(one["at"])), ("A dit", f"« {one['consent']} »"),
        ("Identité vérifiée", f"par {identity['by']}, le {both(identity['at'])} : {identity['how']}" if identity else ""),
        ("Lien personnel", f"ouvert le {both(link['opened_at'])}, depuis {link['network']}" if link.get("opened_at") else ""),
        ("Code", f"donné par {code['by'] or 'message'} le {both(code['at'])} : {code['how']}" if code.get("at") else ""),
        ("Lu", "\n".join(f"{title} : {both(at)}" for title, at in one.get("read", ()))),
        ("Mandat", f"depuis le {in_words(date.fromisoformat(mandate['since']))}, {mandate['reference']}" if mandate else ""),
        ("Connexion", f"{one['sign_in']}, le {both(one['signed_in_at'])}" if one.get("signed_in_at") else ""),
        ("Seconde étape", both(one["second_step_at"]) if one.get("second_step_at") else ""),
        ("Adresse réseau", one["network"]), ("Navigateur", one["browser"]), ("Document", spaced(one["document"])),
        ("Journal", f"dossier {journal['dossier']}, après {Count(journal['lines']):ligne|lignes}, {journal['head'][:16]}"),
    ])


def both(instant: datetime | str) -> str:
    """« 1er mars 2027 à 10 h 00 (Paris), 2027-03-01 09:00:00 UTC »."""
    at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return f"{in_paris(at)} (Paris), {at.astimezone(UTC):%Y-%m-%d %H:%M:%S}{NBSP}UTC"


def spaced(fingerprint: str) -> str:
    """A fingerprint by groups of eight, to be compared by eye."""
    return " ".join(fingerprint[n:n + 8] for n in range(0, len(fingerprint), 8))
