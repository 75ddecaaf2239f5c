"""Serves one GGUF file on loopback as an OpenAI-compatible endpoint: `python -m embedded.model_server FILE PORT`.

llama.cpp does the work. It is asked to be a good neighbour: two threads that sleep while they wait (spinning threads
crawl, below one token a second, as soon as the cores are shared), the lowest priority, one answer at a time.
"""

import os
import signal
import sys
import threading

from embedded.model import HOST, NAME

THREADS = 2
CONTEXT = 4096  # tokens, prompt and answer together
LONGEST_ANSWER = 1024  # tokens, whatever is asked for
QUIET = 2  # warnings and errors only: the log would grow with every answer


def main(weights: str, port: int) -> None:
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # read once, when llama.cpp's library is loaded
    os.nice(19)
    import xllamacpp

    wanted = xllamacpp.CommonParams()
    wanted.model.path = weights
    wanted.model_alias = {NAME}
    wanted.hostnames = [HOST]
    wanted.port = port
    wanted.offline = True
    wanted.ui = False
    wanted.n_ctx = CONTEXT
    wanted.n_parallel = 1
    wanted.n_predict = LONGEST_ANSWER
    wanted.verbosity = QUIET
    wanted.cpuparams.n_threads = THREADS
    wanted.cpuparams_batch.n_threads = THREADS
    server = xllamacpp.Server(wanted)

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    sys.stdout.write(f"{NAME} answers on {server.listening_address}\n")
    sys.stdout.flush()
    ended.wait()
    os._exit(0)  # an answer that is being written is not waited for


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
