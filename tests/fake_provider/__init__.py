"""A provider of our own for tests: an OpenAI-compatible server that behaves and misbehaves on request.

In a test:

    with FakeProvider() as provider:
        ...  # Endpoint(base_url=provider.base_url, model="answer,delay:50")
        assert provider.asked("What is a fjord?") == 1

As a process of its own: `python -m tests.fake_provider --port 0` prints its port on the first line.
How it behaves is written into the model's name or into the prompt; see `behaviours`.
"""

from tests.fake_provider.in_thread import FakeProvider

__all__ = ["FakeProvider"]
