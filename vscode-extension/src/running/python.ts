import * as vscode from "vscode";

/** The type of the configurations of the Python extension's debugger. */
const TYPE = "debugpy";

/** Whether a session is the one for Python that our debug adapter asks for beside its own. */
export function isForPython({ request, connect }: vscode.DebugConfiguration): boolean {
  return request === "attach" && connect !== undefined;
}

/**
 * What starts that session: VS Code gives each session that an adapter asks for the adapter's own
 * type. Undefined where nobody debugs Python.
 */
export function pythonSession(asked: vscode.DebugConfiguration): vscode.DebugConfiguration | undefined {
  const debuggers = vscode.extensions.all.flatMap(
    ({ packageJSON }) => (packageJSON.contributes?.debuggers ?? []) as { readonly type?: string }[],
  );
  if (debuggers.some(({ type }) => type === TYPE)) {
    return { ...asked, type: TYPE };
  }
  const text = vscode.l10n.t(
    "The Python code of the spell is not debugged: the extension “Python Debugger” is not installed.",
  );
  void vscode.window.showWarningMessage(text);
  return undefined;
}
