"""What RH copies for the URSSAF and France Travail: the values of a case, in the words of `workflows.notices`."""

from __future__ import annotations

from intake import moment
from intake.models.dossiers import Case
from intake.models.settings import settings_on
from intake.models.tasks import Task
from intake.papers.values import answered, cooperative, identity
from workflows import notices
from workflows.notices import Notice, Parties
from workflows.roles import cogerance, hr

READERS = frozenset({hr, cogerance})
"""Civil status is for RH and whoever signs; the social security number is not in it, it is read, and noted, in the answers."""
WANTED = ("Prénom et nom", "Nom de naissance, prénoms", "Date et lieu de naissance", "Adresse")
"""What an authority needs of a person, of what a contract prints."""


def of(task: Task, case: Case) -> Notice | None:
    """The text of a task that tells an authority; None for any other."""
    if not task.notice:
        return None
    coop = cooperative(settings_on(moment.today(), case.antenna))
    told = dict(identity(case))
    return notices.notice(task.notice, case.memory, Parties(
        name=case.dossier.person.name,
        cooperative=[("Nom", coop["name"]), ("Forme", coop["form"]), ("Siège", coop["seat"]), ("SIREN", coop["siren"])],
        person=[(label, told[label]) for label in WANTED if label in told],
        job_seeker=str(answered(case, "admission", "send_papers").get("france_travail") or ""),
        reference=case.dossier.number))
