"""What every column is kept for, how sensitive it is, how long, whether it is handed over and what erasure does (TRUST 2.31).

One table. A column stands in the list of its kind, and the kind decides:

    kind       handed over   erased    is
    plain      no            no        identifiers, versions, hashes: nothing about anybody
    fact       yes           no        dates, states, codes: what events tell, and what counts are made of
    personal   yes           yes       names, addresses, words
    sealed     yes           yes       the same, encrypted at rest: identity, bank, notes, signatures, files
    hidden     no            yes       tokens, digest keys, second factors; what would open a door

A column that stands in no list fails the build: `tests/models/test_tags.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from intake.models.base import Model

Rows = Literal["stay", "blank", "delete"]
KINDS: Final = ("plain", "fact", "personal", "sealed", "hidden")


@dataclass(frozen=True)
class Age:
    """Rows that leave by their own age, without notice: how long, counted from which column."""

    since: str
    months: str | int = 0
    """A number, or the name of a setting in months."""
    days: int = 0
    blank: tuple[str, ...] = ()
    """Only these columns are emptied; else the row goes."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One table."""

    purpose: str
    until: str
    """The clock that ends it, in words: `docs/data.md`."""
    owner: tuple[str, ...] = ()
    """How its rows are somebody's: columns that lead to a person, `case.dossier.person`."""
    about: tuple[str, ...] = ()
    """How they speak of somebody too: erased with them, not handed over (a letter to someone else)."""
    rows: Rows = "stay"
    """What erasure does: rows stay as they are, lose what is personal, or go."""
    age: Age | None = None
    plain: str = ""
    fact: str = ""
    personal: str = ""
    sealed: str = ""
    hidden: str = ""

    def columns(self, *kinds: str) -> list[str]:
        """The columns of some kinds."""
        return [name for kind in kinds for name in getattr(self, kind).split()]

    @property
    def handed_over(self) -> list[str]:
        """What someone gets of their own rows."""
        return self.columns("fact", "personal", "sealed")

    @property
    def erased(self) -> list[str]:
        """What erasure empties."""
        return self.columns("personal", "sealed", "hidden")


DOSSIER = ("dossier.person",)
CASE = ("case.dossier.person",)
WALK, RELATION, LOG = "the clock of its dossier", "the relation, then the archive", "12 months"
HOUSE = "as long as the house"
YEAR = 12


class Untagged(KeyError):
    """A table that `tags.py` does not know: nothing may be handed over, erased or kept as long as it says nothing."""


class Tags(dict[str, Kept]):
    """The tables by their name."""

    def __missing__(self, table: str) -> Kept:
        """Say what to do."""
        raise Untagged(f"tag every column of the table {table} in intake/models/tags.py")


TABLES: Final = Tags({
    # Who, and what they may do
    "person": Kept(
        purpose="know who applies, write to them", until=RELATION, owner=("id",), rows="blank",
        plain="uid disabled_at", fact="language died_on created_at",
        personal="first_name last_name usual_name email phone trade"),
    "role_grant": Kept(
        purpose="say who may do what", until=RELATION, owner=("person",), rows="blank", plain="person granted_by",
        fact="role antenna since until", personal="reason"),
    "role_asked": Kept(
        purpose="have a role confirmed by a second person", until=RELATION, owner=("person",), rows="blank",
        plain="uid person asked_by confirmed_by", fact="role antenna until asked_at confirmed_at", personal="reason"),
    "commitment": Kept(
        purpose="prove confidentiality was promised", until=RELATION, owner=("person",), plain="person recorded_by",
        fact="signed_on"),
    "mandate": Kept(
        purpose="prove who may sign", until=RELATION, owner=("person",), plain="person recorded_by",
        fact="since until reference"),
    "factor": Kept(
        purpose="sign the team in safely", until=RELATION, owner=("person",), rows="delete", plain="uid person",
        fact="kind label added_at used_at", hidden="secret counter"),
    "recovery_code": Kept(
        purpose="sign the team in when a device is lost", until=RELATION, owner=("person",), rows="delete", plain="person",
        fact="used_at", hidden="code"),
    "wrong_answer": Kept(
        purpose="slow guessing down", until="the next step that passes", owner=("person",), rows="delete", plain="person",
        fact="at"),
    "factor_reset": Kept(
        purpose="have a lost second step begun again by two people", until=RELATION, owner=("person",), rows="blank",
        plain="uid person asked_by confirmed_by", fact="asked_at confirmed_at", personal="reason"),
    "feed": Kept(
        purpose="bring one’s dates to one’s own agenda", until="until its person stops it", owner=("person",), rows="delete",
        plain="person", fact="made_at", hidden="token"),
    "session": Kept(
        purpose="stay signed in", until=LOG, owner=("person",), rows="delete", age=Age("ends_at", months=YEAR),
        plain="person", fact="begun_at ends_at revoked_at second_step_at path", hidden="token challenge"),
    "sign_in_request": Kept(
        purpose="sign in by letter, stop guessing", until=LOG, owner=("person",), rows="delete",
        age=Age("made_at", months=YEAR), plain="uid person suite tries", fact="made_at ends_at used_at",
        personal="address", hidden="browser network"),
    "sign_in_secret": Kept(
        purpose="sign in by letter", until=LOG, owner=("request.person",), rows="delete",
        age=Age("made_at", months=YEAR), plain="request made_at", hidden="token code"),

    # The walk
    "dossier": Kept(
        purpose="follow one person’s road", until="its clock; number, dates and decisions stay", owner=("person",),
        rows="blank", plain="uid person head events peer erased_at", fact="number antenna opened_at held_until",
        personal="activity town held_for"),
    "dossier_word": Kept(
        purpose="find a dossier by any of its words", until=WALK, owner=DOSSIER, rows="delete", plain="dossier", hidden="word"),
    "case": Kept(
        purpose="know where the road stands", until="its clock; dates and codes stay", owner=DOSSIER,
        plain="uid dossier version due_at opened_by antenna follower",
        fact="workflow state memory rank_at entered_at moved_at"),
    "event": Kept(
        purpose="tell who did what, unaltered", until="stays: it holds no personal text", owner=DOSSIER,
        plain="uid dossier case actor cause key subject fingerprint digest previous hash",
        fact="step before after role made_at effective_on number"),
    "house": Kept(purpose="chain the house’s events", until=HOUSE, plain="head events"),
    "answers": Kept(
        purpose="study, decide, prepare, follow", until=WALK, owner=CASE, rows="blank", plain="event case",
        personal="text", sealed="sealed", hidden="salt posted undo"),
    "draft_page": Kept(
        purpose="lose nothing that is being typed", until="`lapse`, `withdraw`", owner=CASE, rows="delete",
        plain="case turn sheet", fact="page complete saved_at", personal="typed answers", sealed="sealed"),
    "pending_version": Kept(
        purpose="lose nothing posted after a sign-in ended", until="identification, or 30 days", owner=("person",),
        rows="delete", age=Age("made_at", days=30), plain="uid person case path", fact="made_at", sealed="typed"),
    "piece": Kept(
        purpose="check what was told", until=WALK, owner=DOSSIER, rows="delete", plain="uid dossier added_by",
        fact="media_type size added_at removed_at", personal="title filename", sealed="content"),
    "paper": Kept(
        purpose="prove what was signed", until="contract, then 5 years in the archive", owner=CASE, rows="delete",
        plain="uid case event made_by template", fact="kind sha256 made_at", personal="content parts"),
    "sealed_paper": Kept(
        purpose="prove what was signed", until="contract, then 5 years in the archive", owner=("paper.case.dossier.person",),
        rows="delete", plain="uid paper event certificate", fact="sha256 made_at", sealed="content"),
    "signing_request": Kept(
        purpose="sign by a personal link, a reading and a code", until=WALK, owner=CASE, rows="delete",
        plain="uid case event person document code_by codes tries", fact="opened_at code_at signed_at",
        personal="opened_from opened_with read told_how", hidden="code"),
    "task": Kept(
        purpose="forget nothing", until=WALK, owner=DOSSIER, rows="delete",
        plain="uid dossier case antenna person closes_with opened_by closed_by tells notice rings_on rings_later",
        fact="role due_on closed_at",
        personal="sentence"),
    "rank_line": Kept(
        purpose="say why a rank worsened", until=WALK, owner=CASE, rows="delete", plain="case",
        fact="day before rank", personal="sentence"),
    "served_line": Kept(
        purpose="say why a place went to whom", until=WALK, owner=CASE, rows="delete", plain="antenna case event",
        fact="made_at kind month", personal="sentence"),
    "place": Kept(
        purpose="keep the cap", until=HOUSE, owner=("holder.dossier.person",), plain="antenna rank holder",
        fact="month status"),
    "seat": Kept(
        purpose="expect people at a meeting", until=WALK, owner=CASE, plain="meeting case", fact="status"),
    "letter": Kept(
        purpose="tell people", until="body 30 days; the rest, the clock of its dossier", owner=("recipient",), about=DOSSIER,
        rows="delete", age=Age("written_at", days=30, blank=("body",)),
        plain="uid dossier cause event recipient message_id not_before next_try tries", fact="template occasion language "
        "status written_at sent_at", personal="address subject body problem"),

    # The team’s board
    "presence": Kept(
        purpose="tell who else reads a dossier now", until="75 seconds", owner=("person",), about=DOSSIER, rows="delete",
        age=Age("at", days=1), plain="person dossier", fact="at"),
    "read_mark": Kept(
        purpose="mark what is new to a reader", until=WALK, owner=("person",), about=DOSSIER, rows="delete",
        plain="person dossier number", fact="at"),
    "saved_view": Kept(
        purpose="open the board as one likes it", until=RELATION, owner=("person",), rows="delete", plain="uid person",
        fact="shared saved_at", personal="name query"),
    "board_export": Kept(
        purpose="hand a list over to whoever asked for it", until="24 hours", owner=("person",), rows="delete",
        age=Age("asked_at", days=30), plain="uid person cases done", fact="format status asked_at ready_at", hidden="content"),

    # Around the walk
    "attendance": Kept(
        purpose="know who came", until="`keep.attendance`", owner=("person",), rows="delete",
        age=Age("at", months="keep.attendance"), plain="journee person", fact="half status how at noted_at"),
    "handover": Kept(
        purpose="go on at home with what was begun at the tablet", until=LOG, owner=DOSSIER, rows="delete",
        age=Age("ends_at", months=YEAR), plain="dossier direct", fact="ends_at used_at", hidden="token"),
    "badge": Kept(
        purpose="sign at the tablet", until=RELATION, owner=("person",), rows="delete", plain="person", fact="made_at",
        hidden="number code"),
    "unknown_name": Kept(
        purpose="find whose a name is", until="settled, or `keep.attendance`", owner=("person",), rows="delete",
        age=Age("at", months="keep.attendance"), plain="uid journee key person settled_by", fact="half how at settled_at",
        sealed="name"),
    "slot": Kept(
        purpose="meet someone at a journée", until="`keep.attendance`", owner=("person",), rows="delete",
        age=Age("booked_at", months="keep.attendance"),
        plain="uid journee key host person", fact="hour booked_at", sealed="guest"),
    "slot_wish": Kept(
        purpose="meet someone, asked without network", until="`keep.attendance`", owner=("person",), rows="delete",
        age=Age("asked_at", months="keep.attendance"), plain="uid journee key person",
        fact="choices asked_at settled_at", sealed="guest"),
    "irritant": Kept(
        purpose="hear what is difficult, without its author", until="`keep.irritant`", age=Age("day", months="keep.irritant"),
        plain="uid key text subject day answer answered_on answered_by"),
    "kiosk_entry": Kept(
        purpose="lose nothing a tablet noted", until="applied; the envelope, 12 months", age=Age("received_at", months=YEAR),
        plain="key device sequence device_time made_at received_at version sealed_to sealed digest status kind tries outcome "
        "reason resolved_by resolved_at"),
    "anonymous_entry": Kept(
        purpose="lose nothing a tablet noted", until="`keep.irritant`", age=Age("day", months="keep.irritant"),
        plain="key day version sealed_to sealed digest status"),
    "kiosk_key": Kept(purpose="open what tablets sealed", until=HOUSE, plain="uid public private made_at"),
    "device": Kept(
        purpose="know the tablets", until=HOUSE,
        plain="uid name place help_name token next_token pin paired_at paired_by seen_at revoked_at revoked_by opened_on "
        "closed_on waiting to_check irritants last_sequence late wrong_codes wrong_since"),
    "pairing": Kept(
        purpose="pair a tablet", until=LOG, age=Age("made_at", months=YEAR),
        plain="code secret network made_at ends_at tries device approved_at used_at"),

    # Brands
    "brand": Kept(purpose="know the collective brands", until=HOUSE, plain="uid name kind referent made_at"),
    "brand_member": Kept(
        purpose="know who shares a brand, and under which convention", until=RELATION, owner=("person",), rows="blank",
        plain="uid brand person convention", fact="since until opinion opinion_on", personal="words"),
    "convention": Kept(
        purpose="prove how a shared activity splits pay", until=HOUSE,
        plain="uid brand signed_on split media_type size added_by added_at", hidden="filename content"),

    # The house
    "round": Kept(purpose="say when the clock is late", until=HOUSE, plain="name at"),
    "antenna": Kept(purpose="an intake track", until=HOUSE, plain="code name programme prefix capped"),
    "setting_value": Kept(
        purpose="settings, dated", until=HOUSE, plain="name antenna value since reason changed_by changed_at"),
    "cap_change": Kept(
        purpose="change the cap by two people", until=HOUSE,
        plain="uid antenna first_month last_month places reason asked_by asked_at confirmed_by confirmed_at"),
    "journee": Kept(
        purpose="the monthly day", until=HOUSE, plain="uid day planned place to_confirm reason facilitator closed_at came"),
    "info_meeting": Kept(
        purpose="information meetings", until=HOUSE, plain="uid antenna starts_at place seats host cancelled_at"),
    "assembly": Kept(purpose="general assemblies", until=HOUSE, plain="uid day label approves_accounts"),

    "stumble": Kept(
        purpose="write again the questions that are not understood", until=HOUSE, plain="form field month count"),

    # Data itself
    "reading": Kept(
        purpose="answer who opened what", until=LOG, owner=DOSSIER, rows="delete", age=Age("at", months=YEAR),
        plain="reader dossier", fact="what allowed at"),
    "privacy_request": Kept(
        purpose="answer people about their data", until="5 years, as proof", owner=("person",), rows="blank",
        age=Age("asked_at", months=60), plain="uid person answered_by", fact="kind asked_at due_on answered_at",
        personal="text answer"),
    "export": Kept(
        purpose="hand someone their data", until="collected, or 7 days", owner=("person",), rows="delete",
        age=Age("asked_at", days=7), plain="uid person", fact="asked_at ready_at collected_at size", hidden="content"),
    "erasure_notice": Kept(
        purpose="tell people before their data goes", until=WALK, owner=DOSSIER, plain="dossier clock",
        fact="told_on due_on done_on"),
    "erasure_asked": Kept(
        purpose="erase before its date, by two people", until=HOUSE, owner=DOSSIER, rows="blank",
        plain="uid dossier asked_by confirmed_by", fact="asked_at confirmed_at", personal="reason"),
    "tombstone": Kept(
        purpose="nobody returns with a backup", until=HOUSE, plain="subject erased_at told_at"),
    "purge": Kept(
        purpose="never erase in a rush", until=HOUSE, plain="day at stopped waiting released_by released_at"),
    "archived": Kept(
        purpose="what the law obliges to keep", until="5 years after the contract", age=Age("until", days=0),
        plain="uid kind sha256 archived_on until", hidden="subject label content"),
})
"""Every table, by its name."""

SEALED_FOR: Final[Mapping[str, Callable[[Any], str]]] = {
    "piece.content": lambda row: str(row.uid),
    "sealed_paper.content": lambda row: str(row.uid),
    "answers.sealed": lambda row: str(row.event.uid),
    "draftpage.sealed": lambda row: f"{row.case.uid}.{row.page}",
    "pending_version.typed": lambda row: str(row.uid),
    "unknown_name.name": lambda row: str(row.uid),
    "slot.guest": lambda row: str(row.uid),
    "slot_wish.guest": lambda row: str(row.uid),
    "export.content": lambda row: str(row.uid),
}
"""For each sealed column that is handed over: the identity of the row it was sealed for."""


def place_of(table: str, column: str) -> str:
    """The place a column is sealed for; the draft’s keeps the name it had first."""
    return f"{'draftpage' if table == 'draft_page' else table}.{column}"


def belonging(model: type[Model], path: str, whose: int) -> Any:
    """The condition « leads to this row »: `case.dossier.person`, or `case.dossier` for one dossier."""
    name, _, rest = path.partition(".")
    column = model._meta.fields[name]
    if not rest:
        return column == whose
    parent = column.rel_model
    return column.in_(parent.select(parent.id).where(belonging(parent, rest, whose)))
