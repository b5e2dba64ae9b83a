import * as assert from "node:assert";
import { spawn } from "node:child_process";
import * as vscode from "vscode";
import { until } from "./editor";

/** A message of the debug adapter protocol, as far as the tests look at it. */
export interface Message {
  readonly type: string;
  readonly event?: string;
  readonly command?: string;
  readonly success?: boolean;
  readonly arguments?: any;
  readonly body?: any;
}

/** What adapters have said since `listen` was called, oldest first. */
export const heard: Message[] = [];

/** What VS Code has said to them. */
export const said: Message[] = [];

/** Keeps what adapters say from now on in `heard`, and what is said to them in `said`. */
export function listen(): vscode.Disposable {
  return vscode.debug.registerDebugAdapterTrackerFactory("llmspell", {
    createDebugAdapterTracker: () => ({
      onDidSendMessage: (message) => heard.push(message),
      onWillReceiveMessage: (message) => said.push(message),
    }),
  });
}

/** The output of spells since `heard` was last emptied. */
export function output(category = "stdout"): string {
  return heard
    .filter(({ event, body }) => event === "output" && body.category === category)
    .map(({ body }) => body.output)
    .join("");
}

/** A place where a spell stands. */
export interface Standing {
  readonly session: vscode.DebugSession;
  readonly thread: number;
  readonly frame: number;
  /** Counted from 1. */
  readonly line: number;
  readonly reason: string;
}

/** Does something, and waits until a spell stands because of it and the window shows where. */
export async function standingAfter(act: () => PromiseLike<unknown>): Promise<Standing> {
  const before = heard.length;
  await act();
  const stopped = await until("the spell stops", () =>
    heard.slice(before).find(({ event }) => event === "stopped"),
  );
  const frame = await until("the window shows the frame", () => {
    const item = vscode.debug.activeStackItem;
    return item instanceof vscode.DebugStackFrame && heard.slice(before).some(isTrace) && item;
  });
  const thread = stopped.body.threadId;
  const trace = await frame.session.customRequest("stackTrace", { threadId: thread });
  const { id, line } = trace.stackFrames[0];
  return { session: frame.session, thread, frame: id, line, reason: stopped.body.reason };
}

function isTrace({ command, success }: Message): boolean {
  return command === "stackTrace" && success === true;
}

/** Does something, and waits for the end of the session; the code that the spell ended with. */
export async function endAfter(act: () => PromiseLike<unknown>): Promise<number | undefined> {
  const before = heard.length;
  let ended = false;
  const listening = vscode.debug.onDidTerminateDebugSession(() => (ended = true));
  await act();
  await until("the session ends", () => ended);
  listening.dispose();
  return heard.slice(before).find(({ event }) => event === "exited")?.body.exitCode;
}

/** A command of VS Code's own about debugging, such as `stepOver`. */
export function press(name: string): PromiseLike<unknown> {
  return vscode.commands.executeCommand(`workbench.action.debug.${name}`);
}

interface Variable {
  readonly name: string;
  readonly value: string;
  readonly variablesReference: number;
}

/** The values of a scope's variables by their names. */
export async function variablesOf(at: Standing, scope = "Locals"): Promise<Record<string, string>> {
  const found = await at.session.customRequest("variables", {
    variablesReference: await referenceOf(at, scope),
  });
  return Object.fromEntries(found.variables.map(({ name, value }: Variable) => [name, value]));
}

/** The number by which the variables of a scope are asked for. */
export async function referenceOf(at: Standing, scope = "Locals"): Promise<number> {
  const { scopes } = await at.session.customRequest("scopes", { frameId: at.frame });
  const found = scopes.find(({ name }: { name: string }) => name === scope);
  assert.ok(found, `no scope ${scope} in ${scopes.map((each: { name: string }) => each.name)}`);
  return found.variablesReference;
}

/** The value of an expression where a spell stands, as text. */
export async function valueOf(at: Standing, expression: string, context = "watch"): Promise<string> {
  const { frame } = at;
  const answer = await at.session.customRequest("evaluate", { expression, frameId: frame, context });
  return answer.result;
}

/** A breakpoint at a line of a document, counted from 0. */
export function breakpoint(
  document: vscode.TextDocument,
  line: number,
  { condition, log }: { condition?: string; log?: string } = {},
): vscode.SourceBreakpoint {
  const place = new vscode.Location(document.uri, new vscode.Position(line, 0));
  const made = new vscode.SourceBreakpoint(place, true, condition, undefined, log);
  vscode.debug.addBreakpoints([made]);
  return made;
}

/** Ends what still runs, takes away all breakpoints and forgets what was heard. */
export async function cleared(): Promise<void> {
  vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
  await vscode.debug.stopDebugging();
  await until("no session is left", () => vscode.debug.activeDebugSession === undefined);
  heard.length = 0;
  said.length = 0;
}

/** A spell started as on a command line, at its port; `ended` is the code that it ends with. */
export async function waitingSpell(file: string): Promise<{ port: number; ended: Promise<number> }> {
  const running = spawn("llmspell-run", ["--debug", "0", "--wait", file]);
  const ended = new Promise<number>((resolve) => {
    running.on("close", (code) => resolve(code ?? -1));
  });
  let said = "";
  running.stderr.on("data", (data) => (said += data));
  const port = await until("the port is told", () => /127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
  return { port: Number(port), ended };
}
