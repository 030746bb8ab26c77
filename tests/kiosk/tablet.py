"""A tablet as the server meets it: it pairs, seals with the key it was given, delivers as often as it likes."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake.models import devices
from intake.models.devices import Device
from intake.models.people import Person
from intake.pages.devices import pin_kept
from tests.cast import writing
from workflows import roles

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
PIN = "402117"


@dataclass
class Tablet:
    """One tablet and its cookie."""

    client: FlaskClient
    device: dict[str, Any] = field(default_factory=dict)
    sequence: int = 0

    def post(self, path: str, told: Any, **headers: str) -> TestResponse:
        """A JSON request of the kiosk's."""
        return self.client.post(f"/borne/{path}", json=told, headers=headers)

    def millis(self) -> int:
        """Its clock, right unless the test says otherwise."""
        from intake import moment

        return int(moment.now().timestamp() * 1000)

    def entry(self, payload: dict[str, Any], *, at: int | None = None, key: str = "", device: str = "", sequence: int = 0
              ) -> dict[str, Any]:
        """A sealed entry, numbered."""
        self.sequence += 1
        key, device, at = key or str(uuid.uuid4()), device or self.device["uid"], self.millis() if at is None else at
        sequence = sequence or self.sequence
        bound = f"parcours-borne|1|{self.device['key']['uid']}|{key}|{device}|{sequence}|{at}"
        return {"key": key, "version": 1, "sealed_to": self.device["key"]["uid"], "device": device, "sequence": sequence,
                "at": at, "body": self.sealed(payload, bound)}

    def irritant(self, text: str, subject: str = "", day: str = "2027-03-18") -> dict[str, Any]:
        """« Ce qui coince », with its day alone."""
        key = str(uuid.uuid4())
        bound = f"parcours-borne|1|{self.device['key']['uid']}|{key}|irritant|{day}"
        return {"key": key, "version": 1, "sealed_to": self.device["key"]["uid"], "day": day,
                "body": self.sealed({"text": text, "subject": subject}, bound)}

    def sealed(self, payload: Any, bound: str) -> str:
        """To the server's key, by the same standard as the browser's library."""
        point = bytes.fromhex(self.device["key"]["public"])
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        return base64.b64encode(SUITE.encrypt(json.dumps(payload).encode(), public, info=bound.encode())).decode()

    def deliver(self, entry: dict[str, Any], *, sent: int | None = None) -> TestResponse:
        """Send one entry."""
        return self.post("entrees", {"sent": self.millis() if sent is None else sent, "entry": entry},
                         **{"Idempotency-Key": entry["key"]})

    def note(self, **payload: Any) -> dict[str, Any]:
        """Seal and deliver at once; the answer, its receipt checked."""
        entry = self.entry(payload)
        answer = self.deliver(entry)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        told: dict[str, Any] = answer.get_json()
        assert told["receipt"] == {"key": entry["key"], "digest": digest(entry)}
        return told


def digest(entry: dict[str, Any]) -> str:
    """What a tablet compares a receipt with."""
    clear = ("irritant", entry["day"]) if "day" in entry else (entry["device"], str(entry["sequence"]), str(entry["at"]))
    bound = "|".join(("parcours-borne", "1", entry["sealed_to"], entry["key"], *clear))
    return hashlib.sha256(f"{bound}|{entry['body']}".encode()).hexdigest()


def paired(app: Flask, by: Person, name: str = "Tablette bleue") -> Tablet:
    """A tablet that someone of the team let in."""
    tablet = Tablet(app.test_client())
    asked = tablet.post("associer", {}).get_json()
    with writing():
        devices.approve(asked["code"], name=name, place="Moulin", pin=pin_kept(PIN), by=by, role=roles.circle)
    told = tablet.post("associer/suite", {"secret": asked["secret"]}).get_json()
    assert told["state"] == "paired"
    tablet.device = told["device"]
    return tablet


def row(tablet: Tablet) -> Device:
    """What the house keeps of it."""
    with writing():
        found: Device = Device.get(Device.uid == tablet.device["uid"])
    return found
