"""Papers: contracts and what goes with them, made by Typst from values, then frozen, signed and sealed."""

from intake.papers.making import TEMPLATES, TITLES, Document, make, parts, template_version
from intake.papers.preparing import Asked, prepare

__all__ = ["TEMPLATES", "TITLES", "Asked", "Document", "make", "parts", "prepare", "template_version"]
