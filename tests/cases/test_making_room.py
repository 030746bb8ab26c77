"""A month that looks full because an offer is over frees its place before anyone is refused (TRUST 2.11)."""

import pytest

from intake.cases import StepRefused
from intake.clock import take_with_room
from intake.models.places import Place
from tests.cases.test_admission import admitted, again, arrived
from tests.cast import Cast, principale
from tests.conftest import Clock

pytestmark = pytest.mark.both_databases
MONTH = "2027-05"


@pytest.mark.trust("T3")
def test_an_offer_that_is_over_gives_its_place_to_the_next(cast: Cast, clock: Clock) -> None:
    ana = admitted(arrived(cast.ana), cast)
    clock.forward(minutes=5)
    ben = admitted(arrived(cast.ben), cast)
    Place.update(status="closed").where(Place.antenna == principale(), Place.month == MONTH, Place.rank > 1).execute()
    take_with_room(ana, "offer", by=cast.claire, key="a", raw={"month": MONTH, "word": ""})

    with pytest.raises(StepRefused, match="complet"):
        take_with_room(again(ben), "offer", by=cast.claire, key="b", raw={"month": MONTH, "word": ""})

    clock.forward(days=11)
    take_with_room(again(ben), "offer", by=cast.claire, key="c", raw={"month": MONTH, "word": ""})

    assert again(ben).state == "offered"
    assert again(ana).state == "waiting"
    assert Place.get(Place.month == MONTH, Place.rank == 1, Place.antenna == principale()).holder_id == ben.id
