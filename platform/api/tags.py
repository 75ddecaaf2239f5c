"""The nouns of the API, in the order in which one comes to need them, what each is, and who answers for it all."""

from typing import Any

from django.conf import settings

from core.contact import contact_link, is_mail

TAGS = {
    "index": "What there is, noun by noun.",
    "prompts": "What is asked, and submitting and reviewing it.",
    "near": "Prompts that come close to a text.",
    "topics": "What prompts are sorted by.",
    "models": "The models that are asked.",
    "endpoints": "Where a model is served.",
    "rounds": "When prompts were put to models.",
    "answers": "What models said, once enough people have labelled it.",
    "labels": "What people said of each answer, one verdict a row.",
    "consensus": "What the labels of an answer add up to.",
    "probes": "Which call to a model brought what.",
    "agreement": "How far people agree, slice by slice.",
    "crowd": "How those who label label, all together.",
    "judges": "How machine judges compare with people.",
    "rates": "How often each model censors, evades and answers.",
    "comparisons": "Models, states and languages beside each other.",
    "releases": "The dataset as it was at a moment, and its files.",
    "files": "The files of all releases, with their SHA-256.",
    "changes": "What came, changed and went, in order.",
    "replies": "What makers say to what was found about their models.",
    "corrections": "What was published and was wrong.",
    "webhooks": "Addresses of yours that are told of releases.",
    "assignments": "Labelling through a program.",
    "imports": "Answers that were collected elsewhere.",
}


def with_tags(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Each noun with its sentence. Called by drf-spectacular when all is put together."""
    result["tags"] = [{"name": name, "description": about} for name, about in TAGS.items()]
    return result


def with_contact(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Whoever runs the site, as far as it says how to reach them. Called by drf-spectacular as well."""
    way = {"email": settings.CONTACT} if is_mail(settings.CONTACT) else {"url": contact_link() or "/about/"}
    result["info"]["contact"] = {"name": "The maintainers of the site", **way}
    return result
