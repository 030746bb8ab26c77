"""What an admission remembers after each step: ids, ISO dates, numbers, flags; never what people wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from workflows.admission.facts import Facts
from workflows.admission.forms import NONE_SUITS
from workflows.calendar import paris_day, start_of_paris_day
from workflows.contracts import signed_or_in_force
from workflows.grammar import Answers
from workflows.queue import draw

Kept = dict[str, Any]

NO_PLACE: Kept = {"month": None, "deadline": None}
"""What the case forgets with its place."""
NO_PAUSE: Kept = {"paused_on": None, "paused_until": None}
"""What the case forgets with its pause."""


def told_age(_: Facts, answers: Answers) -> Kept:
    """The age band told at first contact."""
    return {"age": answers.get("age") or None}


# Information meeting -------------------------------------------------------------------------------------------------


def booked(facts: Facts, answers: Answers) -> Kept:
    """The meeting chosen; someone is expected there."""
    at = facts.meeting_times.get(answers["meeting"])
    return {"meeting": answers["meeting"], "meeting_at": at.isoformat() if at else None, "attendance": None}


def came(facts: Facts, _: Answers) -> Kept:
    """Present."""
    return {"attendance": "present"} if facts.memory.get("meeting") else {}


def missed(_: Facts, answers: Answers) -> Kept:
    """Absent or excused."""
    return {"attendance": answers["absence"]}


def no_seat(facts: Facts, _: Answers) -> Kept:
    """Nobody is expected any more: the seat is free."""
    waiting = facts.state == "meeting" and not facts.memory.get("attendance")
    return {"attendance": "excused"} if waiting else {}


# Reading and deciding ------------------------------------------------------------------------------------------------


def sent(facts: Facts, answers: Answers) -> Kept:
    """The application was sent: its day, and the age band if it asked it."""
    return {"sent_on": facts.today.isoformat(), "age": answers.get("age") or facts.age or None}


def read_by(facts: Facts, answers: Answers) -> Kept:
    """Who reads, and who of the circle has a link with the person."""
    linked = facts.conflicts | set(answers.get("linked") or ())
    return {"readers": list(answers["people"]), "conflicts": sorted(linked)}


def file_accepted(facts: Facts, answers: Answers) -> Kept:
    """The day the file was complete; the review begins without a round."""
    return {**read_by(facts, answers), "completed_on": facts.today.isoformat(), **review_begins(facts, answers)}


def review_begins(_: Facts, __: Answers) -> Kept:
    """Entering the review closes any earlier round."""
    return {"round": None}


def dates_offered(_: Facts, answers: Answers) -> Kept:
    """The dates proposed for the interview."""
    days: list[date] = [answers[name] for name in ("first", "second", "third")]
    return {"interview": {"proposed": [day.isoformat() for day in sorted(days)]}}


def date_chosen(facts: Facts, answers: Answers) -> Kept:
    """The date that suits, or none of them."""
    if answers["date"] == NONE_SUITS:
        return {"interview": None}
    return {"interview": {**(facts.memory.get("interview") or {}), "chosen": answers["date"]}}


def interview_recorded(facts: Facts, _: Answers) -> Kept:
    """Who has recorded an interview."""
    return {"interviews": {**facts.interviews, facts.actor: facts.now.isoformat()}}


def met(memory: Mapping[str, Any]) -> set[str]:
    """What is behind in the review: no date is proposed once one is, or once they met; each is asked for once."""
    noted: Mapping[str, str] = memory.get("interviews") or {}
    done = {"propose_interview": bool(noted or memory.get("interview")),
            "record_interview": bool(noted) and set(memory.get("readers", ())) <= set(noted),
            "check_support": bool(memory.get("support_check")), "propose": bool(memory.get("round"))}
    return {step for step, is_behind in done.items() if is_behind}


def checked_by_support(facts: Facts, answers: Answers) -> Kept:
    """Support has answered; whether an insurer covers the activity, whether a diploma is needed."""
    return {
        "support_check": facts.now.isoformat(), "insured": answers["insurable"] in ("yes", "conditions"),
        "regulated": answers["regulated"],
    }


def proposed(facts: Facts, answers: Answers) -> Kept:
    """A new round, its decision and who proposed it."""
    number = int(facts.memory.get("rounds", 0)) + 1
    opened = {"n": number, "proposed": answers["decision"], "by": facts.actor, "opened": facts.now.isoformat(),
              "opinions": {}, "lifted": []}
    return {"rounds": number, "round": opened}


def opinion_given(facts: Facts, answers: Answers) -> Kept:
    """One opinion a person and a round: a later one replaces it, and opens again an objection that was lifted."""
    if not facts.round:
        return {}
    opinions = {**facts.round["opinions"],
                facts.actor: {"verdict": answers["opinion"], "at": facts.now.isoformat()}}
    lifted = [who for who in facts.round["lifted"] if who != facts.actor]
    return {"round": {**facts.round, "opinions": opinions, "lifted": lifted}}


def objection_lifted(facts: Facts, _: Answers) -> Kept:
    """The author's objection no longer stands."""
    if not facts.round:
        return {}
    return {"round": {**facts.round, "lifted": [*facts.round["lifted"], facts.actor]}}


def admitted(facts: Facts, _: Answers) -> Kept:
    """Admission date-time, rank and validity, from now; a person enrolled from the waiting list keeps theirs."""
    now = facts.now.isoformat()
    return {
        "admitted_at": facts.memory.get("admitted_at") or now, "rank_from": facts.memory.get("rank_from") or now,
        "valid_from": facts.memory.get("valid_from") or facts.today.isoformat(), "reason": None,
    }


def decided(_: Facts, answers: Answers) -> Kept:
    """The code of the reason."""
    return {"reason": answers.get("reason") or None}


def admission_undone(_: Facts, __: Answers) -> Kept:
    """The study opens again: rank, validity, place and round are forgotten."""
    return {"admitted_at": None, "rank_from": None, "valid_from": None, "round": None, **NO_PLACE}


# Waiting, offers, pauses ---------------------------------------------------------------------------------------------


def reconfirmed(facts: Facts, _: Answers) -> Kept:
    """The person still wants to come."""
    return {"confirmed_on": facts.today.isoformat()}


def updated(facts: Facts, _: Answers) -> Kept:
    """The admission is valid again for `admission.valid_months`."""
    return {"valid_from": facts.today.isoformat()}


def month_asked(_: Facts, answers: Answers) -> str:
    """The entry month of the form."""
    return str(answers["month"])


def offered(facts: Facts, answers: Answers) -> Kept:
    """The month, and a deadline fixed now: `offers.days` after the letter leaves."""
    ends = facts.deadline_of_an_offer
    month = month_asked(facts, answers)
    return {"month": month, "offered_month": month, "deadline": ends.isoformat(), "out_of_turn": None, "motive": None}


def offered_out_of_turn(facts: Facts, answers: Answers) -> Kept:
    """An exception, with the code of its reason."""
    return {**offered(facts, answers), "out_of_turn": True, "motive": answers["motive"]}


def accepted(_: Facts, __: Answers) -> Kept:
    """The offer has no deadline any more; the papers are to be sent for this entry."""
    return {"deadline": None}


def refused(facts: Facts, _: Answers) -> Kept:
    """One more refusal."""
    return {**NO_PLACE, "refusals": int(facts.memory.get("refusals", 0)) + 1}


def postponed(facts: Facts, answers: Answers) -> Kept:
    """The month before which the person does not enter; the rank is kept."""
    return {**NO_PLACE, "not_before": str(answers["month"]),
            "postponements": int(facts.memory.get("postponements", 0)) + 1}


def place_forgotten(_: Facts, __: Answers) -> Kept:
    """No place, no deadline."""
    return dict(NO_PLACE)


def unanswered(facts: Facts, _: Answers) -> Kept:
    """One more offer left without answer."""
    ended = paris_day(facts.deadline).isoformat() if facts.deadline else None
    return {**NO_PLACE, "silences": int(facts.memory.get("silences", 0)) + 1, "expired_on": ended}


def unanswered_twice(facts: Facts, answers: Answers) -> Kept:
    """The second silence pauses."""
    return {**unanswered(facts, answers), **paused_by_clock(facts, answers)}


def paused(facts: Facts, answers: Answers) -> Kept:
    """From today until the day asked for."""
    return {"paused_on": facts.today.isoformat(), "paused_until": answers["until"].isoformat()}


def paused_by_clock(facts: Facts, _: Answers) -> Kept:
    """From today until the rank stops being kept, `pause.rank_days` later."""
    until = facts.today + timedelta(days=facts.settings["pause.rank_days"])
    return {"paused_on": facts.today.isoformat(), "paused_until": until.isoformat()}


def resumed(facts: Facts, _: Answers) -> Kept:
    """The rank is kept for `pause.rank_days`; later it is that of the day of resuming."""
    return {**NO_PAUSE, **({"rank_from": facts.now.isoformat()} if facts.away_too_long else {})}


def study_resumed(_: Facts, __: Answers) -> Kept:
    """Back in review: the earlier round is closed."""
    return {**NO_PAUSE, "round": None}


# Entry ---------------------------------------------------------------------------------------------------------------


CONFIRM_IBAN = "Confirmer de vive voix le nouvel IBAN, avant de s’en servir"
"""What the accounts do before a changed account serves."""


def iban_changed(facts: Facts, answers: Answers) -> bool:
    """Whether the account where pay goes is another one than in the papers sent before (TRUST 3.17)."""
    return bool(facts.papers_before.get("iban")) and facts.papers_before["iban"] != answers.get("iban")


def papers_sent(facts: Facts, answers: Answers) -> Kept:
    """What a contract depends on: hours of another job, end of the permit, what is missing."""
    given = {
        "papers": True,
        "guardians": facts.age != "minor" or is_given(answers.get("guardians_paper")),
        "diploma": facts.memory.get("regulated") != "missing" or is_given(answers.get("diploma")),
    }
    permit = answers.get("paper_until") if answers.get("paper") == "permit" else None
    return {"entry": {
        "sent_on": facts.today.isoformat(),
        "hours": int(answers.get("other_job_hours") or 0),
        "part_time_proof": is_given(answers.get("part_time_proof")),
        "permit_until": str(permit) if permit else None,
        "guardians": is_given(answers.get("guardians_paper")),
        "missing": [piece for piece, there in given.items() if not there],
        "iban_changed": iban_changed(facts, answers),  # looked at before the new papers are written
    }}


def month_changed(facts: Facts, answers: Answers) -> Kept:
    """Another entry month."""
    return {"month": month_asked(facts, answers), "missed": None}


def given_back(facts: Facts, answers: Answers) -> Kept:
    """The rank is kept; taken by the person it counts as a refusal, free ones first, then it costs ranks."""
    if not facts.by_person:
        return dict(NO_PLACE)
    free = int(facts.memory.get("refusals", 0)) < int(facts.settings["offers.free_refusals"])
    cost = {} if free else {"rank_from": facts.rank_after_stepping_back().isoformat()}
    return {**refused(facts, answers), **cost}


def month_missed(facts: Facts, _: Answers) -> Kept:
    """A contract is signed: the missed month is told once."""
    return {"missed": str(facts.month)}


# Transfer, return, take-over -----------------------------------------------------------------------------------------


def transfer_begun(_: Facts, __: Answers) -> Kept:
    """This admission is a transfer from KPA-Cité."""
    return {"transfer": True}


def transferred(facts: Facts, _: Answers) -> Kept:
    """The contract that goes on under the principale."""
    running = [one.case for one in signed_or_in_force(facts.contracts, facts.today) if one.kind == "cape"]
    return {"cape": running[0] if running else None}


def agreed(facts: Facts, _: Answers) -> Kept:
    """The person may be written to again for two years."""
    return {"stay_in_touch": facts.today.isoformat()}


def rank_from_today(facts: Facts, _: Answers) -> Kept:
    """A reopened admission waits from now."""
    return {"rank_from": facts.now.isoformat()}


def closed(facts: Facts, answers: Answers) -> Kept:
    """No place, no seat, no pause; the state it was in, for the statistics."""
    return {**NO_PLACE, **no_seat(facts, answers), "left_from": facts.state, **NO_PAUSE}


def unsent(facts: Facts, _: Answers) -> bool:
    """The person leaves a draft that was never sent; what the circle does may still be undone, and erases nothing."""
    return facts.by_person and facts.taken("submit") is None


def taken_over(facts: Facts, answers: Answers) -> Kept:
    """Someone already admitted elsewhere waits since the day given, or has already joined.

    Only the day is known: a draw orders those of the same day, its seed kept beside its number (JOURNEY §8).
    """
    since: date = answers["since"]
    begins, number = start_of_paris_day(since), draw(facts.case)
    kept = {"admitted_at": begins.isoformat(), "valid_from": since.isoformat(), "insured": True,
            "support_check": begins.isoformat()}
    if answers["stage"] != "waiting":
        return kept
    return kept | {"rank_from": (begins + timedelta(microseconds=number)).isoformat(), "completed_on": since.isoformat(),
                   "draw": {"seed": facts.case, "number": number}}


def is_given(piece: Any) -> bool:
    """Whether a piece was added, rather than told to be missing."""
    return bool((piece or {}).get("piece"))


def next_readers(facts: Facts, answers: Answers) -> list[str]:
    """Readers who were not reading yet."""
    return [who for who in answers["people"] if who not in facts.readers]


def same_readers(facts: Facts, answers: Answers) -> list[str]:
    """Readers who go on and have not recorded their interview."""
    return [who for who in answers["people"] if who in facts.readers and who not in facts.interviews]


def readers_deadline(facts: Facts, _: Answers) -> date:
    """The day by which the first readers were asked to have met the person."""
    begun = facts.day("completed_on") or facts.today
    return begun + timedelta(days=facts.settings["admission.interview_days"])
