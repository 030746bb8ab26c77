"""`intake papers`: the certificate of the house, the check of signed PDFs, the archive kept outside the application."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from intake import moment, seal_keys, sealing
from intake.models.dossiers import Case, Dossier
from intake.models.pieces import Paper
from intake.models.settings import settings_on
from intake.models.signatures import SealedPaper, sealed_copy
from intake.papers.evidence import both

SUMS = "SHA256SUMS"


def make_certificate() -> str:
    """Make a self-signed certificate that seals from now on; those before keep opening old seals."""
    pair = seal_keys.make(str(settings_on(moment.today())["coop.name"]), moment.now())
    until = f"{pair.certificate.not_valid_after_utc:%Y-%m-%d}"
    return f"Certificate {pair.fingerprint} seals from now on, until {until}. Copy the .seal file where the keys are copied."


def verify(path: Path) -> tuple[list[str], bool]:
    """What each PDF of a path says, in plain French, and whether all are whole and ours; sums are checked too."""
    if not path.exists():
        return [f"{path}: there is no such file"], False
    files = sorted(path.glob("**/*.pdf")) if path.is_dir() else [path]
    lines, whole = list(_wrong_sums(path)) if path.is_dir() else [], True
    whole = not lines
    for file in files:
        found = sealing.examine(file.read_bytes())
        word, sentence = sealing.verdict(found)
        whole = whole and word == "good"
        lines.append(f"{file.name} : {sentence}")
        if found.intact:
            lines += [f"  Signé par {one['name']}, le {both(one['at'])}" for one in found.evidence.get("signatures", ())]
            lines += [f"  Scellé le {both(found.at)}, {found.subject}"] if found.at else []
    return lines or ["No PDF here."], whole and bool(files)


def archive(folder: Path) -> str:
    """Write the sealed copies that a folder does not have, and their sums; `verify FOLDER` checks them again."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = 0
    for name, content in _copies():
        file = folder / name
        if not file.exists():
            file.write_bytes(content)
            written += 1
    sums = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(folder.glob("*.pdf")))
    (folder / SUMS).write_text(sums, encoding="utf-8")
    return f"{written} sealed copies written in {folder}."


def _copies() -> Iterator[tuple[str, bytes]]:
    rows = (SealedPaper.select(SealedPaper.made_at, Paper, Case, Dossier).join(Paper).join(Case).join(Dossier)
            .order_by(SealedPaper.id))
    for row in rows.iterator():
        content = sealed_copy(row.paper)
        if content is not None:
            number = row.paper.case.dossier.number
            yield f"{number}-{row.paper.kind}-{row.made_at:%Y-%m-%d}-{row.paper.sha256[:8]}.pdf", content


def _wrong_sums(folder: Path) -> Iterator[str]:
    """Files that are not what was archived, or are gone."""
    sums = folder / SUMS
    for line in sums.read_text(encoding="utf-8").splitlines() if sums.exists() else ():
        sum_, name = line.split("  ", 1)
        file = folder / name
        if not file.exists():
            yield f"{name} : le fichier a disparu de l’archive."
        elif hashlib.sha256(file.read_bytes()).hexdigest() != sum_:
            yield f"{name} : ce n’est plus le fichier archivé."
