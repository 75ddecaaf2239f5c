"""The fake provider in a thread of the test's own process."""

import asyncio
import json
import threading
import urllib.parse
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
        return self._get("/_count")

    def total(self):
        """How often anything was asked."""
        return self._get("/_count?pairs=no")["total"]

    def arrivals(self, model=None):
        """Each request in the order it came: {"model", "at" (monotonic), "wall", "retry_after" (None or seconds)}."""
        return self._get("/_arrivals" + (f"?model={urllib.parse.quote(model)}" if model else ""))

    def black_hole(self, on):
        """Swallow every request from now on, or stop; gives how many were swallowed. What was swallowed stays so."""
        return self._post(f"/_hole?on={int(on)}")["swallowed"]

    def asked(self, prompt, model=None):
        """How often this prompt was asked, over all models or of one."""
        return sum(
            row["asked"]
            for row in self.counts()["asked"]
            if row["prompt"] == prompt and (model is None or row["model"] == model)
        )

    def reset(self):
        """Forget all counts, arrivals and limits."""
        self._post("/_reset")

    def _get(self, path):
        with urllib.request.urlopen(self.root + path, timeout=5) as response:
            return json.load(response)

    def _post(self, path):
        with urllib.request.urlopen(urllib.request.Request(self.root + path, data=b""), timeout=5) as response:
            return json.load(response)

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)
