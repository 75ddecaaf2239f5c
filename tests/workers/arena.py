"""`python -m tests.workers.arena BASE_URL`: fills the empty database of DATABASE_URL with a round of 200 probes."""

import os
import sys

import django


def main(base_url):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    from accounts.actions import add_user
    from probes.actions import add_endpoint, add_llm, open_round
    from prompts.actions import approve_prompt, submit_prompt
    from prompts.models import Topic
    from tests.cast import POINTS

    call_command("migrate", verbosity=0)
    author = add_user(by=None, username="author", password="a password of the author")
    reviewer = add_user(by=None, username="reviewer", password="a password of theirs", role="reviewer")
    topic = Topic.objects.create(slug="topic", name_en="T", name_fr="T", name_zh_hans="T")
    for number in range(20):
        prompt = submit_prompt(
            by=author, text=f"What happened in the year {1900 + number}?", language="en", topic=topic,
            kind="sensitive", act="ask_fact", state="FR", points=POINTS,
        )  # fmt: skip
        approve_prompt(by=reviewer, prompt=prompt)
    llm = add_llm(by=None, slug="fake", name="Fake", maker="Nobody", maker_country="FR")
    add_endpoint(
        by=None, llm=llm, slug="fake", kind="local", base_url=base_url, served_name="answer,delay:400",
        allow_private=True, max_in_flight=8,
    )  # fmt: skip
    open_round(by=None, name="A round", samples=10)


if __name__ == "__main__":
    main(sys.argv[1])
