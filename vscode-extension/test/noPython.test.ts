import * as assert from "node:assert";
import { openMarked, until } from "./editor";
import { answerWith, messages } from "./messages";

// Started with a PATH in which there is no Python.
describe("without Python", () => {
  it("says which Python is needed when llmspell is to be installed", async () => {
    answerWith("Install");
    await openMarked("first.lua", "print(1)\n");
    await until("the missing runtime and the missing Python are told", () => messages.length > 1);
    assert.match(messages[1] ?? "", /Python 3\.11 or newer/);
  });
});
