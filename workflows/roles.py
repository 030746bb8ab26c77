"""Who may take a step: the roles of JOURNEY §2, and `after`, which names the step that causes another."""

from typing import Final

Role = str

person: Final = "person"
circle: Final = "circle"
peer: Final = "peer"
support: Final = "support"
hr: Final = "hr"
accounts: Final = "accounts"
cogerance: Final = "cogerance"
coordinator: Final = "coordinator"
associates: Final = "associates"
facilitator: Final = "facilitator"
coop_life: Final = "coop_life"
admin: Final = "admin"

author: Final = "author"
"""Who wrote the item a step is about (a meeting, a review, an opinion)."""
other: Final = "other"
"""The other one of the pairing, who did not write the item."""

clock: Final = "clock"
kiosk: Final = "kiosk"

team: Final[tuple[Role, ...]] = (circle, coordinator, peer, support, cogerance)
"""Everyone who moves people forward; all but a pure `person`."""

GRANTED: Final[tuple[Role, ...]] = (
    circle, support, hr, accounts, cogerance, coordinator, associates, facilitator, coop_life, admin,
)
"""Roles given to someone by a grant; the others follow from the dossier, the item or the device."""

LABELS: Final[dict[Role, str]] = {
    person: "la personne",
    circle: "le Cercle accompagnement",
    peer: "le binôme",
    support: "l’équipe support",
    hr: "l’équipe RH",
    accounts: "la comptabilité",
    cogerance: "la cogérance",
    coordinator: "la coordination KPA-Cité",
    associates: "la représentation des associé·es",
    facilitator: "la personne qui anime",
    coop_life: "le Cercle vie coopérative",
    admin: "l’administration",
    author: "la personne qui l’a écrit",
    other: "l’autre membre du binôme",
    clock: "le calendrier",
    kiosk: "la borne",
}


def after(step: str) -> Role:
    """The right to take a step given by another one: `after("cape.take_effect")` opens a row marked ← in JOURNEY."""
    return f"←{step}"
