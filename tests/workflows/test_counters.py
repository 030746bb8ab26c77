"""Each counter explained, in the words people read: the worked cases of the journey, and what is doubtful."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, strategies as st

from intake.words import fill
from workflows.contracts import Contract, Elsewhere, elsewhere_in, elsewhere_told
from workflows.counters import Counter, associate, capes, counters, length_in_words, trial
from workflows.grammar import Told


def said(told: Told) -> str:
    """The sentence as it is read."""
    return fill(told.sentence, told.values).replace("\u00a0", " ")


def cape(first: date, last: date, state: str = "ended") -> Contract:
    """A CAPE that was in force."""
    return Contract("cape", f"cape-{first}", "d", state, first, last, last if state == "ended" else None, signed=True)


def cesa(first: date, state: str = "running") -> Contract:
    """A CESA."""
    return Contract("cesa", "cesa", "d", state, first, signed=state != "drafting")


def test_an_associate_deadline_without_anything_before() -> None:
    """Worked case 12: CESA on 1 September 2024, no CAPE."""
    told = associate(date(2024, 9, 1), [])
    assert said(told.says) == "36 mois à partir du 1er septembre 2024 : associé·e au plus tard le 31 août 2027."
    assert told.article == "C. trav. L7331-3" and told.doubts == ()


def test_earlier_contracts_are_named_and_deducted() -> None:
    """Worked case 36: 5 months 16 days before a CESA of 1 March 2026."""
    told = associate(date(2026, 3, 1), [(date(2025, 1, 15), date(2025, 6, 30))])
    assert said(told.says) == ("36 mois à partir du 1er mars 2026, moins 5 mois et 16 jours de contrats déjà faits : "
                               "associé·e au plus tard le 14 septembre 2028.")
    assert told.periods == ((date(2025, 1, 15), date(2025, 6, 30)),)


def test_no_month_left() -> None:
    """Worked case 13: 36 months of CAPE to 28 February 2027, CESA the day after."""
    told = associate(date(2027, 3, 1), [(date(2024, 3, 1), date(2027, 2, 28))])
    assert "le délai de 36 mois est épuisé, l’AG vote avant la signature" in said(told.says)
    assert trial(date(2027, 3, 1), [(date(2024, 3, 1), date(2027, 2, 28))]).limit is None


def test_two_readings_are_both_said_and_the_earlier_kept() -> None:
    earlier = [(date(2025, 1, 31), date(2025, 2, 27))]
    told = associate(date(2026, 2, 28), earlier)
    assert told.limit is not None
    if told.doubts:
        first, second = told.doubts[0].values["un"], told.doubts[0].values["autre"]
        assert told.limit <= min(first, second) and first != second
    ways = [associate(date(2026, month, day), [(date(2025, 1, 15), date(2025, last, 17))])
            for month in range(1, 13) for day in (1, 15, 28) for last in (2, 3, 6)]
    doubtful = [one for one in ways if one.doubts]
    assert doubtful, "some lengths end on two days"
    assert all(one.limit <= min(one.doubts[0].values.values()) for one in doubtful)


@pytest.mark.parametrize("periods, words", [
    ([], "0 jour"), ([(date(2026, 1, 1), date(2026, 1, 1))], "1 jour"),
    ([(date(2024, 2, 29), date(2025, 2, 28))], "12 mois"),
    ([(date(2023, 3, 1), date(2024, 2, 29)), (date(2024, 3, 1), date(2024, 8, 31))], "18 mois"),
    ([(date(2025, 1, 15), date(2025, 6, 30))], "5 mois et 16 jours"),
    ([(date(2025, 1, 1), date(2025, 3, 31)), (date(2025, 3, 1), date(2025, 4, 30))], "4 mois"),
])
def test_lengths_count_overlaps_once(periods: list[tuple[date, date]], words: str) -> None:
    assert length_in_words(periods) == words


def test_capes_used_and_what_is_left() -> None:
    """Worked case 5: 12 + 12, a third one still fits; then none."""
    two = [cape(date(2024, 2, 29), date(2025, 2, 28)), cape(date(2025, 3, 1), date(2026, 2, 28), "trading")]
    told = capes(two, date(2026, 1, 10))
    assert said(told.says) == ("24 mois de CAPE déjà signés, en 2 contrats : un suivant irait au plus tard "
                               "jusqu’au 28 février 2027.")
    renewed = [two[0], cape(date(2025, 3, 1), date(2026, 2, 28), "signed")]
    assert said(capes(renewed, date(2025, 1, 10)).says) == said(told.says), "a renewal counts as soon as it is signed"
    early = [*renewed, cape(date(2025, 12, 1), date(2026, 11, 30), "drafting")]
    assert said(capes(early, date(2025, 1, 10)).says) == said(told.says), "a draft that begins too early cuts nothing signed"
    first = capes([cape(date(2026, 12, 15), date(2027, 12, 14), "to_sign")], date(2026, 11, 26))
    assert said(first.says) == "36 mois de CAPE au plus en tout : dernier jour possible le 14 décembre 2029."
    three = [*two, cape(date(2026, 3, 1), date(2027, 2, 28), "trading")]
    assert said(capes(three, date(2026, 6, 1)).says) == (
        "36 mois de CAPE déjà signés, en 3 contrats : les 36 mois sont atteints.")


def test_three_short_contracts_leave_a_doubt_for_a_human() -> None:
    """Worked case 6: 4 + 4 + 4 months; months are left, the letter of the text admits three contracts."""
    short = [cape(date(2026, 1, 1), date(2026, 4, 30)), cape(date(2026, 5, 1), date(2026, 8, 31)),
             cape(date(2026, 9, 1), date(2026, 12, 31), "trading")]
    told = capes(short, date(2026, 12, 1))
    assert told.limit is not None
    assert any("La cogérance décide par écrit" in said(doubt) for doubt in told.doubts)


AZUR = Elsewhere("cape", date(2023, 1, 1), date(2023, 9, 30), "Coop Azur")
NINE_MONTHS = ("9 mois de CAPE dans une autre coopérative (Coop Azur, du 1er janvier 2023 au 30 septembre 2023) : durée "
               "signalée, non déduite du délai pour devenir associé·e ni de la période d’essai.")


def test_nine_months_elsewhere_are_flagged_and_never_deducted() -> None:
    """Worked case 14: CAPE 9 months at another CAE, then CESA: same deadline, same trial, one sentence more."""
    here = cesa(date(2026, 3, 1))
    without, with_it = counters([here], date(2026, 3, 2)), counters([here], date(2026, 3, 2), [AZUR])
    assert [(one.limit, said(one.says)) for one in with_it] == [(one.limit, said(one.says)) for one in without]
    assert [[said(one) for one in counter.flagged] for counter in with_it] == [[NINE_MONTHS], []]
    assert with_it[0].article == "C. trav. L7331-3" and not any(counter.doubts for counter in with_it)


def test_months_of_cape_elsewhere_are_a_doubt_for_the_months_left() -> None:
    """L127-2 does not say whether they count: both days are said, nothing is shortened; a CESA elsewhere leaves no doubt."""
    one = cape(date(2026, 1, 1), date(2026, 12, 31), "trading")
    told, salaried = (capes([one], date(2026, 6, 1), [elsewhere]) for elsewhere in (AZUR, replace(AZUR, kind="cesa")))
    assert told.limit == salaried.limit == capes([one], date(2026, 6, 1)).limit == date(2028, 12, 31)
    assert [said(doubt) for doubt in told.doubts] == [
        "9 mois de CAPE dans une autre coopérative : la loi ne dit pas si cette durée entre dans les 36 mois. Elle n’est pas "
        "comptée ici ; comptée, un CAPE irait au plus tard jusqu’au 31 mars 2028."]
    assert salaried.doubts == ()
    three = replace(AZUR, first_day=date(2020, 1, 1), last_day=date(2022, 12, 31))
    assert "les 36 mois seraient atteints" in said(capes([one], date(2026, 6, 1), [three]).doubts[0])


DAYS = st.dates(date(2020, 1, 1), date(2027, 12, 31))


@given(start=DAYS, here=st.tuples(DAYS, DAYS).map(sorted), there=st.tuples(DAYS, DAYS).map(sorted),
       kind=st.sampled_from(["cape", "cesa"]))
def test_whatever_was_done_elsewhere_moves_no_date(start: date, here: list[date], there: list[date], kind: Any) -> None:
    """And whatever is doubtful, the day kept is never after the nearer of its readings."""
    contracts, elsewhere = [cape(here[0], here[1]), cesa(start)], [Elsewhere(kind, there[0], there[1], "Coop Azur")]
    found = [*counters(contracts, start, elsewhere), capes(contracts, start, elsewhere)]
    assert [one.limit for one in found] == [one.limit for one in (*counters(contracts, start), capes(contracts, start))]
    for one in found:
        readings = [day for doubt in one.doubts for day in (doubt.values.get("un"), doubt.values.get("autre")) if day]
        assert all(one.limit is None or one.limit <= day or day < start for day in readings)


def test_what_was_said_last_of_contracts_elsewhere_is_believed() -> None:
    """Said with a CAPE, corrected with the CESA, taken back at last; a table one takes over from says it in one line."""
    line, other = elsewhere_told("CAPE, Coop Azur, 01/01/2023 au 30/09/2023 ; CESA – L’Établi (Lyon) du 1/11/2023 au 30/11/2024")
    assert (line, other) == (AZUR, Elsewhere("cesa", date(2023, 11, 1), date(2024, 11, 30), "L’Établi (Lyon)"))
    nameless = replace(AZUR, coop="")
    assert elsewhere_in([{}, {"elsewhere": [line.remembered]}, {}]) == (nameless,), "its name stays with the answers"
    assert [one.kind for one in elsewhere_in([{"elsewhere": []}, {"elsewhere": [other.remembered, line.remembered]}])] == [
        "cape", "cesa"]
    assert elsewhere_in([{"elsewhere": [line.remembered]}, {"elsewhere": []}]) == elsewhere_in([]) == ()
    for unread in ("Coop Azur, 2023", "01/01/2023 au 30/09/2023", "CAPE, Azur, 30/09/2023 au 01/01/2023",
                   "CAPE, Azur, 31/02/2023 au 30/09/2023", "CAPE, Azur, 01/01/2023 au 31/12/9999",
                   "CAPE, Azur, 01/01/2023 au 30/09/2023, puis L’Établi en 2024"):
        assert elsewhere_told(unread) == [], unread


def test_a_cesa_that_came_to_nothing_bounds_nothing() -> None:
    one = cape(date(2026, 1, 1), date(2026, 12, 31), "trading")
    for state in ("withdrawn", "refused", "ended"):
        assert counters([one, cesa(date(2027, 1, 1), state)], date(2026, 6, 1))[0].title == "Durée des CAPE"


def test_only_the_counters_that_still_matter() -> None:
    """Before a CESA the CAPE's; once a CESA is prepared, the deadline's and the trial's; nothing without a contract."""
    one = cape(date(2026, 1, 1), date(2026, 12, 31), "trading")
    before = counters([one], date(2026, 6, 1))
    assert [counter.title for counter in before] == [
        "Durée des CAPE", "Délai pour devenir associé·e, si un contrat salarié suit"]
    assert said(before[1].says) == ("36 mois à partir du 1er janvier 2027, moins 12 mois de contrats déjà faits : associé·e au "
                                    "plus tard le 31 décembre 2028.")
    found: list[Counter] = counters([one, cesa(date(2027, 1, 1), "drafting")], date(2026, 12, 1))
    assert [counter.title for counter in found] == ["Délai pour devenir associé·e", "Période d’essai"]
    assert counters([], date(2026, 6, 1)) == []
