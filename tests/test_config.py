"""Settings: development just works; production refuses what is missing or unsafe, one sentence each."""

from pathlib import Path

import pytest

from config import Settings, WrongSettings, from_environment

SECRET = "x" * 40


def production(tmp_path: Path, **changed: str) -> dict[str, str]:
    """An environment production accepts, with changes; an empty value removes."""
    env = {"INTAKE_DATA": str(tmp_path / "data"), "INTAKE_PUBLIC_URL": "https://parcours.exemple.fr", "INTAKE_SECRET_KEY": SECRET,
           "INTAKE_KEY_FILE": str(tmp_path / "keys"), "INTAKE_SMTP_URL": "smtp://courriel.exemple.fr"} | changed
    return {name: value for name, value in env.items() if value}


def test_development_needs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = from_environment({})

    assert not settings.production
    assert settings.database_url == f"sqlite:///{tmp_path / 'data' / 'parcours.db'}"
    assert (settings.public_url, settings.host, settings.port) == ("http://127.0.0.1:8000", "127.0.0.1", 8000)
    assert len(settings.secret_key) >= 32
    assert from_environment({}).secret_key == settings.secret_key, "sign-ins survive a restart"
    assert (tmp_path / "data" / "secret").stat().st_mode & 0o777 == 0o600


def test_each_setting_is_read(tmp_path: Path) -> None:
    settings = from_environment(production(
        tmp_path, INTAKE_DATABASE_URL="postgresql://ici/parcours", INTAKE_HOST="::1", INTAKE_PORT="9001"))

    assert settings == Settings(
        data=tmp_path / "data", database_url="postgresql://ici/parcours", secret_key=SECRET,
        public_url="https://parcours.exemple.fr", key_file=tmp_path / "keys", smtp_url="smtp://courriel.exemple.fr",
        host="::1", port=9001)
    assert settings.production


@pytest.mark.trust("T2")
@pytest.mark.parametrize(("name", "value"), [
    ("INTAKE_SECRET_KEY", ""), ("INTAKE_SECRET_KEY", "short"), ("INTAKE_KEY_FILE", ""), ("INTAKE_SMTP_URL", ""),
    ("INTAKE_SMS_URL", "http://sms.exemple.fr"), ("INTAKE_SMS_URL", "sms.exemple.fr"), ("INTAKE_NOW", "2027-03-01T09:00:00Z"),
])
def test_production_refuses(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(WrongSettings, match=name):
        from_environment(production(tmp_path, **{name: value}))
    assert not (tmp_path / "data").exists(), "nothing is made"


@pytest.mark.trust("T2")
def test_production_refuses_keys_beside_the_data(tmp_path: Path) -> None:
    with pytest.raises(WrongSettings, match="INTAKE_KEY_FILE"):
        from_environment(production(tmp_path, INTAKE_KEY_FILE=str(tmp_path / "data" / "keys")))


@pytest.mark.parametrize("port", ["", "http", "0", "70000", "-1"])
def test_a_port_is_a_number(tmp_path: Path, port: str) -> None:
    with pytest.raises(WrongSettings, match="INTAKE_PORT"):
        from_environment({"INTAKE_DATA": str(tmp_path), "INTAKE_PORT": port})
