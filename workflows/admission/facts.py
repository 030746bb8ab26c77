"""What the rules of an admission know: the case's own memory, the waiting list, places, meetings, contracts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from workflows import queue
from workflows.calendar import Month, add_working_days, day_in_words, delay_end, offer_deadline, paris_day
from workflows.dossier import DossierFacts
from workflows.months import MONTHS
from workflows.queue import Candidate
from workflows.sentences import DayInWords, Sentence

Choice = tuple[str, str]

CLOCK_STEPS = frozenset({"ask_interest", "auto_pause", "expire", "lapse", "miss_month", "remind"})
RANKED = frozenset({"review", "waiting", "paused", "withdrawn", "lapsed"})
"""States from which a letter may tell a rank."""


@dataclass(frozen=True, kw_only=True)
class Facts(DossierFacts):
    """What an admission's rules, forms and letters need; sequences may be read lazily.

    `contracts` are those of the person, in every dossier; `already`: another admission of the person is open.
    """

    case: str = ""
    """uid of this case, as the waiting list names it."""
    person: str = ""
    """uid of the person of the dossier."""
    named: bool = True
    """The person's last name is known: the tablet asks for a first name alone."""
    kpa: bool = False
    """The antenna runs the KPA-Cité programme."""
    capped: bool = True
    """The antenna has a monthly cap."""
    antennas: Sequence[Choice] = ()
    meetings: Sequence[Choice] = ()
    """Information meetings to come: (uid, day, hour and place)."""
    meeting_times: Mapping[str, datetime] = field(default_factory=dict)
    seats: Mapping[str, int] = field(default_factory=dict)
    """Seats left at each meeting."""
    circle_members: Sequence[Choice] = ()
    """(uid, name) of those who may read a dossier of this antenna."""
    first_names: Mapping[str, str] = field(default_factory=dict)
    """First names of the people whom a sentence may name."""
    months: Sequence[Choice] = ()
    """Entry months one may ask for, full ones too: ("2027-01", label)."""
    free: Mapping[Month, int] = field(default_factory=dict)
    """Free places by month."""
    line: Sequence[Candidate] = ()
    """Everyone in the waiting list of this antenna, this case too while it waits."""
    entries: Sequence[bool] = ()
    """Entries over 12 months; true for those out of turn."""
    papers_before: Mapping[str, Any] = field(default_factory=dict)
    """The entry papers as they were last sent, numbers included; empty before."""
    drafted_at: datetime | None = None
    """When a page of the questionnaire was last saved."""
    requested: str = ""
    """What the open complement asks for, in the words of whoever asked."""
    programmes: Mapping[str, str] = field(default_factory=dict)
    """Programme (principale, kpa) of the antenna of each contract's dossier, by case."""
    gone: bool = False
    """The departure from this dossier was noted."""

    @property
    def age(self) -> str:
        """Age band told by the person: adult, minor, child; empty when unknown."""
        return str(self.memory.get("age") or "")

    @property
    def readers(self) -> tuple[str, ...]:
        """uids of those who read this application."""
        return tuple(self.memory.get("readers", ()))

    @property
    def interviews(self) -> Mapping[str, str]:
        """Who has recorded an interview, and when."""
        return self.memory.get("interviews") or {}

    @property
    def conflicts(self) -> frozenset[str]:
        """People of the circle with a declared link to the person."""
        return frozenset(self.memory.get("conflicts", ()))

    @property
    def interview_dates(self) -> tuple[Choice, ...]:
        """Dates proposed for the interview."""
        proposed: list[str] = (self.memory.get("interview") or {}).get("proposed", [])
        days = [(day, date.fromisoformat(day)) for day in proposed]
        return tuple((day, DayInWords(day_in_words(on).capitalize(), on, weekday=True)) for day, on in days)

    @property
    def round(self) -> Mapping[str, Any]:
        """The round of consent under way; empty when nothing is proposed."""
        return self.memory.get("round") or {}

    @property
    def opinions(self) -> dict[str, Mapping[str, Any]]:
        """Opinions of the round that count: free of conflict of interest, not older than a change of the application."""
        revised = self.taken("revise")
        given: Mapping[str, Mapping[str, Any]] = self.round.get("opinions", {})
        return {
            who: opinion for who, opinion in given.items()
            if who not in self.conflicts and (revised is None or datetime.fromisoformat(opinion["at"]) >= revised)
        }

    @property
    def objectors(self) -> list[str]:
        """Whose objection is still open."""
        lifted = self.round.get("lifted", ())
        return [who for who, one in self.opinions.items() if one["verdict"] == "objection" and who not in lifted]

    @property
    def month(self) -> Month | None:
        """The entry month of the place held or accepted."""
        stamp = self.memory.get("month")
        return Month.parse(stamp) if stamp else None

    @property
    def deadline(self) -> datetime | None:
        """When the offer under way expires."""
        return self.instant("deadline")

    @property
    def first_month(self) -> Month:
        """The first month that an offer made today can still lead to."""
        return queue.first_month(self.today, self.settings["offers.days"], self.settings["entry.lead_days"])

    def next_free(self, month: Month) -> Month:
        """The first later month with a free place; the next one when none has any."""
        later = max(month.next(), self.first_month)
        return min((one for one, places in self.free.items() if one >= later and places > 0), default=later)

    def ahead(self, month: Month) -> int:
        """How many people of the line come before, for a month."""
        return queue.people_ahead(self.line, self.case, month)

    @property
    def recorded_at(self) -> datetime:
        """When somebody, not the clock, last recorded anything here, notes and messages too."""
        taken: Mapping[str, str] = self.memory.get("taken", {})
        stamps = [datetime.fromisoformat(stamp) for step, stamp in taken.items() if step not in CLOCK_STEPS]
        return max([self.moved, *stamps])

    @property
    def active_at(self) -> datetime:
        """When the person last did something, saving a page included."""
        return max(self.moved, self.drafted_at or self.moved)

    @property
    def by_person(self) -> bool:
        """Whether the person of the dossier acts."""
        return bool(self.actor) and self.actor == self.person

    def rank_after_stepping_back(self) -> datetime:
        """The rank date after giving up `offers.step_back` ranks."""
        mine = self.instant("rank_from") or self.now
        others = [one.rank_from for one in self.line if one.case != self.case and not one.paused]
        return queue.steps_back(others, mine, self.settings["offers.step_back"])

    @property
    def not_before(self) -> Month | None:
        """The month before which the person asked not to enter."""
        stamp = self.memory.get("not_before")
        return Month.parse(stamp) if stamp else None

    @property
    def erased_on(self) -> date | None:
        """The day answers go if nothing more happens: a silent draft's, or a closed application's (`keep.refused`)."""
        if self.state == "draft":
            return paris_day(self.active_at + timedelta(days=self.settings["draft.close_days"]))
        return delay_end(self.today, self.settings["keep.refused"]) if self.taken("submit") else None

    @property
    def deadline_of_an_offer(self) -> datetime:
        """When an offer made now expires: `offers.days` after the Paris day its letter leaves."""
        leaves = self.now + timedelta(minutes=self.settings["undo.minutes"])
        return offer_deadline(leaves, self.settings["offers.days"])

    def day_after_meeting(self, meeting: str) -> date:
        """The day after an information meeting."""
        at = self.meeting_times.get(meeting, self.now)
        return paris_day(at) + timedelta(days=1)

    @property
    def away_too_long(self) -> bool:
        """The pause has lasted beyond `pause.rank_days`: the rank is no longer kept."""
        begun = self.day("paused_on") or self.today
        return (self.today - begun).days > int(self.settings["pause.rank_days"])

    def letter_values(self) -> dict[str, Any]:
        """What letters print: rank, total, forecast, the answer's deadline, the day answers are erased, pages left."""
        values: dict[str, Any] = {
            "rank": None, "total": None, "forecast": "", "deadline": self._answer_by(), "erased_on": self._erased_on(),
            "pages_left": len(self.pages_left), "pages_total": len(self.pages) + len(self.pages_left),
        }
        if self.capped and (self.state == "review" or (self.state in RANKED and self.memory.get("admitted_at"))):
            candidates = self._with_me()
            ranks = queue.ranks(candidates)
            values |= {"rank": ranks.get(self.case), "total": len(ranks), "forecast": self._forecast(candidates)}
        return values

    def _answer_by(self) -> date | None:
        """By when the circle reads, or the person answers an offer."""
        if self.state in ("draft", "deferred"):
            return add_working_days(self.today, self.settings["admission.file_days"])
        deadline = self.deadline or (self.deadline_of_an_offer if self.state == "waiting" else None)
        return paris_day(deadline) if deadline else None

    def _erased_on(self) -> date | None:
        """When answers are erased: an unsent draft when it lapses, a sent application `keep.refused` months later."""
        if self.state in ("contact", "meeting", "draft"):
            return paris_day(self.active_at) + timedelta(days=self.settings["draft.close_days"])
        return delay_end(self.today, self.settings["keep.refused"])

    def _with_me(self) -> list[Candidate]:
        """The waiting list with this case in it, where it would stand."""
        if any(one.case == self.case for one in self.line):
            return list(self.line)
        last = self.away_too_long or self.state in ("withdrawn", "lapsed")
        rank_from = None if last else self.instant("rank_from")
        mine = Candidate(case=self.case, rank_from=rank_from or self.now, completed_on=self.day("completed_on"),
                         not_before=self.not_before)
        return [*self.line, mine]

    def _forecast(self, candidates: Sequence[Candidate]) -> str:
        """« entre janvier 2027 et février 2027 », or « dans plus d’un an »."""
        shown = queue.forecast(
            candidates, self.free, self.today, self.settings["offers.days"], self.settings["entry.lead_days"],
            self.settings["forecast.spread"]).get(self.case)
        return between(*shown) if shown else "dans plus d’un an"


def between(first: Month, last: Month) -> str:
    """« entre février et mars 2027 », « entre décembre 2026 et janvier 2027 »."""
    name = MONTHS[first.month - 1] if first.year == last.year else first.label
    return Sentence.read_as(f"entre {name} et {last.label}", "entre {first} et {last}", first=first.label, last=last.label)
