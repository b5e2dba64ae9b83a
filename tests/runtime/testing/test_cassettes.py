"""What is recorded, what is played back, and what is said where nothing fits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ollama import ListResponse, ProcessResponse
from openai.types import CreateEmbeddingResponse, Embedding
from openai.types.create_embedding_response import Usage as EmbeddingUsage

from llmspell.testing.cassettes.cassette import Cassette, RecordingError
from llmspell.testing.cassettes.masks import Masks, masked_url, without_secret_fields
from tests.runtime.models.streams import events, whole
from tests.runtime.models.test_openai import piece
from tests.runtime.testing.conftest import CHAT, KEY, Bed
from tests.runtime.tools.builtin.site import Asked, Page

HELLO = """
Test.case("hello", function()
  local agent = Agent.builder():model("mine/m"):build()
  print(agent:execute("Say hello").text)
end)
"""


def asks(question: str, name: str = "hello") -> str:
    return HELLO.replace("Say hello", question).replace('"hello"', f'"{name}"')


def outputs(bed: Bed, code: str | None = None, **settings: object) -> list[str]:
    """What the cases have written; all have passed."""
    report = bed.run(code, **settings)  # type: ignore[arg-type]
    assert report.good, [case.message for case in report.files[0].cases]
    return [case.output for case in report.files[0].cases]


def test_an_answer_is_asked_for_once_and_played_from_then_on(bed: Bed) -> None:
    bed.says("Hello, Ada")
    assert outputs(bed, HELLO) == ["Hello, Ada\n"]
    bed.server.pages.clear()
    report = bed.run()
    assert [case.output for case in report.files[0].cases] == ["Hello, Ada\n"]
    assert (report.files[0].played, report.files[0].recorded) == (1, 0)
    assert len([a for a in bed.server.asked if a.path == CHAT]) == 1


def test_playing_needs_no_key_no_network_and_no_library(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed.says("Hello")
    outputs(bed, HELLO)
    monkeypatch.setitem(sys.modules, "openai", None)
    monkeypatch.delitem(sys.modules, "llmspell.models.openai.provider", raising=False)
    again = bed.run(record="none", offline=True, environ={"MINE_API_KEY": ""})
    assert again.good
    assert again.files[0].cases[0].output == "Hello\n"


def test_without_a_recording_the_error_says_how_to_record(bed: Bed) -> None:
    result = bed.case(HELLO, "none")
    assert result.status == "error"
    assert (
        "no answer to this request (chat of mine/m) is recorded in a_test.cassette.json\n"
        "record it: llmspell test a_test.lua --record new" in result.message
    )
    assert bed.server.asked == []
    assert not bed.cassette.exists()


def test_once_records_only_files_that_have_no_cassette(bed: Bed) -> None:
    bed.says("Hello", "Goodbye")
    outputs(bed, HELLO)
    assert "no answer" in bed.case(asks("Say goodbye")).message
    assert outputs(bed, record="new") == ["Goodbye\n"]
    assert outputs(bed, record="none") == ["Goodbye\n"]
    assert outputs(bed, HELLO, record="none") == ["Hello\n"]


def test_a_changed_request_is_told_beside_the_nearest_recording(bed: Bed) -> None:
    bed.says("one", "two")
    outputs(bed, asks("Count the apples", "apples") + asks("Tell a joke", "joke"))
    result = bed.case(asks("Count the pears"), "none")
    assert (
        "the nearest recording (of “apples”) differs (- recorded, + asked):\n"
        "  messages[2].text\n"
        '    - "Count the apples"\n'
        '    + "Count the pears"' in result.message
    )


def test_an_error_that_the_spell_has_caught_fails_the_case_nevertheless(bed: Bed) -> None:
    result = bed.case(
        HELLO.replace("print(", "pcall(function() ").replace(".text)", " end)"), "none"
    )
    assert result.status == "error"
    assert "is recorded" in result.message


def test_the_same_request_has_its_answers_in_their_order(bed: Bed) -> None:
    bed.says("first", "second")
    ask = "  print(Agent.builder():model('mine/m'):build():execute('Say it').text)\n"
    twice = f"Test.case('c', function()\n{ask}{ask}end)"
    assert outputs(bed, twice) == ["first\nsecond\n"]
    assert outputs(bed, record="none") == ["first\nsecond\n"]
    thrice = twice.replace("end)", f"{ask}end)")
    result = bed.case(thrice, "none")
    assert "this request (chat of mine/m) is recorded 2 times, and was made again" in result.message


def test_a_case_has_its_own_answer_whichever_cases_are_run(bed: Bed) -> None:
    bed.says("one", "two")
    code = asks("Say it", "first") + asks("Say it", "second")
    assert outputs(bed, code) == ["one\n", "two\n"]
    assert outputs(bed, record="none", filters=("second",)) == ["two\n"]


def test_all_records_anew_the_cases_that_are_run(bed: Bed) -> None:
    bed.says("one", "two", "three")
    code = asks("Say it", "first") + asks("Say it", "second")
    outputs(bed, code)
    assert outputs(bed, record="all", filters=("second",)) == ["three\n"]
    assert outputs(bed, record="none") == ["one\n", "three\n"]


def test_old_answers_stay_where_recording_anew_fails(bed: Bed) -> None:
    bed.says("one")
    outputs(bed, HELLO)
    bed.server.pages.clear()
    assert bed.run(record="all").files[0].cases[0].status == "error"
    assert outputs(bed, record="none") == ["one\n"]


def test_recordings_that_nobody_asks_for_are_told_and_go_with_all(bed: Bed) -> None:
    bed.says("one", "two", "one")
    outputs(bed, asks("Say it", "first") + asks("Say that", "second"))
    assert bed.run(filters=("first",)).files[0].unused == []
    report = bed.run(asks("Say it", "first"))
    assert report.files[0].unused == ["chat of mine/m (of “second”)"]
    assert bed.run(record="all").files[0].unused == []
    assert [each["test"] for each in bed.recorded] == ["first"]


def test_a_stream_is_played_piece_by_piece(bed: Bed) -> None:
    pieces = [piece({"content": text}) for text in ("He", "llo, ", "Ada")]
    bed.server.add(CHAT, events([*pieces, piece({}, "stop")], end="[DONE]"))
    code = """
        Test.case("c", function()
          local pieces = {}
          local agent = Agent.builder():model("mine/m"):build()
          agent:invokeStream("Hi", function(chunk) pieces[#pieces + 1] = chunk.content or chunk end)
          print(JSON.stringify(pieces))
        end)
    """
    first = outputs(bed, code)
    bed.server.pages.clear()
    assert outputs(bed, record="none") == first
    assert [each.get("text") for each in bed.recorded[0]["answer"]["chunks"]][:3] == [
        "He",
        "llo, ",
        "Ada",
    ]
    assert bed.recorded[0]["request"]["stream"] is True


def test_calls_of_tools_are_recorded_with_the_tools_once(bed: Bed) -> None:
    from tests.runtime.models.test_openai import answer

    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "calculator", "arguments": '{"operation":"evaluate","input":"6*7"}'},
    }
    said = [answer(None, [call]), answer("It is 42")]
    bed.server.add(CHAT, lambda _: whole(said.pop(0)))
    code = """
        Test.case("c", function()
          local agent = Agent.builder():model("mine/m"):allow_tool("calculator"):build()
          local answer = agent:execute("What is 6*7?")
          print(answer.text, answer.tool_calls[1].tool_name)
        end)
    """
    assert outputs(bed, code) == ["It is 42\tcalculator\n"]
    assert outputs(bed, record="none", offline=True) == ["It is 42\tcalculator\n"]
    document = json.loads(bed.cassette.read_text())
    (name,) = document["tools"]
    assert name.startswith("calculator#")
    assert [each["request"]["tools"] for each in document["recorded"]] == [[name], [name]]


def test_refusals_of_a_server_are_recorded_and_faults_of_this_machine_are_not(bed: Bed) -> None:
    caught = HELLO.replace("print(agent", "print(select(2, pcall(function() return agent").replace(
        ".text)", ".text end)))"
    )
    bed.server.add(CHAT, whole({"error": {"message": "too long"}}, 400))
    first = outputs(bed, caught)
    assert "too long" in first[0]
    bed.server.pages.clear()
    assert outputs(bed, record="none") == first
    bed.cassette.unlink()
    bed.server.add(CHAT, whole({"error": {"message": "who are you?"}}, 401))
    assert "who are you" in outputs(bed, caught)[0]
    assert not bed.cassette.exists()


def test_vectors_and_lists_of_models_are_recorded(bed: Bed, server: object) -> None:
    from llmspell.app import Runtime, Stage
    from llmspell.models.model import wait_for
    from llmspell.models.request import EmbedRequest
    from llmspell.testing.cassettes.http import RecordedHttp
    from llmspell.testing.cassettes.models import RecordedModels

    vectors = [Embedding(embedding=[0.5, 1.0], index=0, object="embedding")]
    usage = EmbeddingUsage(prompt_tokens=2, total_tokens=2)
    bed.server.add(
        "/v1/embeddings",
        whole(CreateEmbeddingResponse(data=vectors, model="m", object="list", usage=usage)),
    )
    bed.server.add(
        "/v1/models",
        whole(
            {
                "object": "list",
                "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "me"}],
            }
        ),
    )

    def asked(mode: str) -> tuple[object, object]:
        cassette = Cassette(bed.cassette, mode, Masks(), "")  # type: ignore[arg-type]
        stage = Stage(RecordedModels(cassette), RecordedHttp(cassette), bed.folder / "state.db")
        with Runtime(
            config=bed.folder / "own.toml", stage=stage, environ={"MINE_API_KEY": KEY}
        ) as runtime:
            model = runtime.models.find("mine/m")
            vectors = model.embed(EmbedRequest(model="", texts=("hello",)))
            return vectors, wait_for(model.provider.models())

    first = asked("once")
    bed.server.pages.clear()
    assert asked("none") == first
    assert first[0].vectors == ((0.5, 1.0),)  # type: ignore[attr-defined]


def test_models_of_this_machine_are_recorded_and_played_without_it(bed: Bed) -> None:
    listed = ListResponse.model_validate({"models": [{"model": "m:1b", "size": 5_000_000}]})
    bed.server.add("/api/tags", whole(listed.model_dump(mode="json")))
    bed.server.add("/api/ps", whole(ProcessResponse(models=[]).model_dump(mode="json")))
    code = """
        Test.case("kept", function()
          for _, model in ipairs(LocalLLM.list("ollama")) do print(model.id) end
        end)
    """
    assert outputs(bed, code, environ={"OLLAMA_HOST": bed.server.url}) == ["m:1b\n"]
    nowhere = {"OLLAMA_HOST": "127.0.0.1:1"}
    assert outputs(bed, record="none", environ=nowhere) == ["m:1b\n"]


def test_tables_without_an_order_make_the_same_request_each_time(bed: Bed) -> None:
    """Lua gives the keys of a table in another order in each state."""
    keys = ", ".join(f"key{i} = {{ type = 'string' }}" for i in range(8))
    code = f"""
        Test.case("c", function()
          local agent = Agent.builder():model("mine/m"):build()
          local properties = {{ {keys} }}
          agent:execute("Hi", {{ context = properties, schema = {{ type = "object", properties = properties }} }})
        end)
    """
    bed.says("{}")
    outputs(bed, code)
    for _ in range(3):
        outputs(bed, record="none")


# HTTP -----------------------------------------------------------------------------------------

GET = """
Test.case("c", function()
  local answer = Tool.execute("http-requester", { method = "%s", url = "%s"%s })
  print(answer.text)
end)
"""


def test_requests_of_tools_are_recorded_and_played(bed: Bed) -> None:
    url = bed.server.json("/api", {"name": "Ada"})
    first = outputs(bed, GET % ("GET", url, ""))
    assert "Ada" in first[0]
    bed.server.pages.clear()
    assert outputs(bed, record="none") == first
    assert len(bed.server.asked) == 1
    assert bed.recorded[0]["answer"]["json"] == {"name": "Ada"}


def test_a_redirection_and_a_packed_body_are_played_as_they_came(bed: Bed) -> None:
    import gzip

    packed = gzip.compress("Grüße\n".encode())
    page = Page(
        packed, headers={"Content-Encoding": "gzip", "Content-Type": "text/plain; charset=utf-8"}
    )
    bed.server.add("/there", page)
    url = bed.server.redirect("/here", "/there")
    first = outputs(bed, GET % ("GET", url, ""))
    assert "Grüße" in first[0]
    bed.server.pages.clear()
    assert outputs(bed, record="none") == first
    assert [each["answer"]["status"] for each in bed.recorded] == [302, 200]


def test_what_the_policy_refuses_is_refused_before_recordings_are_looked_at(bed: Bed) -> None:
    url = bed.server.json("/api", {"name": "Ada"})
    outputs(bed, GET % ("GET", url, ""))
    (bed.folder / "own.toml").write_text("")
    assert "Ada" not in bed.run(record="none").files[0].cases[0].output


def test_another_body_is_another_request(bed: Bed) -> None:
    url = bed.server.add("/api", lambda asked: Page(asked.body))
    outputs(bed, GET % ("POST", url, ", body = 'a=1'"))
    result = bed.case(GET % ("POST", url, ", body = 'a=2'"), "none")
    assert f"no answer to this request (POST {url}) is recorded" in result.message


def test_bytes_that_are_no_text_are_played_as_they_came(bed: Bed) -> None:
    url = bed.server.add("/x", Page(bytes(range(256)), headers={"Content-Type": "image/x"}))
    first = outputs(bed, GET % ("GET", url, ""))
    bed.server.pages.clear()
    assert outputs(bed, record="none") == first


# Secrets --------------------------------------------------------------------------------------


def test_keys_are_not_recorded_wherever_they_stand(bed: Bed) -> None:
    def echoed(asked: Asked) -> Page:
        told = {"auth": asked.headers["authorization"], "access_token": "fresh-from-the-server"}
        headers = {"Content-Type": "application/json", "Set-Cookie": "session=cookie-of-mine"}
        return Page(json.dumps(told, indent=4).encode(), headers=headers)

    url = bed.server.add("/api", echoed)
    bed.says(f"Your key is {KEY}")
    code = HELLO.replace("Say hello", f"I know {KEY}") + (
        GET
        % (
            "POST",
            f"{url}?key=query-secret",
            ', headers = { Authorization = "Bearer header-secret" }, body = JSON.stringify { password = "body-secret" }',
        )
    ).replace('"c"', '"d"')
    assert outputs(bed, code, environ={"OTHER_TOKEN": "header-secret"})
    text = bed.cassette.read_text()
    for secret in (KEY, "header-secret", "query-secret", "body-secret", "fresh-from", "cookie-of"):
        assert secret not in text, secret
    assert "Your key is <MINE_API_KEY>" in text
    assert "key=<KEY>" in text
    bed.server.pages.clear()
    assert bed.run(record="none", environ={"OTHER_TOKEN": "header-secret"}).good
    report = bed.run(record="none", environ={"MINE_API_KEY": ""})
    assert [case.status for case in report.files[0].cases] == ["error", "passed"]


def test_a_key_that_comes_in_pieces_is_not_recorded(bed: Bed) -> None:
    pieces = [piece({"content": text}) for text in ("key: ", KEY[:5], KEY[5:], " there")]
    bed.server.add(CHAT, events([*pieces, piece({}, "stop")], end="[DONE]"))
    code = HELLO.replace(
        'print(agent:execute("Say hello").text)', 'agent:invokeStream("Hi", function() end)'
    )
    outputs(bed, code)
    assert KEY[5:] not in bed.cassette.read_text()
    assert "key: <MINE_API_KEY> there" in bed.cassette.read_text()


def test_what_is_masked_is_put_back_where_it_is_played(bed: Bed) -> None:
    bed.server.add(CHAT, lambda asked: whole_answer(asked.json["messages"][-1]["content"]))
    code = """
        Test.case("c", function()
          local now = "%s"
          Test.mask(now, "NOW")
          local agent = Agent.builder():model("mine/m"):build()
          Test.equal(agent:execute("It is " .. now).text, "It is " .. now)
          local folder = Test.folder()
          Test.equal(agent:execute("Look at " .. folder .. "/x").text, "Look at " .. folder .. "/x")
        end)
    """
    outputs(bed, code % "10:24:31")
    assert "It is <NOW>" in bed.cassette.read_text()
    assert "Look at <FOLDER>/x" in bed.cassette.read_text()
    bed.server.pages.clear()
    outputs(bed, code % "23:59:59", record="none")


def whole_answer(text: str) -> Page:
    from tests.runtime.models.test_openai import answer

    return whole(answer(text))


@pytest.mark.parametrize(("text", "word"), [("abc", "W"), ("abcd", "a b"), ("abcd", "")])
def test_what_cannot_be_masked_is_refused(bed: Bed, text: str, word: str) -> None:
    result = bed.case(f"Test.case('c', function() Test.mask('{text}', '{word}') end)")
    assert "Validation error" in result.message


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"items": [{"accessToken": "x", "key": "size"}]}, {"items": [{"accessToken": "<ACCESSTOKEN>", "key": "size"}]}),
        ([[{"client_secret": "x"}]], [[{"client_secret": "<CLIENT_SECRET>"}]]),
        ('{"password": "x"}', '{"password": "<PASSWORD>"}'),
        ({"max_tokens": 5, "token": 5, "note": "[no JSON"}, {"max_tokens": 5, "token": 5, "note": "[no JSON"}),
    ],
)  # fmt: skip
def test_fields_with_secrets_are_masked_at_any_depth(told: object, kept: object) -> None:
    assert without_secret_fields(told) == kept


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://me:word@x.org/a?b=1&b=2#c", "https://x.org/a?b=1&b=2#c"),
        ("https://x.org/?api_key=abc&q=a%20b", "https://x.org/?api_key=<API_KEY>&q=a%20b"),
        ("https://x.org/a%2Fb?q=%C3%A9", "https://x.org/a%2Fb?q=%C3%A9"),
    ],
)
def test_addresses_are_kept_without_secrets(url: str, kept: str) -> None:
    assert masked_url(url) == kept


def test_folders_of_this_machine_are_not_recorded(tmp_path: Path) -> None:
    masks = Masks.of_environment({"HOME": "/home/ada"}, "/home/ada/work")
    told = "see /home/ada/work/x, /home/ada/y, /home/adam/z, and https://x.org/home/ada/y"
    masked = masks.masked(told)
    assert masked == "see <CWD>/x, <HOME>/y, /home/adam/z, and https://x.org/home/ada/y"
    elsewhere = Masks.of_environment({"HOME": "/root"}, "/srv/app")
    assert elsewhere.put_back(masked).startswith("see /srv/app/x, /root/y, ")


# Files ----------------------------------------------------------------------------------------


def test_a_cassette_can_be_read_by_people(bed: Bed) -> None:
    bed.says("Roses are red,\nviolets are blue\n")
    outputs(bed, HELLO)
    text = bed.cassette.read_text()
    assert '          {"role": "user", "text": "Say hello"}\n' in text
    assert '"Roses are red,\\n",\n' in text
    assert max(map(len, text.splitlines())) <= 100
    assert outputs(bed, record="none") == ["Roses are red,\nviolets are blue\n\n"]


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2, "recorded": []}', '{"format": 1}', "{"])
def test_a_cassette_that_is_broken_is_an_error_and_stays(bed: Bed, text: str) -> None:
    bed.cassette.write_text(text)
    result = bed.case(HELLO)
    assert result.status == "error"
    assert "a_test.cassette.json" in result.message
    assert bed.cassette.read_text() == text


def test_what_was_answered_is_on_the_disk_when_the_process_is_killed(bed: Bed) -> None:
    bed.says("kept")
    code = (
        HELLO
        + 'Test.case("killed", function() io.open("begun", "w"):close() while true do end end)'
    )
    bed.write("a_test.lua", code)
    os.mkfifo(bed.folder / "begun")
    program = Path(sys.executable).with_name("llmspell")
    environ = os.environ | {"HOME": str(bed.folder / "home"), "MINE_API_KEY": KEY}
    environ.pop("CI", None)
    process = subprocess.Popen(
        [program, "-c", "own.toml", "test"], env=environ, stdout=subprocess.DEVNULL
    )
    (bed.folder / "begun").read_bytes()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert outputs(bed, record="none", filters=("hello",)) == ["kept\n"]
    assert sorted(p.name for p in bed.folder.iterdir() if "cassette" in p.name) == [
        bed.cassette.name
    ]


def test_a_cassette_refuses_what_it_has_not(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path / "x.cassette.json", "none", Masks(), "so")
    with pytest.raises(RecordingError, match="record it: so"):
        cassette.play("http", {"method": "GET", "url": "https://example.org/"})
    assert len(cassette.missing) == 1
