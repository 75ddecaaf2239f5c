"""`python -m tests.workers.arena BASE_URL`: fills the empty database of DATABASE_URL with a round of due probes."""

import argparse
import os

import django


def main(told):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    from accounts.actions import add_user
    from probes.actions import add_endpoint, add_llm, open_missing_probes, open_round
    from probes.models import Probe
    from prompts.actions import approve_prompt, submit_prompt
    from prompts.models import Topic
    from tests.cast import POINTS

    call_command("migrate", verbosity=0)
    author = add_user(by=None, username="author", password="a password of the author")
    reviewer = add_user(by=None, username="reviewer", password="a password of theirs", role="reviewer")
    topic = Topic.objects.create(slug="topic", name_en="T", name_fr="T", name_zh_hans="T")
    for number in range(told.prompts):
        prompt = submit_prompt(
            by=author, text=f"What happened in the year {1700 + number}?", language="en", topic=topic,
            kind="sensitive", act="ask_fact", state="FR", points=POINTS,
        )  # fmt: skip
        approve_prompt(by=reviewer, prompt=prompt)
    llm = add_llm(by=None, slug="fake", name="Fake", maker="Nobody", maker_country="FR")
    add_endpoint(
        by=None, llm=llm, slug="fake", kind="local", base_url=told.base_url, served_name=told.model,
        allow_private=True, max_in_flight=told.in_flight, timeout_s=told.timeout, stream=told.stream,
    )  # fmt: skip
    opened = open_round(by=None, name="A round", samples=told.samples)
    # In lots as beat does it: those of one lot are due at the same moment.
    while open_missing_probes(of=opened, limit=1000):
        pass
    assert Probe.objects.count() == told.prompts * told.samples


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.workers.arena")
    parser.add_argument("base_url")
    parser.add_argument("--model", default="answer,delay:400", help="the name the endpoint serves it under")
    parser.add_argument("--prompts", type=int, default=20)
    parser.add_argument("--samples", type=int, default=10, help="of each prompt; a round takes 100 at most")
    parser.add_argument("--in-flight", type=int, default=8, help="calls at a time at the endpoint")
    parser.add_argument("--timeout", type=int, default=120, help="seconds for one call")
    parser.add_argument("--stream", action="store_true")
    main(parser.parse_args())
