"""An Ollama for the tests: its HTTP API on loopback, in front of the real model.

What it answers is made of the official client's own types, so it cannot differ from them. Streams
are one JSON document a line. Of the API it has chat, generate, embed, tags, show, ps, pull, delete
and version (Ollama's `docs/api.md`).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from typing import Any

import llama_cpp
from llama_cpp import Llama
from llama_cpp.llama_grammar import LlamaGrammar
from ollama import (
    ChatResponse,
    EmbedResponse,
    GenerateResponse,
    ListResponse,
    Message,
    ProcessResponse,
    ProgressResponse,
    ShowResponse,
)
from pydantic import BaseModel

from llmspell.models.local.loading import without_amx

NAME = "qwen2.5-coder:0.5b"
DETAILS = {
    "format": "gguf",
    "family": "qwen2",
    "parameter_size": "494M",
    "quantization_level": "Q4_K_M",
}


class Unknown(Exception):
    """There is no such model."""


class RealOllama:
    """The state of the server: which models it has, and whether the real one is loaded."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._llama: Llama | None = None
        self._lock = threading.Lock()
        self.models = {NAME}

    def answers(self, path: str, body: dict[str, Any]) -> Iterator[BaseModel]:
        """What is answered to a request, part by part."""
        routes = {
            "/api/tags": self._tags,
            "/api/ps": self._ps,
            "/api/show": self._show,
            "/api/chat": self._chat,
            "/api/generate": self._generate,
            "/api/embed": self._embed,
            "/api/pull": self._pull,
            "/api/delete": self._delete,
        }
        with self._lock:
            yield from routes[path](body)

    def _tags(self, _: dict[str, Any]) -> Iterator[BaseModel]:
        moment, size = datetime.now(UTC), self._path.stat().st_size
        held = [
            {"model": name, "modified_at": moment, "digest": "0", "size": size, "details": DETAILS}
            for name in sorted(self.models)
        ]
        yield ListResponse.model_validate({"models": held})

    def _ps(self, _: dict[str, Any]) -> Iterator[BaseModel]:
        running = [] if self._llama is None else [{"model": NAME, "name": NAME}]
        yield ProcessResponse.model_validate({"models": running})

    def _show(self, body: dict[str, Any]) -> Iterator[BaseModel]:
        self._known(body)
        told = {
            "license": "Apache License",
            "details": DETAILS,
            "model_info": {"qwen2.context_length": 32768},
            "capabilities": ["completion", "tools"],
        }
        yield ShowResponse.model_validate(told)

    def _chat(self, body: dict[str, Any]) -> Iterator[BaseModel]:
        messages = [{"role": m["role"], "content": m["content"]} for m in body["messages"]]
        pieces: Any = self._loaded(body).create_chat_completion(
            messages=messages,  # type: ignore[arg-type] # plain tables are what it takes
            stream=True,
            grammar=_grammar(body),
            **_sampling(body),
        )
        texts = (each["choices"][0]["delta"].get("content") or "" for each in pieces)
        for text, ends in self._counted(body, texts):
            yield ChatResponse(model=NAME, message=Message(role="assistant", content=text), **ends)

    def _generate(self, body: dict[str, Any]) -> Iterator[BaseModel]:
        if body.get("keep_alive") == 0:
            self._llama = None
            yield GenerateResponse(model=NAME, response="", done=True, done_reason="unload")
            return
        prompt = body["prompt"]
        pieces: Any = self._loaded(body)(prompt, stream=True, **_sampling(body))
        texts = (each["choices"][0]["text"] for each in pieces)
        for text, ends in self._counted(body, texts):
            yield GenerateResponse(model=NAME, response=text, **ends)

    def _counted(
        self, body: dict[str, Any], texts: Iterator[str]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """The texts, as parts or at once, and at last what they took."""
        most, written, whole = _sampling(body)["max_tokens"], 0, []
        for text in texts:
            written += bool(text)
            if not body.get("stream"):
                whole.append(text)
            elif text:
                yield text, {"done": False}
        reason = "length" if written >= most else "stop"
        llama = self._loaded(body)
        read = max(llama.n_tokens - written, 0)
        ends = {"done": True, "done_reason": reason, "eval_count": written}
        yield "".join(whole), {**ends, "prompt_eval_count": read}

    def _embed(self, body: dict[str, Any]) -> Iterator[BaseModel]:
        self._known(body)
        llama = _load(self._path, n_ctx=256, embedding=True, pooling_type=1)
        try:
            yield EmbedResponse(model=NAME, embeddings=llama.embed(body["input"], normalize=True))
        finally:
            llama.close()

    def _pull(self, body: dict[str, Any]) -> Iterator[BaseModel]:
        yield ProgressResponse(status="pulling manifest")
        for completed in (0, 50, 100):
            yield ProgressResponse(status="pulling aa", digest="aa", total=100, completed=completed)
        yield ProgressResponse(status="verifying sha256 digest")
        self.models.add(body["model"])
        yield ProgressResponse(status="success")

    def _delete(self, body: dict[str, Any]) -> Iterator[BaseModel]:
        self._known(body)
        self.models.remove(body["model"])
        yield GenerateResponse(response="")

    def _known(self, body: dict[str, Any]) -> None:
        if body["model"] not in self.models:
            raise Unknown(body["model"])

    def _loaded(self, body: dict[str, Any]) -> Llama:
        self._known(body)
        if self._llama is None:
            self._llama = _load(self._path, n_ctx=1024)
        return self._llama


def _load(path: Path, **options: Any) -> Llama:
    with without_amx(llama_cpp.llama_cpp):
        return Llama(str(path), verbose=False, **options)


def _sampling(body: dict[str, Any]) -> dict[str, Any]:
    options = body.get("options") or {}
    return {
        "temperature": options.get("temperature", 0.0),
        "max_tokens": options.get("num_predict", 16),
        "stop": options.get("stop") or [],
    }


def _grammar(body: dict[str, Any]) -> LlamaGrammar | None:
    form = body.get("format")
    if not form:
        return None
    schema = json.dumps(form if isinstance(form, dict) else {"type": "object"})
    return LlamaGrammar.from_json_schema(schema, verbose=False)


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for a `RealOllama`, which a subclass names."""

    protocol_version = "HTTP/1.1"
    ollama: RealOllama

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(size) or b"{}")
        if self.path == "/api/version":
            self._send(200, b'{"version": "0.12.3"}')
            return
        try:
            parts = self.ollama.answers(self.path, body)
            first = next(parts)
        except Unknown as unknown:
            error = json.dumps({"error": f"model '{unknown}' not found"})
            self._send(404, error.encode())
            return
        if body.get("stream"):
            self._stream(first, parts)
        else:
            for last in parts:
                first = last
            self._send(200, first.model_dump_json(by_alias=True).encode())

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - names of the library

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, first: BaseModel, parts: Iterator[BaseModel]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for part in chain((first,), parts):
                line = part.model_dump_json().encode() + b"\n"
                self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def real_ollama(path: Path) -> Iterator[str]:
    """The address of an Ollama that has the model of a file."""
    handler = type("Served", (Handler,), {"ollama": RealOllama(path)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
