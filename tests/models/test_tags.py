"""Every column says what it is kept for, how sensitive it is, how long, whether it is handed over, what erasure does."""

from __future__ import annotations

import pytest
from peewee import TextField

from intake.models.base import Model, SealedField
from intake.models.schema import all_tables
from intake.models.tags import KINDS, SEALED_FOR, TABLES, belonging, place_of
from workflows.settings import BY_NAME


def untagged(model: type[Model]) -> list[str]:
    """The columns of a table that no list names, or that two lists name."""
    kept = TABLES.get(model._meta.table_name)
    tagged = [name for kind in KINDS for name in (getattr(kept, kind).split() if kept else ())]
    return [f.name for f in model._meta.sorted_fields if f.name != "id" and tagged.count(f.name) != 1]


@pytest.mark.parametrize("model", all_tables(), ids=lambda model: model.__name__)
def test_every_column_is_tagged_once(model: type[Model]) -> None:
    name = model._meta.table_name
    assert not untagged(model), f"intake/models/tags.py, table {name}: put into the list of its kind {untagged(model)}"
    kept = TABLES[name]
    ghosts = [column for column in kept.columns(*KINDS) if column not in model._meta.fields]
    assert not ghosts, f"intake/models/tags.py, table {name}: no such column {ghosts}"
    assert kept.purpose
    assert kept.until


def test_a_new_column_fails() -> None:
    """The control: a table whose new column nobody tagged."""
    class Person(Model):
        shoe_size = TextField()

        class Meta:
            table_name = "person"

    assert untagged(Person) == ["shoe_size"]


@pytest.mark.parametrize("model", all_tables(), ids=lambda model: model.__name__)
def test_tags_agree_with_the_table(model: type[Model]) -> None:
    name = model._meta.table_name
    kept = TABLES[name]
    for path in (*kept.owner, *kept.about):
        assert belonging(model, path, 1) is not None
    if kept.owner and kept.erased:
        assert kept.rows != "stay", f"{name}: what is personal goes: rows are blanked or deleted"
    for field in model._meta.sorted_fields:
        if isinstance(field, SealedField) and field.name in kept.sealed.split():
            assert place_of(name, field.name) in SEALED_FOR, f"tags.py: how is {name}.{field.name} opened?"
        if isinstance(field, SealedField):
            assert field.name not in kept.fact.split() + kept.personal.split(), f"{name}.{field.name} is sensitive"
    if kept.age:
        assert kept.age.since in model._meta.fields
        assert not isinstance(kept.age.months, str) or kept.age.months in BY_NAME


def test_no_table_is_tagged_that_does_not_exist() -> None:
    assert set(TABLES) == {model._meta.table_name for model in all_tables()}
