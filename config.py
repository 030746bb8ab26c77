"""Settings, read from the environment; strict in production (INTAKE_PUBLIC_URL begins with https)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


class WrongSettings(Exception):
    """A setting is missing or unsafe; the sentence says which and what to do."""


@dataclass(frozen=True)
class Settings:
    """What the application needs to know of where it runs. docs/settings.md describes each."""

    data: Path
    database_url: str
    secret_key: str
    public_url: str
    key_file: Path
    smtp_url: str = ""
    sender: str = ""
    """Of letters: « Optéos, Cercle accompagnement <accueil@…> »."""
    email: str = ""
    phone: str = ""
    """Whom to write to or call, in letters and on every page of help."""
    bounces: str = ""
    """The address whose mail is piped to `intake bounce`."""
    sms_url: str = ""
    """Where codes to sign are handed over to be sent by SMS; empty: support reads them out."""
    sms_token: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    backups: Path | None = None
    """Where backups and tombstones go, best elsewhere."""
    backup_key: Path | None = None
    """The public key backups are sealed to; its private half is not on this machine."""
    work: bool = True
    """Whether the server runs clock and post itself (else `intake work` does)."""

    @property
    def production(self) -> bool:
        """Strict once the public address is https."""
        return self.public_url.startswith("https")


def from_environment(env: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises WrongSettings for what cannot be, and in production for what development forgives."""
    data = Path(env.get("INTAKE_DATA", "data"))
    host, port = env.get("INTAKE_HOST", "127.0.0.1"), _port(env.get("INTAKE_PORT", "8000"))
    settings = Settings(
        data=data, host=host, port=port,
        database_url=env.get("INTAKE_DATABASE_URL") or f"sqlite:///{(data / 'parcours.db').absolute()}",
        public_url=env.get("INTAKE_PUBLIC_URL", f"http://{host}:{port}"),
        secret_key=env.get("INTAKE_SECRET_KEY", ""),
        key_file=Path(env.get("INTAKE_KEY_FILE") or data / "keys"),
        smtp_url=env.get("INTAKE_SMTP_URL", ""),
        sender=env.get("INTAKE_SENDER", ""), email=env.get("INTAKE_EMAIL", ""), phone=env.get("INTAKE_PHONE", ""),
        bounces=env.get("INTAKE_BOUNCES", ""),
        sms_url=_address(env.get("INTAKE_SMS_URL", "")), sms_token=env.get("INTAKE_SMS_TOKEN", ""),
        backups=Path(env["INTAKE_BACKUPS"]) if env.get("INTAKE_BACKUPS") else None,
        backup_key=Path(env["INTAKE_BACKUP_KEY"]) if env.get("INTAKE_BACKUP_KEY") else None,
        work=env.get("INTAKE_WORK", "yes") != "no",
    )
    if settings.production:
        _refuse_what_is_unsafe(settings, env)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings if settings.secret_key else _with_development_secret(settings)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise WrongSettings(f"INTAKE_PORT is a number from 1 to 65535, not {text[:20]!r}")
    return int(text)


def _address(text: str) -> str:
    if text and not text.startswith(("https://", "http://")):
        raise WrongSettings(f"INTAKE_SMS_URL is an address that begins with https://, not {text[:20]!r}")
    return text


def _refuse_what_is_unsafe(settings: Settings, env: Mapping[str, str]) -> None:
    if len(settings.secret_key) < 32:
        raise WrongSettings("INTAKE_SECRET_KEY is missing or shorter than 32 characters; make one with "
                            "`python -c 'import secrets; print(secrets.token_urlsafe(48))'`")
    if not env.get("INTAKE_KEY_FILE"):
        raise WrongSettings("INTAKE_KEY_FILE is missing: name the file that holds the encryption keys, outside the data")
    if settings.key_file.resolve().is_relative_to(settings.data.resolve()):
        raise WrongSettings("INTAKE_KEY_FILE lies in INTAKE_DATA: keep the keys elsewhere, so that no backup holds both")
    if env.get("INTAKE_NOW"):
        raise WrongSettings("INTAKE_NOW moves the clock: it is refused in production; remove it")
    if not settings.smtp_url:
        raise WrongSettings("INTAKE_SMTP_URL is missing: nobody could sign in")
    sms = urlsplit(settings.sms_url)
    if sms.scheme == "http" and sms.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise WrongSettings("INTAKE_SMS_URL begins with http://: codes to sign would travel in clear; use https://")


def _with_development_secret(settings: Settings) -> Settings:
    """A secret kept in the data folder, so that sign-ins survive a restart."""
    kept = settings.data / "secret"
    if not kept.exists():
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return Settings(**{**settings.__dict__, "secret_key": kept.read_text()})
