"""The fake provider in a thread of the test's own process."""

import asyncio
import json
import threading
import urllib.request

from tests.fake_provider.server import start


class FakeProvider:
    """A context manager; `base_url` is what an endpoint gets, `counts()` what was asked so far."""

    def __init__(self, port=0):
        self._wanted_port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def root(self):
        """The address without a version, as Azure's and Gemini's endpoints have it."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self._thread.start()
        self._runner, self.port = self._run(start(self._wanted_port))
        return self

    def __exit__(self, *exc_info):
        self._run(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def counts(self):
        """Everything counted, as GET /_count gives it."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_count", timeout=5) as response:
            return json.load(response)

    def asked(self, prompt, model=None):
        """How often this prompt was asked, over all models or of one."""
        return sum(
            row["asked"]
            for row in self.counts()["asked"]
            if row["prompt"] == prompt and (model is None or row["model"] == model)
        )

    def reset(self):
        """Forget all counts."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/_reset", data=b"", method="POST")
        urllib.request.urlopen(request, timeout=5).close()

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)
