"""Two years in a minute: lives that wake at their hour, one transaction a day, the clock in the morning, the post at night."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any

from werkzeug.datastructures import MultiDict

import workflows
from intake import clock, papers
from intake.cases import AnswersInvalid, StepRefused, new_case, take_step
from intake.demo import names
from intake.facts import facts_of
from intake.models import pieces, signatures
from intake.models.actors import Actor
from intake.models.base import write_transaction
from intake.models.compiled import compiled, param
from intake.models.dossiers import Case, Dossier, Event, read_case
from intake.models.drafts import save_page
from intake.models.letters import Letter
from intake.models.people import Antenna, Person
from intake.papers import evidence
from workflows.calendar import working_day_on_or_after
from workflows.fields import answers_to_json
from workflows.grammar import Freeze, Page, Sign

log = logging.getLogger("intake.demo")

LATEST = compiled(lambda: Case.select(Case.id, Case.state).where(
    Case.dossier == param("dossier"), Case.workflow == param("workflow")).order_by(Case.id.desc()).limit(1))

Life = Generator[datetime | Dossier, None, None]
"""What someone does, act after act: it gives the instant of the next one, or its dossier, to wait until woken."""


@dataclass(order=True)
class Waking:
    """A life and when it goes on; `turn` settles ties."""

    at: datetime
    turn: int
    life: Life = field(compare=False)


SATURDAY = 5
SIGNS_ON_SCREEN = timedelta(days=75)
"""How long before the end contracts are signed on screen: each makes its evidence and its seal, a hundred would be long."""


class World:
    """The house while the demonstration lasts: its time, its lives, and what happens to a dossier."""

    def __init__(self, rng: Random, start: datetime, end: datetime, go: Callable[[datetime], None], *,
                 rests: bool = False) -> None:
        self.rng, self.start, self.end, self.go = rng, start, end, go
        self.rests = rests
        """Whether weekends on which nobody wakes are slept through: the clock catches up on Monday."""
        self.now = start
        self.invent = names.inventing(rng, start.date())
        self.refused: list[str] = []
        """Steps that the rules did not let pass: people try things too."""
        self._turn = count()
        self._ahead: list[Waking] = []
        self._waiting: dict[int, Life] = {}

    # Time ------------------------------------------------------------------------------------------------------------

    def after(self, least: int, most: int | None = None) -> datetime:
        """Some days later, at an hour of work."""
        return self.hours_of(self.now.date() + timedelta(days=self.rng.randint(least, most or least)))

    def to_end(self, days: float) -> datetime:
        """So many days before the end, at an hour of work; now, when that is over."""
        return max(self.hours_of((self.end - timedelta(days=days)).date()), self.now)

    def hours_of(self, day: date) -> datetime:
        """An hour of work of a day, or of the next working day."""
        at = time(self.rng.randint(8, 15), self.rng.randint(0, 59), tzinfo=UTC)
        return datetime.combine(working_day_on_or_after(day), at)

    def chance(self, share: float) -> bool:
        """Whether something happens, so often."""
        return self.rng.random() < share

    # Lives -----------------------------------------------------------------------------------------------------------

    def begin(self, life: Life, at: datetime | None = None) -> None:
        """A life begins."""
        heapq.heappush(self._ahead, Waking(max(at or self.now, self.now), next(self._turn), life))

    def wake(self, dossier: Dossier, at: datetime) -> None:
        """Something was asked of whoever waits in this dossier; they answer then."""
        life = self._waiting.pop(dossier.id, None)
        if life is not None:
            self.begin(life, at)

    def run(self) -> Iterator[date]:
        """Every day from the first to the last."""
        day = self.start.date()
        while day <= self.end.date():
            with write_transaction():
                self._live(day)
            yield day
            day += timedelta(days=1)

    def _live(self, day: date) -> None:
        night = min(datetime.combine(day + timedelta(days=1), time(0), UTC), self.end)
        awake = day == self.end.date() or bool(self._ahead and self._ahead[0].at < night)
        if self.rests and day.weekday() >= SATURDAY and not awake:
            return
        self._move(min(max(datetime.combine(day, time(5), UTC), self.now), self.end))
        clock.tick()
        while self._ahead and self._ahead[0].at < night:
            waking = heapq.heappop(self._ahead)
            self._move(max(waking.at, self.now))
            self._go_on(waking.life)
        if day == self.end.date():
            self._move(self.end)
            clock.tick()
        deliver_all(self.now)

    def _move(self, instant: datetime) -> None:
        self.now = instant
        self.go(instant)

    def _go_on(self, life: Life) -> None:
        then = next(life, None)
        if isinstance(then, Dossier):
            self._waiting[then.id] = life
        elif then is not None:
            self.begin(life, then)

    # Steps -----------------------------------------------------------------------------------------------------------

    def case(self, dossier: Dossier, workflow: str) -> Case | None:
        """The latest case of a workflow, as it stands."""
        latest = LATEST.one(dossier=dossier.id, workflow=workflow)
        return read_case(latest[0]) if latest else None

    def state(self, dossier: Dossier, workflow: str) -> str:
        """Where the latest case of a workflow stands; empty when there is none."""
        latest = LATEST.one(dossier=dossier.id, workflow=workflow)
        return latest[1] if latest else ""

    def take(self, dossier: Dossier, step: str, by: Actor, *, on: Case | None = None, antenna: Antenna | None = None,
             **raw: Any) -> Event | None:
        """Take a step of the latest case of its workflow, or open one; None when the rules refuse."""
        workflow, name = step.split(".")
        rows = workflows.ALL[workflow].rows(name)
        case = on or (self.case(dossier, workflow) if rows[0].sources else new_case(
            Dossier.get_by_id(dossier.id), workflow, antenna=antenna))
        if case is None:
            return None
        freezes = any(isinstance(one, Freeze | Sign) for one in rows[0].then)
        made = papers.prepare(case, rows[0], facts_of(case, by), raw=raw) if freezes else None
        try:
            return take_step(case, name, by=by, raw=raw, key=None, made=made)
        except AnswersInvalid as invalid:
            raise ValueError(f"{step}: {invalid.form.errors}") from invalid
        except StepRefused as refused:
            log.info("%s %s: %s", dossier.number, step, refused)
            self.refused.append(f"{step}: {refused}")
            return None

    def piece(self, dossier: Dossier, title: str, by: Person) -> str:
        """Join a document; its uid."""
        added = pieces.add(dossier, title=title, filename=f"{names.plain(title)}.pdf", media_type="application/pdf",
                           content=names.A_PDF, by=by, now=self.now)
        return added.uid

    def fill_in(self, dossier: Dossier, pages: dict[str, dict[str, Any]], most: int = 99) -> None:
        """Fill in the first pages of the questionnaire that the case now asks, through their forms."""
        case = self.case(dossier, "admission")
        assert case is not None  # noqa: S101
        facts = facts_of(case, dossier.person)
        workflow = workflows.ALL["admission"]
        asked = [page for page in workflow.pages[workflow.state[case.state].pages]
                 if page.applies is None or page.applies(facts)]
        for page in asked[:most]:
            self._save(case, page, facts, pages.get(page.name, {}))

    def _save(self, case: Case, page: Page, facts: Any, typed: dict[str, Any]) -> None:
        lists = {name: value if isinstance(value, list) else [value] for name, value in typed.items()}
        form = page.form(MultiDict([(name, one) for name, values in lists.items() for one in values]))
        if page.fill:
            page.fill(form, facts)
        if not form.validate():
            raise ValueError(f"{page.name}: {form.errors}")
        save_page(case, page.name, typed=lists, answers=answers_to_json(form), sealed=page.form.sealed, complete=True,
                  turn=1, now=self.now)

    def prepare(self, dossier: Dossier, workflow: str, by: Person, **answers: Any) -> Event | None:
        """Write a contract over what its form offers: the house's wording, or the one before."""
        case = self.case(dossier, workflow)
        if case is None or case.state != "drafting":
            return None
        row = workflows.ALL[workflow].rows("prepare")[0]
        assert row.form is not None and row.fill is not None  # noqa: S101
        form = row.form()
        row.fill(form, facts_of(case, by))
        offered = {one.name: one.data for one in form if isinstance(one.data, str)}
        return self.take(dossier, f"{workflow}.prepare", by, **{**offered, **answers})

    @property
    def on_paper(self) -> bool:
        """Whether contracts are still signed on paper: the house signs on screen since the last weeks alone."""
        return self.now < self.end - SIGNS_ON_SCREEN

    def record_paper(self, dossier: Dossier, workflow: str, by: Person) -> Event | None:
        """The original signed today by both, scanned."""
        today = self.now.date().isoformat()
        return self.take(dossier, f"{workflow}.record_paper", by, scan=self.piece(dossier, "Contrat signé", by),
                         person_signed_on=today, cogerance_signed_on=today)

    def sign(self, dossier: Dossier, workflow: str, by: Person, step: str = "sign") -> Event | None:
        """Sign: the person opens the link, reads every part and types the code that was read out."""
        case = self.case(dossier, workflow)
        if case is None or case.state != "to_sign":
            return None
        code = {} if step != "sign" else {"code": self._read_all(case, by)}
        return self.take(dossier, f"{workflow}.{step}", by, **code, read_contract="oui", read_annexes="oui")

    def _read_all(self, case: Case, by: Person) -> str:
        """The link opened, every part read; the code that came by message."""
        stands = signatures.of(case)
        assert stands is not None  # noqa: S101
        signatures.open_link(stands, self.now, "192.0.2.10", "Navigateur de la démonstration")
        for part in range(len(evidence.parts_of(case))):
            signatures.note_read(stands, part, self.now)
        code = signatures.new_code()
        signatures.give_code(stands, code, self.now, None, "SMS au numéro qui finit par 12")
        return code


DELIVER = compiled(lambda: Letter.update(status="sent", sent_at=Letter.not_before, tries=1).where(
    Letter.status == "waiting", Letter.next_try <= param("now")))


def deliver_all(now: datetime) -> None:
    """Mark every letter as sent: nothing leaves the demonstration."""
    DELIVER(now=now)
