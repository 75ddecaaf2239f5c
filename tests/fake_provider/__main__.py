"""`python -m tests.fake_provider --port 0`: prints the port and serves until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import signal
import sys

from tests.fake_provider.server import start


async def main(port):
    runner, port = await start(port)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.fake_provider")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    asyncio.run(main(parser.parse_args().port))
