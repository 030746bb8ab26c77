"""The forms of an accompaniment (JOURNEY §7): pairing, handover, meeting, review."""

from __future__ import annotations

from typing import Any

from wtforms import Form

from workflows import fields as f
from workflows.common import NO_PRIVATE_LIFE
from workflows.grammar import StepForm
from workflows.lists import CIRCLES, NEEDS, SUBJECTS
from workflows.roles import circle, cogerance, peer, person, support

OTHER = "other"
"""Someone who is not among those proposed first."""


class PairingForm(StepForm):
    """Someone the circle has in mind."""

    readers = (circle, peer)
    follows = {"other": ("peer", OTHER)}
    peer = f.PersonField("Personne pressentie", missing="Choisissez une personne")
    other = f.TextField("Nom ou prénom", optional=True)
    why = f.LinesField("Pourquoi cette personne ?", optional=True, description=NO_PRIVATE_LIFE)


    def validate(self, extra_validators: Any = None) -> bool:
        """« Quelqu’un d’autre » is a search: its answers are then chosen from."""
        searched = str(self.other.data or "").strip()
        valid = super().validate(extra_validators)
        if valid and self.peer.data == OTHER:
            found = any(value != OTHER for value, _ in self.peer.pairs)
            self.other.data = searched or None
            if not searched:
                self.peer.errors = ["Écrivez un nom, puis choisissez la personne"]
            else:
                self.peer.errors = ["Choisissez la personne dans la liste" if found else
                                    "Personne de ce nom ne peut accompagner. Essayez un autre nom"]
            return False
        return bool(valid)


class HandoverForm(StepForm):
    """What the next peer needs to know."""

    readers = (circle, peer)
    handover = f.LinesField("Où nous en sommes", missing="Écrivez où vous en êtes", description=NO_PRIVATE_LIFE)


class DecisionRow(Form):
    """Something decided at a meeting."""

    who = f.ChoiceField("Qui", missing="Choisissez qui", listed=True, choices=[
        ("person", "La personne"), ("peer", "Le binôme")])
    what = f.TextField("Quoi", missing="Indiquez quoi")
    when = f.WrittenDayField(
        "Quand", optional=True, named="La date de la décision", description="Par exemple, 15 12 2026")


class MeetingForm(StepForm):
    """A meeting of the pairing, in the log they share."""

    readers = (person, circle, peer)
    held_on = f.DayField("Date", missing="Saisissez la date du rendez-vous", past=True)
    minutes = f.NumberField(
        "Durée", missing="Saisissez la durée", description="En minutes", named="La durée", least=1, most=600)
    mode = f.ChoiceField("Mode", missing="Choisissez un mode", choices=[
        ("place", "Sur place"), ("phone", "Au téléphone"), ("video", "En visioconférence")])
    present = f.TextField("Présents", missing="Indiquez qui était là")
    subjects = f.ChoicesField("Sujets", missing="Choisissez au moins un sujet", choices=SUBJECTS)
    notes = f.LinesField("Compte rendu partagé", missing="Écrivez le compte rendu", description=NO_PRIVATE_LIFE)
    decisions = f.TableField(
        "Décisions : qui, quoi, quand", DecisionRow, optional=True,
        description="Avec une date, la décision devient une tâche pour la personne nommée")
    needs = f.ChoicesField("Besoins", optional=True, choices=NEEDS)
    next_on = f.DayField("Prochaine date", optional=True)


class AppointmentForm(StepForm):
    """A slot of a journée, taken or given back."""

    readers = (person, circle, peer)
    on = f.DayField("Date du prochain rendez-vous", optional=True)


class ReviewForm(StepForm):
    """A review: the questions of a CAPE, or the eight points of a CESA (décret 2015-1363)."""

    readers = (person, circle, peer, support, cogerance)
    billed = f.MoneyField("Chiffre facturé", missing="Saisissez le chiffre facturé")
    cashed = f.MoneyField("Chiffre encaissé", missing="Saisissez le chiffre encaissé")
    margin = f.MoneyField("Marge", optional=True)
    quotes = f.MoneyField("Devis en cours", optional=True)
    goals = f.LinesField("Objectifs", missing="Écrivez où en sont les objectifs")
    hours = f.NumberField("Temps passé", optional=True, description="En heures, depuis le dernier bilan")
    feeling = f.LinesField("Ressenti", optional=True, description=NO_PRIVATE_LIFE)
    needs = f.ChoicesField("Besoins", optional=True, choices=NEEDS)
    circles = f.ChoicesField("Vie coopérative, cercles souhaités", optional=True, choices=CIRCLES)
    project = f.LinesField("Projet à 6 mois", missing="Écrivez le projet à 6 mois")
    opinion = f.ChoiceField("Avis", missing="Choisissez un avis", choices=[
        ("continue", "Continuer"), ("renew", "Renouveler"), ("cesa", "Contrat salarié"), ("leave", "Sortir")])

    activity = f.LinesField("Activité et objectifs", missing="Écrivez où en sont l’activité et les objectifs")
    prospects = f.LinesField("Perspectives", missing="Écrivez les perspectives")
    new_goals = f.LinesField(
        "Nouveaux objectifs, activité minimale", missing="Écrivez les nouveaux objectifs et l’activité minimale")
    help_needed = f.LinesField("Appui ou formation", missing="Écrivez l’appui ou la formation utiles")
    actions = f.LinesField("Actions décidées", missing="Écrivez les actions décidées")
    safety = f.LinesField(
        "Santé et sécurité (conditions de travail)", missing="Écrivez ce qui concerne les conditions de travail",
        description="Les conditions de travail seulement, rien sur la santé de la personne")
    membership = f.LinesField(
        "Sociétariat et date limite", missing="Écrivez où en est le sociétariat, avec sa date limite")
    leave = f.LinesField("Congés", missing="Écrivez ce qui concerne les congés")


CESA_POINTS = frozenset({
    "activity", "prospects", "new_goals", "help_needed", "actions", "safety", "membership", "leave",
})
"""The eight points of a CESA's reviews (décret 2015-1363)."""
