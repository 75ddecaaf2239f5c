"""Why there is such a dataset, and who makes it."""

from releases.documents.datasheet.shapes import Part, Question, always
from releases.documents.edition import Edition


def creators(edition: Edition) -> str:
    site = f" ({edition.home.site})" if edition.home.site else ""
    return (
        f"The contributors of a Candor site{site}: people who submit questions, review them, label answers and run "
        "it. They take part in their own name or under a pseudonym, and the files name none of them."
    )


MOTIVATION = Part(
    "Motivation",
    (
        Question(
            "For what purpose was the dataset created? Was there a specific gap?",
            always(
                "To have an open record of what language models say, dodge and refuse to say, that can be checked. "
                "Models go into products all over the world and carry their makers’ and hosts’ silences with them; "
                "claims about that were mostly single examples, about few states, by one grader, and could not be "
                "recomputed. Candor asks of every state’s sensitive subjects, of any maker’s models, in many "
                "languages, by the same rules; several people label each answer without knowing who wrote it; how "
                "far they agree is published with it."
            ),
        ),
        Question(
            "Who created the dataset, and on behalf of which entity?",
            creators,
        ),
        Question(
            "Who funded the creation of the dataset?",
            always(
                "That is not recorded in the dataset. Whoever runs a site pays for the calls to models; what they "
                "cost is not published, since contracts with hosts are private. The program "
                "has no way to pay anybody for labels."
            ),
        ),
        Question(
            "Any other comments?",
            always(
                "A finding here is only a finding against its control. The dataset began with a worry about some "
                "countries’ models, and is built so that it can just as well come out the other way."
            ),
        ),
    ),
)
