"""What a view of the board asks for, read from its address, and the columns that answer it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import url_for

import workflows
from intake import moment, words
from intake.access import me
from intake.models import cards
from intake.models.cards import Card, Wanted
from intake.models.people import Antenna
from intake.models.places import of_months
from intake.stages import STAGES, Stage, days_without_contact, paper_missing
from workflows.calendar import Month, paris_day

COLUMN = 12
"""Cards of one column at first; the table shows them all, page by page."""
MINE, STALLED, ALONE, NEXT_MONTH = "mes-dossiers", "a-relancer", "sans-binome", "entrees"


@dataclass(frozen=True)
class Asked:
    """What an address asks for, in the words of the form and in those of the tables."""

    q: str
    antenne: str
    vue: str
    wanted: Wanted

    def address(self, **more: str) -> str:
        """These filters as an address, without « ? »."""
        said = {"q": self.q, "antenne": self.antenne, "vue": self.vue, **more}
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.q or self.vue)


@dataclass(frozen=True)
class Shown:
    """A card as it reads: at most one pill, one dated fact."""

    uid: str
    name: str
    href: str
    lines: tuple[str, ...]
    fact: str
    stalled: bool
    pill: str
    number: str
    rank: str = ""


@dataclass(frozen=True)
class Column:
    """A stage, its first cards, how many there are."""

    stage: Stage
    cards: tuple[Shown, ...]
    count: str
    more: bool
    empty: str


def ask(args: Mapping[str, str], seen: Collection[Antenna]) -> Asked:
    """What the address asks, within the antennas one reads."""
    code, vue = args.get("antenne", ""), args.get("vue", "")
    antennas = [one for one in seen if one.code == code] or list(seen)
    today = moment.today()
    wanted = Wanted(
        antennas=tuple(one.id for one in antennas), search=args.get("q", "").strip()[:200],
        follower=me().uid if vue == MINE else "", stalled=vue == STALLED, alone=vue == ALONE,
        month=str(Month.of(today).next()) if vue == NEXT_MONTH else "", now=moment.now(), today=today)
    return Asked(wanted.search, code, vue, wanted)


def stages_of(asked: Asked) -> tuple[Stage, ...]:
    """The stages a view shows: who has no peer is looked for from the accepted offer on."""
    return STAGES[3:] if asked.vue == ALONE else STAGES


def columns_of(asked: Asked) -> list[Column]:
    """Every column of a view; those left alone for longest first."""
    return [column(stage, asked) for stage in STAGES]


def column(stage: Stage, asked: Asked) -> Column:
    """A column: its first cards, those nobody was in touch with before the others, and how many there are (« 50+ » beyond)."""
    if stage not in stages_of(asked):
        return Column(stage, (), "0", False, empty_of(stage, asked))
    if stage.name == "liste-d-attente":
        return _by_rank(stage, asked)
    page = cards.page(asked.wanted, [stage], sort=stage.sort, most=COLUMN)
    return Column(stage, tuple(shown(one, asked) for one in page.cards), page.count, bool(page.next), empty_of(stage, asked))


def _by_rank(stage: Stage, asked: Asked) -> Column:
    """The waiting list: by rank, once those without news for too long are told (B9)."""
    quiet = cards.page(replace(asked.wanted, stalled=True), [stage], sort="rang", most=COLUMN).cards
    told = {one.id for one in quiet}
    page = cards.page(asked.wanted, [stage], sort="rang", most=COLUMN + len(quiet))
    line = [*quiet, *(one for one in page.cards if one.id not in told)]
    ranks = cards.ranks(asked.wanted.antennas)
    return Column(stage, tuple(shown(one, asked, ranks.get(one.id, 0)) for one in line[:COLUMN]), page.count,
                  bool(page.next) or len(line) > COLUMN, empty_of(stage, asked))


def shown(one: Card, asked: Asked, rank: int = 0) -> Shown:
    """A card in words."""
    state = workflows.ALL["admission"].state[one.state]
    first = next((stage.states[0] for stage in STAGES if one.state in stage.states), one.state)
    fact, stalled = fact_of(one, asked.wanted)
    lines = (" · ".join(part for part in (one.activity, one.town) if part), f"Binôme : {one.peer}" if one.peer else "")
    return Shown(one.case, one.name, url_for("dossier.summary", uid=one.dossier), tuple(line for line in lines if line),
                 fact, stalled, state.label if one.state != first else "", one.number, words.rank(rank) if rank else "")


def fact_of(one: Card, wanted: Wanted) -> tuple[str, bool]:
    """(the one dated fact of a card, whether it says that nothing moves)."""
    if paper_missing(one.state, one.month, wanted.today):
        return "Une pièce manque", True
    days = days_without_contact(one.state, one.moved_at, wanted.now)
    if days:
        return f"Sans nouvelle depuis {days} jours", True
    if one.asked:
        return "Complément attendu", False
    if one.month and one.state != "joined":
        return f"Entrée en {words.month(one.month)}", False
    if one.entered_at is None:
        return "", False
    if one.state == "submitted":
        return f"Reçue {day_said(one.entered_at, wanted)}", False
    waited = (wanted.today - paris_day(one.entered_at)).days
    if one.state == "waiting" and waited > 1:
        return f"Depuis {waited} jours", False
    return f"Depuis le {words.near_day(one.entered_at, wanted.today)}" if waited else "Depuis aujourd’hui", False


def day_said(at: datetime, wanted: Wanted) -> str:
    """« aujourd’hui », « hier », « le 3 mars »."""
    days = (wanted.today - paris_day(at)).days
    return {0: "aujourd’hui", 1: "hier"}.get(days, f"le {words.near_day(at, wanted.today)}")


def empty_of(stage: Stage, asked: Asked) -> str:
    """What an empty column says: nothing yet, or a filter that is too narrow."""
    if asked.filtered:
        return "Personne ici avec ces filtres."
    if stage.name != "entree-prevue":
        return stage.empty
    month = Month.of(asked.wanted.today).next()
    return f"Aucune entrée prévue en {words.month(month)}."


def version_of(columns: list[Column]) -> str:
    """What tells whether a board still reads the same."""
    said = repr([(one.count, one.more, [asdict(card) for card in one.cards]) for one in columns])
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def months_line(seen: Collection[Antenna]) -> list[str]:
    """« Entrées de décembre : 1 place sur 2 attribuée · Entrées de janvier : 0 sur 2 », for the capped antennas one reads."""
    this = Month.of(moment.today())
    capped = [antenna for antenna in seen if antenna.capped == "yes"]
    found = []
    for antenna in capped:
        name = f" ({antenna.name})" if len(capped) > 1 else ""
        for month, places in of_months(antenna, str(this), str(this.next())).items():
            given = places.get("accepted", 0) + places.get("used", 0) + places.get("held", 0)
            total = given + places.get("free", 0)
            plural = "s" if given > 1 else ""
            found.append(f"Entrées {words.de_month(month)}{name} : {given} place{plural} sur {total} attribuée{plural}")
    return found


def presets(asked: Asked) -> list[dict[str, Any]]:
    """The views that everyone has: label, address, whether it is the one shown."""
    month = words.de_month(Month.of(asked.wanted.today).next()).split("\u00a0")[0]
    stalled = cards.count_of(replace(asked.wanted, search="", follower="", alone=False, month="", stalled=True), STAGES)
    named = (("", "Toutes"), (MINE, "Mes dossiers"), (STALLED, f"À relancer ({stalled})"), (ALONE, "Sans binôme"),
             (NEXT_MONTH, f"Entrées {month}"))
    return [{"label": label, "current": vue == asked.vue,
             "href": f"{url_for('board.stages')}?{replace(asked, vue=vue).address()}".rstrip("?")} for vue, label in named]
