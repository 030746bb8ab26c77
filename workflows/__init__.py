"""What may happen: plain data and pure functions that know neither the web, nor the database, nor the clock."""

from workflows.accompaniment import accompaniment
from workflows.admission import admission
from workflows.cape import cape
from workflows.departure import departure
from workflows.grammar import Workflow
from workflows.membership import membership
from workflows.salaried import salaried

ALL: dict[str, Workflow] = {
    workflow.name: workflow for workflow in (admission, cape, accompaniment, salaried, membership, departure)
}
