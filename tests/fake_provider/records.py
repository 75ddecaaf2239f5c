"""What the fake provider remembers: counts, when each request arrived, who is over a limit, and the black hole."""

import asyncio
import collections
import time


class Counts:
    """How often each pair of model and prompt was asked, and how many requests were open at once."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.asked = {}
        self.finished = {}
        self.in_flight = 0
        self.most_in_flight = 0

    def begin(self, model, prompt):
        """Count a request; gives its number for this pair, from 1."""
        pair = (model, prompt)
        self.asked[pair] = self.asked.get(pair, 0) + 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        return self.asked[pair]

    def end(self, model, prompt, finished):
        self.in_flight = max(0, self.in_flight - 1)
        if finished:
            self.finished[model, prompt] = self.finished.get((model, prompt), 0) + 1

    def totals(self):
        return {
            "total": sum(self.asked.values()),
            "finished": sum(self.finished.values()),
            "in_flight": self.in_flight,
            "most_in_flight": self.most_in_flight,
        }

    def as_dict(self):
        return {
            **self.totals(),
            "asked": [
                {"model": model, "prompt": prompt, "asked": number, "finished": self.finished.get((model, prompt), 0)}
                for (model, prompt), number in self.asked.items()
            ],
        }


class Arrivals:
    """When requests arrived: on the monotonic clock, which every process of a machine shares, and on the wall."""

    def __init__(self):
        self.clear()

    def clear(self):
        self._all = []
        self._allowed = {}

    def note(self, model):
        """Remember one; gives what is remembered, for `decide` to write into."""
        arrival = {"model": model, "at": time.monotonic(), "wall": time.time(), "retry_after": None}
        self._all.append(arrival)
        return arrival

    def decide(self, arrival, limit, window_s):
        """None where it is within the limit, else the seconds until one more will be.

        At most `limit` are let through in any window of that length, wherever it begins; those refused do not count.
        """
        allowed = self._allowed.setdefault(arrival["model"], collections.deque())
        while allowed and allowed[0] <= arrival["at"] - window_s:
            allowed.popleft()
        if len(allowed) < limit:
            allowed.append(arrival["at"])
            return None
        return allowed[0] + window_s - arrival["at"]

    def of(self, model):
        return [arrival for arrival in self._all if model in (None, arrival["model"])]


class Hole:
    """A black hole: while it is on, whatever arrives or would be answered is swallowed, for good."""

    def __init__(self):
        self.on = False
        self.swallowed = 0

    async def pull(self):
        """Returns at once while the hole is off; otherwise only the client can end it, by going away."""
        if self.on:
            self.swallowed += 1
            await asyncio.Event().wait()
