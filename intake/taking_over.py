"""Taking over what already exists: members and waiting list, from a table; a trial, a report, then all or nothing.

One line a person. Each case is opened where it stands by the `take_over` step of its workflow; no letter leaves.
`docs/import.md` describes the columns.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from werkzeug.datastructures import MultiDict

from intake import moment
from intake.arrivals import create_person, open_admission, open_dossier
from intake.cases import AnswersInvalid, StepRefused, new_case, take_step
from intake.facts.contracts import contracts_of
from intake.models.base import db, write_transaction
from intake.models.people import Antenna, Commitment, Person, find_by_email, fold_email, holders
from intake.models.search import folded
from intake.words import say
from workflows import fields as f, roles
from workflows.contracts import elsewhere_told, signed_or_in_force
from workflows.grammar import StepForm

WAITING, CAPE, CESA = "attente", "cape", "cesa"
STAGES = {WAITING: "liste d’attente", CAPE: "CAPE", CESA: "contrat salarié"}
SPELLINGS = {"liste d attente": WAITING, "contrat salarie": CESA}
"""Stages as they are shown."""
NO_LINE = 0


class Row(StepForm):
    """The columns of the table; their labels are its headings."""

    first_name = f.NameField("Prénom", missing="Indiquez le prénom")
    last_name = f.NameField("Nom", missing="Indiquez le nom")
    email = f.EmailField("Adresse électronique", optional=True)
    phone = f.PhoneField("Téléphone", optional=True)
    commune = f.TextField("Commune", optional=True)
    activity = f.TextField("Activité", optional=True)
    antenna = f.TextField("Antenne", optional=True)
    stage = f.ChoiceField("Étape", missing="Indiquez l’étape", choices=list(STAGES.items()))
    since = f.DayField("Depuis le", optional=True)
    first_day = f.DayField("Premier jour", optional=True)
    last_day = f.DayField("Dernier jour", optional=True)
    earlier = f.TextField("Contrats précédents", optional=True)
    elsewhere = f.TextField("Contrats ailleurs", optional=True)
    associate_since = f.DayField("Associé depuis le", optional=True, past=True)
    peer = f.TextField("Binôme", optional=True)
    peer_since = f.DayField("Binôme depuis le", optional=True, past=True)
    committed_on = f.DayField("Engagement signé le", optional=True, past=True)


def plain(text: str) -> str:
    """A heading or a word without accents, capitals and punctuation."""
    return " ".join(re.split(r"[\W_]+", folded(text))).strip()


HEADINGS: Mapping[str, str] = {plain(one.label.text): one.name for one in Row()} | {
    "email": "email", "courriel": "email", "mail": "email", "associee depuis le": "associate_since"}
LABELS: Mapping[str, str] = {one.name: one.label.text for one in Row()}
NEEDED = ("first_name", "last_name", "stage")
NEEDED_DAYS = {WAITING: ("since",), CAPE: ("first_day", "last_day"), CESA: ("first_day",)}


@dataclass(frozen=True)
class Problem:
    """What stops a line: where it is, and what to do."""

    line: int
    column: str
    sentence: str

    def __str__(self) -> str:
        where = f"Ligne {self.line}" if self.line else "Fichier"
        column = f", colonne « {self.column} »" if self.column else ""
        return f"{where}{column} : {self.sentence}"


@dataclass
class Report:
    """What was read, what would be or was written, and every problem."""

    lines: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One person of the table, checked."""

    number: int
    told: Mapping[str, Any]


class WrongLine(Exception):
    """A line cannot be taken over."""

    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column, self.sentence = column, sentence


class _NotKept(Exception):
    """The trial is over: nothing stays."""


def run(file: Path, write: bool) -> Report:
    """Take a table over: tried as a whole, and kept only with `write` and without any problem."""
    report = Report()
    lines = read(file, report.problems)
    try:
        with write_transaction():
            for line, person in _people(lines, report.problems):
                _attempt(line, person, report.problems, file.name)
            if report.problems or not write:
                raise _NotKept
    except _NotKept:
        pass
    report.lines = _told(lines, report.problems, write)
    return report


# Reading -------------------------------------------------------------------------------------------------------------


def read(file: Path, problems: list[Problem]) -> list[Line]:
    """The lines of a table in CSV; what cannot be read joins the problems."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError:
        problems.append(Problem(NO_LINE, "", f"{file.name} ne s’ouvre pas. Vérifiez son nom."))
        return []
    except UnicodeDecodeError:
        problems.append(Problem(
            NO_LINE, "", "Ce n’est pas un texte en UTF-8. Dans le tableur, enregistrez en « CSV UTF-8 »."))
        return []
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") >= first.count(",") else ",")
    columns = _columns(next(rows, []), problems)
    if problems:
        return []
    return [line for cells in rows if any(cell.strip() for cell in cells)
            and (line := _line(rows.line_num, dict(zip(columns, cells, strict=False)), problems))]


def _columns(headings: list[str], problems: list[Problem]) -> list[str]:
    names = [HEADINGS.get(plain(heading), "") for heading in headings]
    for heading, name in zip(headings, names, strict=True):
        if heading.strip() and not name:
            problems.append(Problem(1, heading.strip(), "Cette colonne n’est pas connue. Renommez-la ou retirez-la."))
        elif name and names.count(name) > 1:
            problems.append(Problem(1, heading.strip(), "Cette colonne est là deux fois."))
    problems += [Problem(1, LABELS[name], "Cette colonne manque.") for name in NEEDED if name not in names]
    return names


def _line(number: int, cells: Mapping[str, str], problems: list[Problem]) -> Line | None:
    typed = {name: cell.strip() for name, cell in cells.items() if name}
    stage = plain(typed.get("stage", ""))
    typed["stage"] = SPELLINGS.get(stage, stage)
    form = Row(MultiDict(typed))
    for one in form:
        if isinstance(one, f.DayField):
            one.today = moment.today()
    form.validate()
    found = [Problem(number, LABELS[name], str(errors[0])) for name, errors in form.errors.items() if errors]
    told: dict[str, Any] = form.data
    for name in NEEDED_DAYS.get(told["stage"] or "", ()):
        if told[name] is None and name not in form.errors:
            found.append(Problem(number, LABELS[name], "Saisissez la date."))
    first, last = told["first_day"], told["last_day"]
    if first and last and last < first:
        found.append(Problem(number, LABELS["last_day"], "Le dernier jour vient après le premier."))
    if told["elsewhere"] and not elsewhere_told(told["elsewhere"]):
        found.append(Problem(number, LABELS["elsewhere"], "Écrivez : CAPE, nom de la coopérative, 15/01/2024 au 14/10/2024."))
    problems.extend(found)
    return None if found else Line(number, told)


# Writing -------------------------------------------------------------------------------------------------------------


def _people(lines: list[Line], problems: list[Problem]) -> Iterator[tuple[Line, Person]]:
    """Everyone first, so that a peer may stand on a later line; those the house already follows are refused."""
    known: dict[str, int] = {}
    found = []
    for line in lines:
        name = f"{line.told['first_name']} {line.told['last_name']}"
        address = fold_email(line.told["email"] or "")
        mark = address or folded(f"{name} {line.told['phone'] or ''}")
        column = LABELS["email" if address else "last_name"]
        if mark in known:
            problems.append(Problem(line.number, column, f"La même personne est à la ligne {known[mark]}."))
            continue
        known[mark] = line.number
        person = find_by_email(address) if address else None
        if person is not None and _is_followed(person):
            problems.append(Problem(line.number, column, f"{person.name} a déjà un dossier ouvert."))
            continue
        found.append((line, person or create_person(line.told)))
    yield from found


def _is_followed(person: Person) -> bool:
    return open_admission(person) is not None or bool(signed_or_in_force(contracts_of(person.id), moment.today()))


def _attempt(line: Line, person: Person, problems: list[Problem], source: str) -> None:
    try:
        with db.atomic():
            _take_over(line.told, person, source)
    except WrongLine as wrong:
        problems.append(Problem(line.number, wrong.column, wrong.sentence))
    except StepRefused as refused:
        problems.extend(Problem(line.number, "", say(one)) for one in refused.refusals)
    except AnswersInvalid as invalid:
        problems.extend(Problem(line.number, LABELS.get(name, name), str(errors[0]))
                        for name, errors in invalid.form.errors.items() if errors)


def _take_over(told: Mapping[str, Any], person: Person, source: str) -> None:
    """Open a dossier, and each of its cases where it stands."""
    dossier = open_dossier(person, _antenna(told["antenna"]), told)
    by = _support(person)

    def stand(workflow: str, stage: str, since: date, **more: Any) -> None:
        raw = {"stage": stage, "since": since.isoformat(), "reason": f"Reprise de {source}"}
        raw |= {name: value.isoformat() if isinstance(value, date) else value for name, value in more.items() if value}
        take_step(new_case(dossier, workflow), "take_over", by=by, raw=raw, key=None)

    if told["committed_on"]:
        Commitment.create(person=person, signed_on=told["committed_on"], recorded_by=by)
    if told["stage"] == WAITING:
        stand("admission", "waiting", told["since"], elsewhere=told["elsewhere"])
        return
    first = told["first_day"]
    stand("admission", "joined", told["since"] or first, elsewhere=told["elsewhere"])
    if told["stage"] == CAPE:
        stand("cape", "trading", first, first_day=first, last_day=told["last_day"], earlier=told["earlier"])
    else:
        stand("salaried", "running", first, first_day=first, earlier=told["earlier"])
    if told["associate_since"]:
        stand("membership", "associate", told["associate_since"])
    if told["peer"]:
        stand("accompaniment", "running", told["peer_since"] or first, peer=_peer(told["peer"], person).uid)


def _antenna(text: str | None) -> Antenna:
    """The antenna of this code or name; the principale when nothing is said."""
    wanted = plain(text or "principale")
    for one in Antenna.select():
        if wanted in (plain(one.code), plain(one.name)):
            return one  # type: ignore[no-any-return]
    raise WrongLine(LABELS["antenna"], "Cette antenne n’existe pas.")


def _peer(address: str, person: Person) -> Person:
    """The peer, by their address, in the house or in this table."""
    found = find_by_email(address)
    if found is None or found.id == person.id:
        raise WrongLine(LABELS["peer"], "Indiquez l’adresse électronique d’une personne de la maison ou de ce tableau.")
    return found


def _support(person: Person) -> Person:
    """Who takes the steps: someone of the support team, never the person."""
    today = moment.today()
    team = [one for role in (roles.support, roles.hr, roles.accounts) for one in holders(role, today)]
    found = next((one for one in team if one.id != person.id), None)
    if found is None:
        raise WrongLine("", "Personne d’autre n’a le rôle support. Ajoutez-le : intake person add … --role support.")
    return found


# Telling -------------------------------------------------------------------------------------------------------------


def _told(lines: list[Line], problems: list[Problem], write: bool) -> list[str]:
    """The report, problem by problem, then what it comes to."""
    said = [str(one) for one in sorted(problems, key=lambda one: one.line)]
    counted = Counter(line.told["stage"] for line in lines)
    stages = ", ".join(f"{label} {counted[stage]}" for stage, label in STAGES.items() if counted[stage])
    said += [f"À noter : {note}" for note in _same_ranks(lines)]
    if problems:
        return [*said, f"Problèmes : {len(problems)}. Rien n’a été enregistré. Corrigez le tableau et recommencez."]
    if not write:
        return [*said, f"Essai réussi. Lignes : {len(lines)} ({stages}). Rien n’est enregistré : ajoutez --confirm."]
    return [*said, f"Enregistré. Lignes : {len(lines)} ({stages}). Aucune lettre n’est partie."]


def _same_ranks(lines: list[Line]) -> Iterator[str]:
    """Dates shared by several people of the waiting list: their order is not that of the table."""
    days = Counter(line.told["since"] for line in lines if line.told["stage"] == WAITING)
    for day, number in sorted(days.items()):
        if number > 1:
            yield f"{number} personnes attendent depuis le {day:%d/%m/%Y} ; leur ordre entre elles est tiré au sort."
