"""DATASHEET.md: the questions of "Datasheets for Datasets" (Gebru et al., 2021), answered for this very release."""

from releases.documents.datasheet.afterwards import DISTRIBUTION, MAINTENANCE, USE
from releases.documents.datasheet.collection import COLLECTION, PREPARATION
from releases.documents.datasheet.composition import COMPOSITION
from releases.documents.datasheet.motivation import MOTIVATION
from releases.documents.edition import Edition
from releases.documents.markdown import document

PARTS = (MOTIVATION, COMPOSITION, COLLECTION, PREPARATION, USE, DISTRIBUTION, MAINTENANCE)


def datasheet(edition: Edition) -> bytes:
    """DATASHEET.md of one edition."""
    told = [
        document_part
        for part in PARTS
        for document_part in (
            f"## {part.title}",
            *(f"**{question.text}**\n\n{question.answer(edition)}" for question in part.questions),
        )
    ]
    head = (
        f"# Datasheet of Candor {edition.label}",
        "The questions are those of *Datasheets for Datasets* (Gebru, Morgenstern, Vecchione, Wortman Vaughan, "
        "Wallach, Daumé III and Crawford, 2021). The numbers are of this release.",
    )
    return document(*head, *told)
