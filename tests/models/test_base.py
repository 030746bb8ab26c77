"""Kinds of columns: what goes in comes out, on both databases; what has no meaning is refused."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import peewee
import pytest
from hypothesis import given, strategies as st

from intake.models import base
from intake.models.base import DayField, InstantField, JSONField, Model, SealedField, UidField, instant, micros
from intake.models.compiled import compiled, for_update, param

pytestmark = pytest.mark.both_databases


class Thing(Model):
    """A table of one column of each kind."""

    uid = UidField()
    at = InstantField(null=True)
    day = DayField(null=True)
    notes = JSONField(default=dict)
    hidden = SealedField(null=True)
    picture = peewee.BlobField(null=True)
    done = peewee.BooleanField(default=False)
    name = peewee.TextField(default="")
    part_of = peewee.ForeignKeyField("self", null=True)


AT = datetime(2027, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def things(database_url: str) -> Iterator[Any]:
    """The table, in a database open for writing."""
    database = base.connect(database_url)
    with base.writing():
        database.create_tables([Thing])
        yield database
    database.close_all()


def test_what_goes_in_comes_out(things: Any) -> None:
    whole = {"at": AT, "day": date(2027, 3, 1), "notes": {"é": [1, None, True]}, "hidden": b"gAAAAA-sealed",
             "picture": b"\x00\xff", "done": True, "name": "L’été " * 100}
    kept = Thing.get_by_id(Thing.create(**whole).id)

    assert {name: getattr(kept, name) for name in whole} == whole


def test_nothing_stays_nothing(things: Any) -> None:
    kept = Thing.get_by_id(Thing.create().id)

    assert (kept.at, kept.day, kept.hidden, kept.notes) == (None, None, None, {})


def test_instants_compare_and_sort(things: Any) -> None:
    for minutes in (5, -5, 0):
        Thing.create(at=AT + timedelta(minutes=minutes))

    assert [one.at for one in Thing.select().order_by(Thing.at)] == [AT - timedelta(minutes=5), AT, AT + timedelta(minutes=5)]
    assert Thing.select().where(Thing.at <= AT).count() == 2


def test_days_compare(things: Any) -> None:
    Thing.create(day=date(2027, 3, 1))

    assert Thing.select().where(Thing.day == date(2027, 3, 1)).count() == 1
    assert Thing.select().where(Thing.day < date(2027, 3, 1)).count() == 0


def test_an_instant_without_time_zone_is_refused(things: Any) -> None:
    with pytest.raises(ValueError, match="time zone"):
        Thing.create(at=datetime(2027, 3, 1))  # noqa: DTZ001


def test_an_instant_is_no_day(things: Any) -> None:
    with pytest.raises(ValueError, match="not an instant"):
        Thing.create(day=AT)


def test_a_clear_text_is_refused_where_sealed_is_wanted(things: Any) -> None:
    with pytest.raises(ValueError, match="seal"):
        Thing.create(hidden=b"FR7630006000011234567890189")


def test_uids_are_22_characters_and_never_the_same(things: Any) -> None:
    uids = {Thing.create().uid for _ in range(50)}

    assert len(uids) == 50
    assert {len(uid) for uid in uids} == {22}


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(9999, 1, 1),  # noqa: DTZ001
                    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])))
def test_microseconds_tell_every_instant(at: datetime) -> None:
    assert instant(micros(at)) == at



# Compiled statements -------------------------------------------------------------------------------------------------

INSERT = compiled(lambda: Thing.insert(
    uid=param("uid"), at=param("at"), day=param("day"), notes=param("notes"), part_of=param("part_of"), done=True, name="x"))
INSERT_ONCE = compiled(lambda: Thing.insert(uid=param("uid"), notes={}, name="", done=False).on_conflict_ignore())
READ = compiled(lambda: Thing.select(Thing.id, Thing.at, Thing.day, Thing.notes, Thing.part_of, Thing.done).where(
    (Thing.uid == param("uid")) & (Thing.name == "x")))
CHANGE = compiled(lambda: Thing.update(name=param("name"), at=param("at")).where(Thing.day <= param("day")))
REMOVE = compiled(lambda: Thing.delete().where(Thing.id == param("id")))
LOCK = compiled(lambda: for_update(Thing.select(Thing.id).where(Thing.id == param("id"))))
FEW = compiled(lambda: Thing.select(Thing.name.alias("n"), peewee.fn.COUNT(Thing.id)).group_by(Thing.name).limit(param("most")))


def test_a_compiled_statement_gives_what_the_builder_gives(things: Any) -> None:
    whole = INSERT(uid="whole", at=AT, day=date(2027, 3, 1), notes={"a": 1}, part_of=None)
    part = INSERT(uid="part", at=None, day=None, notes={}, part_of=whole)

    assert READ(uid="whole") == [(whole, AT, date(2027, 3, 1), {"a": 1}, None, True)]
    assert READ.one(uid="part") == (part, None, None, {}, whole, True)
    assert READ.one(uid="nobody") is None
    assert READ.value(uid="part") == part
    assert Thing.get_by_id(part).part_of_id == whole


def test_a_compiled_statement_says_how_many_rows_it_changed(things: Any) -> None:
    INSERT(uid="a", at=None, day=date(2027, 3, 1), notes={}, part_of=None)

    assert CHANGE(name="b", at=AT, day=date(2027, 2, 28)) == 0
    assert CHANGE(name="b", at=AT, day=date(2027, 3, 1)) == 1
    kept = Thing.get(uid="a")
    assert (kept.name, kept.at) == ("b", AT)
    assert (LOCK(id=kept.id), REMOVE(id=kept.id), REMOVE(id=kept.id)) == ([(kept.id,)], 1, 0)


def test_a_row_that_exists_is_not_made_again(things: Any) -> None:
    assert INSERT_ONCE(uid="a") is not None
    assert INSERT_ONCE(uid="a") is None


def test_a_limit_may_be_given(things: Any) -> None:
    for name in "abc":
        Thing.create(name=name)

    assert len(FEW(most=2)) == 2
    assert all(isinstance(name, str) and number == 1 for name, number in FEW(most=9))


def test_a_value_forgotten_is_an_error(things: Any) -> None:
    with pytest.raises(KeyError, match="uid"):
        READ()
