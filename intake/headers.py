"""What every response carries, errors and downloads included (TRUST 3.1, 3.4)."""

from flask import Response, current_app, g, request

from intake import language

POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob:", "font-src 'self'",
    "connect-src 'self'", "manifest-src 'self'", "worker-src 'self'", "form-action 'self'", "base-uri 'none'",
    "object-src 'none'", "frame-ancestors 'none'",
))
SCANNING = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
"""On the tablet's pages that read a badge, and nowhere else: the reader is compiled there."""


def dress(response: Response) -> Response:
    """Add the security headers; personal pages are never stored."""
    sandbox = "; sandbox" if response.headers.get("Content-Disposition", "").startswith("attachment") else ""
    policy, camera = SCANNING if g.get("scans") else POLICY, "(self)" if g.get("camera") else "()"
    response.headers.extend((
        ("Content-Security-Policy", policy + sandbox), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"),
        ("Permissions-Policy", f"camera={camera}, microphone=(), geolocation=()"), ("Cross-Origin-Opener-Policy", "same-origin")))
    if current_app.config["PRODUCTION"]:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = language.current()
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "HX-Request, HX-Request-Type, Cookie"
    return response
