"""The model in the box: a small real model that `manage.py up` serves on this machine, an endpoint like any other."""

from django.db import transaction

from probes.actions.llms import add_endpoint, add_llm, resume_endpoint, stop_endpoint
from probes.choices import NOT_RUNNING, EndpointKind, EndpointStatus
from probes.models import Endpoint

SLUG = "model-in-the-box"
# What xllamacpp serves the file under; see embedded.model.
SERVED_NAME = "smollm2-135m-instruct"


@transaction.atomic
def place_model_in_the_box(*, url: str) -> Endpoint | None:
    """Makes the endpoint point at `url`, or pauses it where `url` is empty. Safe to run at every start.

    About 40 tokens a second on two cores: one call at a time, at most 256 tokens, one sample a prompt.
    """
    endpoint = Endpoint.objects.filter(slug=SLUG).first()
    if not url:
        if endpoint is not None and endpoint.status == EndpointStatus.ACTIVE:
            stop_endpoint(by=None, endpoint=endpoint, reason=NOT_RUNNING)
        return None
    if endpoint is None:
        llm = add_llm(
            by=None,
            slug="smollm2-135m-instruct",
            name="SmolLM2 135M Instruct",
            maker="Hugging Face",
            maker_country="US",
            open_weights=True,
            remark="A very small model of 135 million weights. It shows how Candor works, not how models behave.",
        )
        return add_endpoint(
            by=None,
            llm=llm,
            slug=SLUG,
            kind=EndpointKind.LOCAL,
            base_url=url,
            served_name=SERVED_NAME,
            dialect="llamacpp",
            params={"max_tokens": 256},
            max_in_flight=1,
            samples=1,
            timeout_s=300,
            allow_private=True,
        )
    Endpoint.objects.filter(pk=endpoint.pk).update(base_url=url)
    if endpoint.status == EndpointStatus.PAUSED and endpoint.status_reason == NOT_RUNNING:
        resume_endpoint(by=None, endpoint=endpoint)
    return endpoint
