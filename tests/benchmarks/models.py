"""A local model behind an agent, against llama-cpp-python alone; and agents without a model."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from llmspell import Runtime
from llmspell.agents.agent import Agent
from llmspell.agents.config import AgentConfig
from llmspell.agents.request import AgentRequest
from llmspell.background import on_loop
from llmspell.config.schema import Provider
from llmspell.models.local import gguf
from llmspell.models.local.loading import Loaded
from llmspell.models.local.pool import POOL
from llmspell.models.local.provider import LocalProvider
from llmspell.models.local.template import tokens
from llmspell.models.messages import Message
from llmspell.models.provider import Setup
from llmspell.models.request import Sampling
from llmspell.models.service import Access
from llmspell.testing import Echo
from tests.benchmarks.figure import Figure, median, seconds
from tests.real_model import model_path

ROUNDS = 4
MANY = 100
SERVER = """
import asyncio, json

BODY = json.dumps({
    "id": "1", "object": "chat.completion", "created": 0, "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop",
                 "message": {"role": "assistant", "content": "yes"}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}).encode()

async def answer(reader, writer):
    while (await reader.readline()).strip():
        length = 0
        while (line := (await reader.readline()).strip()):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        await reader.readexactly(length)
        await asyncio.sleep(1.0)
        head = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n"
        writer.write(head % len(BODY) + BODY)
        await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=200)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""
WRITTEN = 24
LONG = " ".join(f"Note {number}: the colour of box {number} is blue." for number in range(90))
"""About a thousand tokens."""


def figures() -> list[Figure]:
    """Prefix reuse, the cost of an agent over a bare call, and of an agent over nothing."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "HOME": folder}
        with Runtime(environ=environ, script_dir=folder) as runtime:
            agent = runtime.agents.create(
                AgentConfig(
                    name="measured",
                    model=f"local/{model_path()}",
                    system_prompt="Answer briefly.",
                    sampling=Sampling(temperature=0, max_tokens=WRITTEN),
                )
            )
            agent.ask("Hi")
            loaded = POOL.kept()[0]
            return [
                *_listed(folder),
                _second_turn(agent, loaded),
                *_against_bare(agent, loaded, "a short question", "Write a poem about the sea."),
                *_against_bare(agent, loaded, "500 tokens", LONG[: len(LONG) // 2]),
                _without_model(runtime),
                _many_at_once(runtime),
            ]


def _listed(folder: str) -> list[Figure]:
    """A store of as many files as large as the real one, none of which was looked at before."""
    store = Path(folder, "store")
    store.mkdir()
    for number in range(MANY):
        (store / f"model{number}.gguf").symlink_to(model_path())
    settings = Provider(provider_type="local", options={"model_directory": str(store)})
    provider = LocalProvider(Setup(name="local", settings=settings))
    took = []
    for _ in range(ROUNDS):
        gguf._metadata.cache_clear()
        took.append(seconds(lambda: asyncio.run(provider.models())))
    command = [str(Path(sys.executable).with_name("llmspell")), "model", "list"]
    command += ["--backend", "llama_cpp"]
    environ = {**os.environ, "LLMSPELL_MODELS_DIRECTORY": str(store)}
    process = median(lambda: seconds(lambda: _quietly(command, environ)))
    return [
        Figure(f"list of a store of {MANY} models", min(took) * 1000, "ms", 50),
        Figure(f"`llmspell model list` of {MANY} models, whole process", process * 1000, "ms"),
    ]


def _quietly(command: list[str], environ: dict[str, str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environ)


def _second_turn(agent: Agent, loaded: Loaded) -> Figure:
    """Time to the first token of the second turn of a long conversation, against the first."""
    ratios = []
    for _ in range(ROUNDS):
        agent.memory.clear()
        _forget(loaded)
        short = Sampling(temperature=0, max_tokens=4)
        first = on_loop(agent.answer(AgentRequest(text=LONG, sampling=short))).result()
        second = on_loop(agent.answer(AgentRequest(text="And box 7?", sampling=short))).result()
        assert first.first_token is not None
        assert second.first_token is not None
        ratios.append(second.first_token / first.first_token)
    agent.memory.clear()
    return Figure("second turn of 1 000 tokens, first token", min(ratios), "x", 0.2)


def _against_bare(agent: Agent, loaded: Loaded, what: str, question: str) -> list[Figure]:
    """First token and all tokens of an answer, in turn by an agent and by llama-cpp-python.

    In seconds, and in those of processors: the latter can be compared while others work too.
    """
    ours, bare = [], []
    for _ in range(ROUNDS):
        _forget(loaded)
        agent.memory.clear()
        used = time.process_time()
        result = agent.ask(question)
        used = time.process_time() - used
        assert result.first_token is not None
        ours.append((result.first_token, result.seconds, used))
        _forget(loaded)
        bare.append(asyncio.run(loaded.run(lambda llama: _bare(loaded, llama, question))))
    first, whole, used = (
        min(each) / min(other)
        for each, other in zip(zip(*ours, strict=True), zip(*bare, strict=True), strict=True)
    )
    return [
        Figure(f"agent, first token of {what}, against llama-cpp-python", first, "x", 1.05),
        Figure(f"agent, whole answer to {what}, against llama-cpp-python", whole, "x", 1.05),
        Figure(f"agent, processor's time of {what}, against llama-cpp-python", used, "x", 1.05),
    ]


def _bare(loaded: Loaded, llama: Any, question: str) -> tuple[float, float, float]:
    """Seconds to the first piece, to the end, and of processors; same prompt, same sampling."""
    assert loaded.template is not None
    messages = [Message.system("Answer briefly."), Message.user(question)]
    prompt = tokens(loaded.template.prompt(messages), llama.tokenize)
    used, begun, first = time.process_time(), time.perf_counter(), 0.0
    pieces = llama.create_completion(
        prompt, max_tokens=WRITTEN, temperature=0, repeat_penalty=1.1, stream=True
    )
    for _ in pieces:
        first = first or time.perf_counter() - begun
    return first, time.perf_counter() - begun, time.process_time() - used


def _forget(loaded: Loaded) -> None:
    asyncio.run(loaded.run(lambda llama: llama.reset()))


def _without_model(runtime: Runtime) -> Figure:
    """One question to an agent whose provider answers at once."""
    runtime.models.register("echo", Echo)
    agent = runtime.agents.create(AgentConfig(name="echo", model="echo/m"))
    took = []
    for _ in range(200):
        agent.memory.clear()
        begun = time.perf_counter()
        agent.ask("Hi")
        took.append(time.perf_counter() - begun)
    return Figure("agent without its model", sorted(took)[len(took) // 2] * 1000, "ms", 2)


def _many_at_once(runtime: Runtime) -> Figure:
    """Agents that are asked at once on a server that takes a second for each, however many."""
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            access = Access(base_url=f"http://127.0.0.1:{int(server.stdout.readline())}/v1")
            agents = [
                runtime.agents.create(
                    AgentConfig(name=f"many{number}", model="openai/m", access=access)
                )
                for number in range(MANY)
            ]
            agents[0].ask("Hi")
            begun = time.perf_counter()
            for future in [on_loop(agent.answer(AgentRequest(text="Hi"))) for agent in agents]:
                future.result()
            took = time.perf_counter() - begun
        finally:
            server.terminate()
    return Figure(f"{MANY} agents at once, against one that the server needs 1 s for", took, "x")
