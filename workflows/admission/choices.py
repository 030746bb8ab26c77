"""Months a form lets one choose."""

from __future__ import annotations

from workflows.admission.facts import Facts
from workflows.admission.forms import OfferForm, PostponeForm
from workflows.calendar import Month


def entry_months(form: OfferForm, facts: Facts) -> None:
    """The months to come, full ones too; a month that was on an older page is left to the rules, which say why not."""
    months = list(facts.months)
    typed = str(form.month.data or "")
    if typed and typed not in dict(months) and _is_month(typed):
        months.append((typed, Month.parse(typed).label))
    form.month.choices = months


def later_months(form: PostponeForm, facts: Facts) -> None:
    """The months after the one that is offered."""
    after = facts.month.next() if facts.month else facts.first_month
    form.month.choices = list(after.until(after.plus(facts.settings["places.horizon"] - 1)))


def _is_month(text: str) -> bool:
    try:
        Month.parse(text)
    except ValueError:
        return False
    return True
