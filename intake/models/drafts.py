"""Pages of a questionnaire as they are being written: no step, and nobody of the team reads them before they are sent."""

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField

from intake.models.base import InstantField, JSONField, Model, SealedField
from intake.models.dossiers import Case


class DraftPage(Model):
    """One saved page; `typed` is what stands in the fields, `answers` what was checked."""

    case = ForeignKeyField(Case, backref="draft")
    page = CharField()
    typed = JSONField(default=dict)
    answers = JSONField(default=dict)
    sealed = SealedField(null=True)
    """Typed and checked values of sensitive fields, encrypted as JSON."""
    complete = BooleanField(default=False)
    turn = IntegerField(default=0)
    """A rising number: an older save never overwrites a newer one."""
    saved_at = InstantField()

    class Meta:
        indexes = ((("case", "page"), True),)
