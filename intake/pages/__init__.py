"""The screens: one module each, a blueprint named like it."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

SCREENS = (
    "start",
    "language",
    "sign_in",
    "journey",
    "offer",
    "exchanges",
    "review",
    "application",
    "dossier",
    "reading",
    "step",
    "contract",
    "signing",
    "papers",
    "board",
    "board_table",
    "bulk",
    "group_entry",
    "exports",
    "waiting_list",
    "pairing",
    "wishes",
    "brands",
    "waiting_for_me",
    "figures",
    "journees",
    "administration",
    "health",
    "settings",
    "caps",
    "people",
    "meetings",
    "letters",
    "devices",
    "onward",
    "journee",
    "paper",
    "slots",
    "tray",
    "irritants",
    "my_journee",
    "second_step",
    "my_data",
    "keeping",
    "archive",
    "pieces",
    "deadlines",
    "needs",
    "associates",
    "promises",
)
"""Every screen; its module holds `pages`, a Blueprint of the same name."""
DEVELOPMENT = ("development", "styleguide")
"""Screens that do not exist in production."""


def register(app: Flask, *, development: bool) -> None:
    """Register every screen."""
    for screen in (*SCREENS, *(DEVELOPMENT if development else ())):
        app.register_blueprint(import_module(f"intake.pages.{screen}").pages)
