"""A new stage, with its form, its rule and its letter, touches its workflow's file and one letter template.

The test writes one in a temporary copy of the house, then walks it there, in a process of its own:
`python -m tests.test_adding_a_stage` in that copy.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[1]
WORKFLOW = Path("workflows/accompaniment/__init__.py")
LETTER = Path("templates/mail/trial_begun.txt")
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "data", "*.egg-info", "node_modules")

# A trial of some weeks, between the peer's word and the pairing: what its author writes.
NEW = {
    "# What a step keeps -": '''
class TrialForm(StepForm):
    """How long both try."""

    readers = (circle, peer, person)
    weeks = f.NumberField("Semaines d’essai", missing="Indiquez le nombre de semaines", least=1)
    hope = f.LinesField("Ce que vous en attendez", optional=True)


@house("Un essai dure {n} semaines au plus.")
def trial_short(_: Facts, answers: Answers) -> Verdict:
    """Beyond, one pairs or parts."""
    return holds(answers["weeks"] <= LONGEST_TRIAL, n=LONGEST_TRIAL)


def trial(_: Facts, answers: Answers) -> dict[str, Any]:
    """How long the trial lasts."""
    return {"trial_weeks": answers["weeks"]}


LONGEST_TRIAL = 6


''',
    '    State("running", "En cours"': '''\
    State("trying", "Essai", waits_for=(person,), ladder=True, next_steps=("keep", "part"),
          says="Vous faites connaissance. À la fin de l’essai, dites si vous continuez ensemble."),
''',
    '    Step("ask_other",': '''\
    Step("try_out", "Commencer par un essai", ("peer_agreed",), "trying", by=person, form=TrialForm,
         only_if=[trial_short],
         then=[Remember(trial), Letter("trial_begun", to=(person, peer)),
               Task(peer, "Proposer une première rencontre d’essai", days=7, closes_with=("keep", "part"))],
         past="a commencé un essai", hint="Rien n’est décidé : vous direz ensuite si vous continuez."),
    Step("keep", "Continuer ensemble", ("trying",), "running", by=person,
         then=[Remember(paired), Letter("pairing_started", to=(person, peer))], past="a choisi de continuer"),
    Step("part", "Chercher quelqu’un d’autre", ("trying",), "seeking", by=(person, peer), then=seek_again,
         past="a arrêté l’essai"),
''',
}
IMPORTS = {
    "from workflows.grammar import Answers, ": "from workflows import fields as f\n"
    "from workflows.grammar import StepForm, Verdict, holds, house\nfrom workflows.grammar import Answers, ",
}
LETTER_TEXT = """\
Un essai de {{ answers.weeks }} semaines commence

Bonjour {{ prenom }},

Vous vous donnez {{ answers.weeks }} semaines pour faire connaissance.

Ouvrir le dossier : {{ link }}

{% include "_pied.txt" %}
"""


def write_the_stage(house: Path) -> None:
    """What an author does: four passages in one file, and a letter."""
    text = (house / WORKFLOW).read_text()
    for before, added in NEW.items():
        assert text.count(before) == 1, before
        text = text.replace(before, added + before)
    for old, new in IMPORTS.items():
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    (house / WORKFLOW).write_text(text)
    (house / LETTER).write_text(LETTER_TEXT)


def differing(one: Path, two: Path) -> set[Path]:
    """The files that are not the same in two folders, from their root."""
    files = {path.relative_to(root) for root in (one, two) for path in root.rglob("*") if path.is_file()}
    return {file for file in files
            if not ((one / file).exists() and (two / file).exists() and filecmp.cmp(one / file, two / file, False))}


def test_a_stage_is_its_workflow_s_file_and_one_letter(tmp_path: Path) -> None:
    house, untouched = tmp_path / "house", tmp_path / "untouched"
    for copy in (house, untouched):
        for name in ("workflows", "intake", "templates", "static", "migrations", "tests"):
            shutil.copytree(HERE / name, copy / name, ignore=LEFT_OUT)
        shutil.copyfile(HERE / "config.py", copy / "config.py")
    write_the_stage(house)
    assert differing(untouched, house) == {WORKFLOW, LETTER}
    walked = subprocess.run(
        [sys.executable, "-m", "tests.test_adding_a_stage", str(tmp_path)], cwd=house, capture_output=True, text=True,
        check=False, env={**os.environ, "PYTHONPATH": str(house), "INTAKE_NOW": "2027-03-01T09:00:00+00:00"})
    assert walked.returncode == 0, walked.stdout + walked.stderr
    assert walked.stdout.splitlines()[-1] == "walked"


# In the copy ---------------------------------------------------------------------------------------------------------


def walk(data: Path) -> None:
    """Ana tries with Noé, clicking; the house knows the new stage everywhere without being told."""
    import workflows
    from config import Settings
    from intake import create_app, history, moment
    from intake.commands import main
    from intake.models.base import db
    from tests import cast as the_cast
    assert Path(workflows.__file__).is_relative_to(Path.cwd()), "the copy is what is walked"
    url = f"sqlite:///{data / 'parcours.db'}"
    the_cast.build(url, datetime.fromisoformat(os.environ["INTAKE_NOW"]))
    settings = Settings(data=data, database_url=url, secret_key="s" * 40, public_url="http://127.0.0.1:8000",
                        key_file=data / "keys", work=False)
    app = create_app(settings)
    app.config.update(TESTING=True)
    assert moment.now().year == 2027
    with the_cast.writing():
        people = the_cast.invite()
        pairing = peer_agreed(people)
    click_through(app, people, pairing)
    with the_cast.writing():
        assert list(history.verify()) == []
    db.close_all()
    os.environ.update(INTAKE_DATABASE_URL=url, INTAKE_DATA=str(data))
    assert main(["check"]) == 0, "well-formed, nobody stranded"
    print("walked")


def peer_agreed(people: Any) -> Any:
    """Ana's accompaniment, for which Noé has said yes."""
    from intake.models.dossiers import Case
    from intake.models.people import Commitment
    from tests.faults import crowd

    Commitment.create(person=people.noe, signed_on=datetime(2026, 1, 5).date())  # noqa: DTZ001
    entering, = crowd.in_papers(people, 1, "2027-06", "Ana")
    pairing = Case.get(Case.dossier == entering.dossier, Case.workflow == "accompaniment")
    crowd.step(pairing, "propose", people.claire, peer=people.noe.uid)
    return crowd.step(pairing, "agree", people.noe)


def click_through(app: Any, people: Any, pairing: Any) -> None:
    """The rule refuses, the form keeps what was typed, the letter leaves, the stage is shown and left."""
    from intake.models.letters import Letter
    from intake.models.tasks import Task
    from tests import cast as the_cast
    from tests.faults import crowd
    from tests.page import press, read

    ana, dossier = the_cast.browser(app, pairing.dossier.person), f"/dossier/{pairing.dossier.uid}"
    path = f"{dossier}/{pairing.uid}"
    assert press(ana, f"{path}/try_out", "Commencer par un essai", weeks="").status_code == 422
    long = press(ana, f"{path}/try_out", "Commencer par un essai", weeks="20", hope="Apprendre à vendre")
    assert long.status_code == 409
    words = read(long).text.replace("\u00a0", " ")
    assert "Un essai dure 6 semaines au plus." in words and "La cogérance peut déroger par écrit." in words
    assert "Apprendre à vendre" in words
    assert press(ana, f"{path}/try_out", "Commencer par un essai", weeks="4").status_code == 303

    with the_cast.writing():
        case = crowd.again(pairing)
        assert (case.state, case.memory["trial_weeks"]) == ("trying", 4)
        assert case.dossier.peer_id == people.noe.id
        letters = list(Letter.select().where(Letter.template == "trial_begun"))
        assert {letter.recipient_id for letter in letters} == {pairing.dossier.person_id, people.noe.id}
        assert all(letter.subject == "Un essai de 4 semaines commence" for letter in letters)
        assert Task.select().where(Task.case == case, Task.role == "peer", Task.closed_at.is_null()).count() == 1

    assert "Vous faites connaissance" in read(ana.get("/mon-parcours")).text
    claire, noe = the_cast.browser(app, people.claire), the_cast.browser(app, people.noe)
    assert "Essai" in read(claire.get(dossier)).text
    assert "a commencé un essai" in read(claire.get(f"{dossier}/historique")).text
    assert "Proposer une première rencontre d’essai" in read(noe.get("/ce-qui-m-attend")).text
    assert press(ana, f"{path}/keep", "Continuer ensemble").status_code == 303
    with the_cast.writing():
        case = crowd.again(pairing)
        assert case.state == "running"
        assert Task.select().where(Task.case == case, Task.closed_at.is_null()).count() == 0


if __name__ == "__main__":
    walk(Path(sys.argv[1]))
