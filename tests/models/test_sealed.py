"""Encryption at rest: each text opens in its own place, with the right key, and nowhere else."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from intake.models import sealed
from intake.models.sealed import WrongKey, load_keys, opens, seal, unseal

IBAN = "FR76 3000 6000 0112 3456 7890 189"


@pytest.fixture(autouse=True)
def keys(tmp_path: Path) -> Path:
    """A key file, as development makes it."""
    load_keys(tmp_path / "keys")
    return tmp_path / "keys"


def test_what_is_sealed_opens_in_its_place() -> None:
    token = seal("answers.sealed", "row-1", IBAN)

    assert b"FR76" not in token
    assert unseal("answers.sealed", "row-1", token) == IBAN.encode()


@pytest.mark.parametrize(("place", "row"), [
    ("answers.sealed", "row-2"), ("draftpage.sealed", "row-1"), ("answers", "sealed|row-1"),
])
def test_a_sealed_text_moved_elsewhere_does_not_open(place: str, row: str) -> None:
    token = seal("answers.sealed", "row-1", IBAN)

    with pytest.raises(WrongKey, match="another row"):
        unseal(place, row, token)


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    token = seal("answers.sealed", "row-1", IBAN)
    load_keys(tmp_path / "other")

    assert not opens(token)
    with pytest.raises(WrongKey):
        unseal("answers.sealed", "row-1", token)


def test_a_new_key_comes_first_and_the_old_one_still_opens(keys: Path) -> None:
    token = seal("answers.sealed", "row-1", IBAN)
    old = keys.read_bytes()
    keys.write_bytes(Fernet.generate_key() + b"\n" + old)
    load_keys(keys)
    fresh = seal("answers.sealed", "row-1", IBAN)
    keys.write_bytes(old)
    load_keys(keys)

    assert opens(token)
    assert not opens(fresh)


def test_the_key_made_in_development_is_its_owners_alone_and_is_kept(keys: Path) -> None:
    first = keys.read_bytes()
    load_keys(keys)

    assert keys.stat().st_mode & 0o777 == 0o600
    assert keys.read_bytes() == first


def test_production_makes_no_key(tmp_path: Path) -> None:
    with pytest.raises(WrongKey, match="does not exist"):
        load_keys(tmp_path / "missing", create=False)
    assert not (tmp_path / "missing").exists()


def test_production_refuses_a_key_others_may_read(keys: Path) -> None:
    keys.chmod(0o640)
    with pytest.raises(WrongKey, match="chmod 600"):
        load_keys(keys, create=False)


@pytest.mark.parametrize("text", ["", "not a key\n"])
def test_a_file_that_holds_no_key_is_refused(keys: Path, text: str) -> None:
    keys.write_text(text)
    with pytest.raises(WrongKey, match="Fernet"):
        load_keys(keys)


def test_sealing_needs_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "_keys", None)
    with pytest.raises(AssertionError, match="load_keys"):
        seal("answers.sealed", "row-1", IBAN)
