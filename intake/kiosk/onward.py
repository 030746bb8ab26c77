"""Start on the tablet, finish on one's telephone: a one-use address to the same draft, as a QR code."""

from __future__ import annotations

from typing import Any

from intake.models import handovers
from intake.models.dossiers import Dossier
from intake.outbox import link_to


def invite(dossier: Dossier | None, reach: str) -> dict[str, Any] | None:
    """The QR code of a new one-use address, as a drawing the tablet makes from its modules."""
    if dossier is None:
        return None
    import segno

    code = segno.make(link_to(f"/suite/{handovers.open_for(dossier, direct=reach == 'phone')}"), error="m", micro=False)
    return {"qr": ["".join("1" if cell else "0" for cell in row) for row in code.matrix_iter(border=3)]}
