"""The engine, on a workflow small enough to be read here: asking for a garden plot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from workflows import fields as f
from workflows.engine import (
    BEGIN,
    AnswersInvalid,
    Decision,
    NotTheirs,
    Refusal,
    StepRefused,
    blank_form,
    decide,
    machine,
    open_steps,
)
from workflows.grammar import (
    Answers,
    CaseFacts,
    Letter,
    Remember,
    State,
    Step,
    StepForm,
    Verdict,
    Workflow,
    choice,
    holds,
    house,
    law,
    warning,
)

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Facts(CaseFacts):
    """What is known of the gardens."""

    free: int = 1
    ahead: int = 0
    age: int = 30
    winter: bool = False
    neighbour: bool = False


class PlotForm(StepForm):
    """Which plot, of those that are free."""

    plot = f.ChoiceField("Parcelle", missing="Choisissez une parcelle")
    word = f.LinesField("Un mot", optional=True)


@law("Il faut avoir {n} ans.", "C. jard. L1")
def old_enough(facts: Facts) -> Verdict:
    """The age of gardening."""
    return holds(facts.age >= 16, n=16)


@house("{n:personne est|personnes sont} avant.")
def first(facts: Facts) -> Verdict:
    """One waits one's turn."""
    return holds(facts.ahead == 0, n=facts.ahead)


@house("Aucune parcelle n’est libre.", lifted_by="")
def plot_free(facts: Facts) -> bool:
    """A plot is left; nobody can lift it."""
    return facts.free > 0


@house("La parcelle du puits est gardée.")
def not_the_well(_: Facts, answers: Answers) -> bool:
    """A rule over the answers."""
    return answers["plot"] != "puits"


@warning("Le sol est gelé.")
def thawed(facts: Facts) -> bool:
    """Shown, blocks nothing."""
    return not facts.winter


@choice
def is_neighbour(facts: Facts) -> bool:
    """Neighbours share; others get a plot of their own."""
    return facts.neighbour


def name_plots(form: Any, facts: Facts) -> None:
    form.plot.choices = [("sud", "Au sud"), ("puits", "Au puits")][:1 + facts.free]


keep_plot = Remember(lambda facts, answers: {"plot": answers["plot"]})
told = Letter("plot_given")

STEPS = (
    Step("ask", "Demander une parcelle", (), "waiting", by="person", only_if=[old_enough]),
    Step("give", "Donner une parcelle", ("waiting",), "digging", by=("circle", "support"), form=PlotForm,
         fill=name_plots, only_if=[plot_free, first, not_the_well, thawed], then=[keep_plot, told]),
    Step("share", "Partager", ("waiting",), "digging", by="circle", chosen_if=[is_neighbour]),
    Step("share", "Mettre en attente", ("waiting",), None, by="circle", only_if=[first]),
    Step("leave", "Rendre la parcelle", ("waiting", "digging"), "left", by=("person", "circle")),
    Step("count", None, ("digging",), None, by="clock"),
)
GARDEN = Workflow("garden", "Jardin", (
    State("waiting", "En attente", waits_for=("circle",)), State("digging", "Au jardin", waits_for=("person",)),
    State("left", "Parti·e", closed=True)), STEPS)


def facts(**known: Any) -> Facts:
    return Facts(now=NOW, **known)


def decided(step: str, state: str = "waiting", roles: str = "circle", raw: dict[str, Any] | None = None, asks: bool = True,
            **known: Any) -> Decision:
    return decide(GARDEN, step, state=state, roles=roles.split(), facts=facts(**known),
                  raw={"plot": "sud"} if raw is None else raw, asks=asks)


def refused(step: str, **told: Any) -> tuple[Refusal, ...]:
    with pytest.raises(StepRefused) as why:
        decided(step, **told)
    return why.value.refusals


def names(state: str, role: str, **known: Any) -> list[str]:
    return [one.step.name for one in open_steps(GARDEN, state, role.split(), facts(**known))]


# Deciding ------------------------------------------------------------------------------------------------------------


def test_a_step_leads_where_its_row_says() -> None:
    decision = decided("give", raw={"plot": "sud", "word": "Bêchez"})
    assert (decision.before, decision.after, decision.role) == ("waiting", "digging", "circle")
    assert decision.answers == {"plot": "sud", "word": "Bêchez"}
    assert decision.consequences == (keep_plot, told)
    assert (decision.lifted, decision.warnings) == ((), ())


def test_a_case_begins_where_a_row_has_no_source() -> None:
    assert decided("ask", state=BEGIN, roles="person", raw={}).after == "waiting"
    assert decided("ask", state="", roles="person", raw={}).after == "waiting"
    assert refused("ask", state="waiting", roles="person")[0].sentence.startswith("Cette action n’est pas possible")


def test_a_row_without_destination_stays() -> None:
    assert decided("count", state="digging", roles="clock").after == "digging"


def test_nothing_is_stored_by_deciding() -> None:
    """Deciding twice gives the same: the machine moves a case of its own, thrown away."""
    assert decided("give") == decided("give")
    assert machine(GARDEN) is machine(GARDEN)
    assert machine(GARDEN).models == []


# Forks ---------------------------------------------------------------------------------------------------------------


def test_the_first_row_whose_rules_hold_is_taken() -> None:
    assert decided("share", neighbour=True).step is STEPS[2]
    assert decided("share", neighbour=True).after == "digging"
    assert decided("share").step is STEPS[3]
    assert decided("share").after == "waiting"


def test_a_fork_shows_one_button_and_says_why_its_last_row_refuses() -> None:
    assert [one.step.label for one in open_steps(GARDEN, "waiting", ["circle"], facts(neighbour=True))] == [
        "Donner une parcelle", "Partager", "Rendre la parcelle"]
    assert "Mettre en attente" in [one.step.label for one in open_steps(GARDEN, "waiting", ["circle"], facts())]
    assert [one.rule for one in refused("share", ahead=2)] == ["first"]


# Refusals ------------------------------------------------------------------------------------------------------------


def test_every_reason_is_given_at_once() -> None:
    why = refused("give", free=0, ahead=3, raw={"plot": "sud"})
    assert [(one.rule, one.kind, one.lifted_by) for one in why] == [
        ("plot_free", "house", ""), ("first", "house", "cogerance")]
    assert why[1].values == {"n": 3}


def test_a_law_names_its_article() -> None:
    only, = refused("ask", state=BEGIN, roles="person", raw={}, age=12)
    assert (only.kind, only.article, only.lifted_by, only.values) == ("law", "C. jard. L1", "", {"n": 16})


def test_a_rule_over_the_answers_waits_for_them() -> None:
    shown, = [one for one in open_steps(GARDEN, "waiting", ["circle"], facts()) if one.step.name == "give"]
    assert shown.possible
    assert [one.rule for one in refused("give", raw={"plot": "puits"})] == ["not_the_well"]


def test_a_warning_blocks_nothing() -> None:
    assert [one.rule for one in decided("give", winter=True).warnings] == ["thawed"]
    shown, = [one for one in open_steps(GARDEN, "waiting", ["circle"], facts(winter=True)) if one.step.name == "give"]
    assert shown.possible and [one.rule for one in shown.warnings] == ["thawed"]


def test_answers_that_need_work_come_back_as_typed() -> None:
    with pytest.raises(AnswersInvalid) as invalid:
        decided("give", raw={"plot": "", "word": "Bêchez"})
    assert invalid.value.form.errors == {"plot": ["Choisissez une parcelle"]}
    assert invalid.value.form.word.data == "Bêchez"


def test_answers_are_checked_before_rules() -> None:
    with pytest.raises(AnswersInvalid):
        decided("give", raw={"plot": "lune"}, ahead=3)


def test_a_step_caused_by_another_asks_no_form() -> None:
    with pytest.raises(KeyError):
        decided("give", raw={}, asks=False)
    assert decided("leave", asks=False).answers == {}


def test_an_unknown_step_is_refused() -> None:
    assert refused("fly")[0].values == {"étape": "En attente"}


# Roles ---------------------------------------------------------------------------------------------------------------


def test_a_step_of_others_is_not_theirs() -> None:
    with pytest.raises(NotTheirs) as why:
        decided("give", roles="person")
    assert why.value.refusals[0].sentence == "Cette action revient à {qui}."
    assert names("waiting", "person") == ["leave"]
    assert names("waiting", "support") == ["give"]
    assert names("waiting", "") == []
    assert names("digging", "clock") == ["count"]
    assert names("left", "circle") == []


def test_the_event_is_signed_with_the_rows_first_role_that_is_held() -> None:
    assert decided("give", roles="support circle").role == "circle"
    assert decided("give", roles="support").role == "support"
    assert decided("leave", roles="circle person").role == "person"


# Derogations ---------------------------------------------------------------------------------------------------------


def test_a_derogation_lifts_its_rule_and_is_told_used() -> None:
    lifted = {"derogations": {"first": NOW.isoformat()}}
    assert decided("give", ahead=3, memory=lifted).lifted == ("first",)


def test_a_derogation_that_was_not_needed_is_kept() -> None:
    assert decided("give", memory={"derogations": {"first": NOW.isoformat()}}).lifted == ()


def test_a_derogation_is_good_once() -> None:
    """What `intake` keeps of a step takes the used derogation away: the next step meets the rule again."""
    from intake.cases import remembered

    memory = {"derogations": {"first": NOW.isoformat(), "not_the_well": NOW.isoformat()}}
    decision = decided("give", ahead=3, memory=memory)
    kept = remembered(memory, decision, facts(ahead=3, memory=memory), None)
    assert set(kept["derogations"]) == {"not_the_well"}
    assert [one.rule for one in refused("give", ahead=3, memory=kept)] == ["first"]


@pytest.mark.parametrize("rule, known", [("plot_free", {"free": 0}), ("old_enough", {"age": 12})])
def test_what_nobody_lifts_is_not_lifted(rule: str, known: dict[str, Any]) -> None:
    """Law, and rules of the house that protect somebody."""
    memory = {"derogations": {rule: NOW.isoformat()}}
    if rule == "plot_free":
        assert [one.rule for one in refused("give", memory=memory, **known)] == [rule]
    else:
        assert [one.rule for one in refused("ask", state=BEGIN, roles="person", memory=memory, **known)] == [rule]


# Definitions that changed --------------------------------------------------------------------------------------------


def test_a_case_left_in_a_removed_state_gets_a_sentence() -> None:
    """A row still names the state, which no longer exists: a sentence, not a fault."""
    stranded = Workflow("garden", "Jardin", GARDEN.states[:1], (
        Step("leave", "Rendre la parcelle", ("ploughing",), "waiting", by="person"),))
    with pytest.raises(StepRefused) as why:
        decide(stranded, "leave", state="ploughing", roles=["person"], facts=facts(), raw={})
    only, = why.value.refusals
    assert (only.sentence, only.values) == (
        "Cette action n’est pas possible à l’étape « {étape} ».", {"étape": "ploughing"})
    assert refused("leave", state="ploughing", roles="person") == why.value.refusals


# Forms ---------------------------------------------------------------------------------------------------------------


def test_a_blank_form_has_its_choices_and_what_was_typed() -> None:
    form = blank_form(STEPS[1], facts(free=1), {"word": "Bêchez"})
    assert form is not None
    assert [value for value, _ in form.plot.choices] == ["sud", "puits"]
    assert form.word.data == "Bêchez"
    assert blank_form(STEPS[0], facts()) is None


def test_several_values_of_one_name_are_read_as_a_list() -> None:
    class PlotsForm(StepForm):
        plots = f.ChoicesField("Parcelles", choices=[("sud", "Au sud"), ("nord", "Au nord")], missing="Choisissez")

    row = Step("pick", "Choisir", ("waiting",), None, by="circle", form=PlotsForm)
    small = Workflow("garden", "Jardin", GARDEN.states, (row,))
    decision = decide(small, "pick", state="waiting", roles=["circle"], facts=facts(), raw={"plots": ["sud", "nord"]})
    assert decision.answers == {"plots": ["sud", "nord"]}
