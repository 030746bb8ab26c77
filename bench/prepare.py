"""`python -m bench.prepare CASES`: tables, one member of the circle signed in, so many dossiers; prints what clients need."""

from __future__ import annotations

import json
import sys
from datetime import timedelta

from flask import g, session
from flask_wtf.csrf import generate_csrf

import config
from bench import load
from intake import create_app, history, moment, sessions
from intake.models import base, schema
from intake.models.dossiers import Case, Dossier
from intake.models.people import Commitment, Person, RoleGrant
from intake.models.signin import Session

SAMPLE = 200


def main() -> None:
    """Prepare the house of the settings."""
    settings = config.from_environment()
    app = create_app(settings)
    with base.writing():
        schema.create(moment.now())
        claire = Person.create(first_name="Claire", last_name="Dubreuil", email="claire@exemple.fr", created_at=moment.now())
        Commitment.create(person=claire, signed_on=moment.today())
        RoleGrant.create(person=claire, role="circle", since=moment.today() - timedelta(days=30))
        load.fill(int(sys.argv[1]))
        if int(sys.argv[1]) <= 10_000:
            flaws = list(history.verify())
            assert not flaws, flaws[:3]
        rows = (Case.select(Case.id, Case.uid, Dossier.uid).join(Dossier)
                .where(Case.state.in_(("contact", "submitted", "review", "draft"))).limit(SAMPLE).tuples())
        cases = [{"id": row, "note": f"/dossier/{dossier}/{case}/note", "page": f"/dossier/{dossier}"}
                 for row, case, dossier in rows]
        with app.test_request_context("/"):
            g.person = g.session = None
            begun = sessions.begin(claire, "bench")
            Session.update(second_step_at=moment.now()).where(Session.id == begun.id).execute()
            token = generate_csrf()
            signed = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
            cookie = f"{app.config['SESSION_COOKIE_NAME']}={signed.dumps(dict(session))}"
    print(json.dumps({"cases": cases, "token": token, "cookie": cookie}))


if __name__ == "__main__":
    main()
