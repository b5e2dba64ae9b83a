import * as assert from "node:assert";
import { openMarked, until } from "./editor";
import { answerWith, messages } from "./messages";

// Started in a workspace whose .venv has an llmspell that says that it is 0.0.9.
describe("with another version of llmspell", () => {
  it("tells both versions", async () => {
    answerWith("");
    await openMarked("first.lua", "print(1)\n");
    const told = await until("the version is told", () => messages[0]);
    assert.match(told, /llmspell 0\.0\.9 .*\.venv.* is not the version of this extension/);
  });
});
