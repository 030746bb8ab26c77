"""The load: so many keep-alive clients for so many seconds; prints what they saw as one JSON line."""

from __future__ import annotations

import http.client
import json
import secrets
import sys
import threading
import time
from itertools import cycle
from urllib.parse import urlencode

ASK = {"Sec-Fetch-Site": "same-origin"}


def main() -> None:
    """Read the order on standard input: port, paths, clients, seconds (or requests), method, fields, cookie, wanted."""
    order = json.load(sys.stdin)
    latencies: list[float] = []
    failed: list[str] = []
    end = time.monotonic() + order["seconds"]
    threads = [threading.Thread(target=one, args=(order, number, end, latencies, failed))
               for number in range(order["clients"])]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"latencies": latencies, "failed": failed[:5], "failures": len(failed),
                      "seconds": time.monotonic() - begun}))


def one(order: dict, number: int, end: float, latencies: list[float], failed: list[str]) -> None:
    """One client: its connection, its share of the paths."""
    server = http.client.HTTPConnection("127.0.0.1", order["port"], timeout=30)
    paths = cycle(order["paths"][number::order["clients"]] or order["paths"])
    headers = ASK | ({"Cookie": order["cookie"]} if order.get("cookie") else {})
    while time.monotonic() < end:
        path, body, sent = next(paths), None, dict(headers)
        if order["method"] == "POST":
            body = urlencode({**order["fields"], "key": secrets.token_urlsafe(12)})
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        begun = time.perf_counter()
        try:
            server.request(order["method"], path, body, sent)
            answer = server.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as broken:
            failed.append(f"{broken!r} {path}")
            return
        latencies.append(time.perf_counter() - begun)
        if answer.status != order["wanted"]:
            failed.append(f"{answer.status} {path}")


if __name__ == "__main__":
    main()
