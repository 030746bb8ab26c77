"""« Santé »: one row per subject of the house in words, problems first, each with what to do (SCREENS C9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from config import Settings
from intake import anchors, backups, degraded, moment, promises, words
from intake.models import accounts, health, letters, rounds
from intake.models.base import db_is_postgres
from intake.models.factors import Factor
from intake.models.letters import Letter

WAITS_TOO_LONG = timedelta(hours=1)
LOOKED_AT_LIVE = 200 * 1024 * 1024
"""Beyond this size the file is checked by `intake doctor`, not while someone waits for a page."""


@dataclass(frozen=True)
class Row:
    """A subject: how it stands, and what to do when it is not well."""

    subject: str
    says: str
    do: str = ""
    page: str = ""
    """The endpoint of the screen where it is done."""

    @property
    def problem(self) -> bool:
        """Whether somebody must act."""
        return bool(self.do)


def rows(settings: Settings) -> list[Row]:
    """Every subject, problems first."""
    return sorted((look(settings) for look in LOOKS), key=lambda row: not row.problem)


def ago(since: datetime, now: datetime) -> str:
    """« il y a 3 minutes », « il y a 2 heures », « il y a 10 jours »."""
    seconds = max(0, int((now - since).total_seconds()))
    for size, one, many in ((86400, "jour", "jours"), (3600, "heure", "heures"), (60, "minute", "minutes")):
        if seconds >= size:
            number = seconds // size
            return f"il y a {number} {one if number == 1 else many}"
    return "à l’instant"


def _clock(_: Settings) -> Row:
    last, now = rounds.last_round(), moment.now()
    restart = ("Relancer le service : « intake serve », ou « intake work » à côté des serveurs. Rien ne se perd, les dates "
               "passées sont rattrapées.")
    if last is None:
        return Row("Horloge", "Elle n’a pas encore tourné.", restart)
    if rounds.late_by(now) is not None:
        return Row("Horloge", f"Arrêtée {ago(last, now)} : aucun délai n’avance, aucune lettre ne part.", restart)
    return Row("Horloge", f"Dernière ronde {ago(last, now)}.")


def _letters(_: Settings) -> Row:
    failed = Letter.select(Letter.id).where(Letter.status == "failed").limit(1000).count()
    stuck, _since = letters.overdue(moment.now() - WAITS_TOO_LONG)
    said = [f"{words.Count(failed):lettre non partie|lettres non parties}" if failed else "",
            f"{words.Count(stuck):lettre attend|lettres attendent} depuis plus d’une heure" if stuck else ""]
    if failed or stuck:
        todo = ("Renvoyer chaque lettre, ou appeler la personne." if failed
                else "Vérifier le serveur de courrier (INTAKE_SMTP_URL).")
        return Row("Lettres", f"{', '.join(filter(None, said))}.", todo, "letters.list_all")
    return Row("Lettres", "Toutes les lettres sont parties à l’heure.")


def _backup(settings: Settings) -> Row:
    if db_is_postgres():
        return Row("Sauvegarde", "Celle de PostgreSQL, faite par pg_dump : elle se vérifie sur sa machine.")
    todo = "Lancer « intake backup », et le faire toutes les 6 heures."
    if settings.backups is None or settings.backup_key is None:
        return Row("Sauvegarde", "Aucune sauvegarde n’est réglée.",
                   "Régler INTAKE_BACKUPS et INTAKE_BACKUP_KEY, puis lancer « intake backup ».")
    made = backups.newest(settings.backups)
    if made is None:
        return Row("Sauvegarde", "Aucune sauvegarde n’est faite.", todo)
    _, at = made
    old = moment.now() - at > backups.STALE
    return Row("Sauvegarde", f"La dernière est faite {ago(at, moment.now())}.", todo if old else "")


def _anchor(settings: Settings) -> Row:
    subject, named = "Empreinte du jour", len(anchors.witnesses())
    if named < anchors.WITNESSES:
        return Row(subject, "Personne ne la reçoit." if not named else "Une seule personne la reçoit.",
                   "Nommer deux personnes, hors de l’équipe technique, dans « Conservation des données ».", "settings.groups")
    laid = anchors.newest(anchors.folder_of(settings))
    if laid is None or moment.now() - laid[1] > anchors.STALE:
        return Row(subject, "Aucune depuis plus d’un jour." if laid else "Aucune n’est faite.",
                   "Regarder si l’horloge tourne, et si le dossier des sauvegardes est là.")
    return Row(subject, f"La dernière est faite {ago(laid[1], moment.now())}.")


def _disk(settings: Settings) -> Row:
    disk = degraded.disk_of(settings)
    free = disk.free / disk.total
    stopped = ("Seule la lecture est ouverte. " if degraded.WRITING.reached(disk)
               else "Les pièces sont refusées. " if degraded.PIECES.reached(disk) else "")
    todo = f"{stopped}Faire de la place : le dossier des données et les sauvegardes."
    return Row("Disque", f"{free * 100:.0f} % de libre.", todo if stopped or free < degraded.ENOUGH_FREE else "")


def _second_step(_: Settings) -> Row:
    holders = {grant.person_id for grant in accounts.grants_today()}
    ready = {person for (person,) in Factor.select(Factor.person).where(Factor.person.in_(holders)).distinct().tuples()}
    without = len(holders - ready)
    if not without:
        return Row("Seconde étape", "Toute l’équipe a une seconde étape.")
    return Row("Seconde étape", f"{words.Count(without):personne|personnes} de l’équipe sans seconde étape.",
               "Demander à chaque personne de l’ajouter à sa prochaine connexion.", "people.list_all")


def _database(settings: Settings) -> Row:
    if db_is_postgres():
        return Row("Base de données", "PostgreSQL répond.")
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    if file.exists() and file.stat().st_size > LOOKED_AT_LIVE:
        return Row("Base de données", "Elle répond. Son fichier se vérifie avec « intake doctor ».")
    if broken := health.damage():
        return Row("Base de données", f"Le fichier est abîmé : {words.Count(len(broken)):endroit|endroits}.",
                   "Arrêter le service, garder le fichier, puis « intake restore » de la dernière sauvegarde.")
    return Row("Base de données", "Le fichier est intact.")


def _promises(_: Settings) -> Row:
    off, on = promises.withdrawn(), promises.found_on()
    if on is None:
        return Row("Engagements", "Aucun essai n’est publié : la page « Nos engagements » est vide.")
    missing = sorted({test for one in off for test in one.tests if not promises.holds(test)}, key=lambda test: int(test[1:]))
    said = (f"Vérifiés le {words.long_day(on)}. " + (
        f"{words.Count(len(off)):engagement n’est pas montré|engagements ne sont pas montrés}, faute d’un essai qui tient : "
        f"{', '.join(missing)}." if off else "Tous sont montrés."))
    return Row("Engagements", said)


LOOKS: tuple[Callable[[Settings], Row], ...] = (
    _clock, _letters, _backup, _anchor, _database, _disk, _second_step, _promises)
