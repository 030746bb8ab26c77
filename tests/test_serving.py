"""The server itself: what it refuses before any page, it refuses in words."""

from __future__ import annotations

import threading
from dataclasses import replace
from http.client import HTTPConnection

import pytest
from flask import Flask

from config import Settings
from intake import serving
from intake.headers import POLICY
from tests.postgres import free_port


@pytest.mark.trust("T12")
def test_a_body_over_twelve_megabytes_is_refused_in_words(app: Flask, settings: Settings) -> None:
    port, stop = free_port(), threading.Event()
    server = serving.create_server(app, replace(settings, port=port))
    thread = threading.Thread(target=serving.run, args=(server, stop), daemon=True)
    thread.start()
    try:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", str(12 * 1024 * 1024 + 1))
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 413
        assert answer.getheader("Content-Security-Policy") == POLICY
        assert "Le fichier doit peser moins de 10\N{NO-BREAK SPACE}Mo" in answer.read().decode()
    finally:
        stop.set()
        thread.join(10)
