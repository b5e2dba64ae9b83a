import * as vscode from "vscode";

/** What the language server says of a place: LSP's InlineValueEvaluatableExpression. */
interface Evaluatable {
  readonly range: Record<"start" | "end", { readonly line: number; readonly character: number }>;
  readonly expression: string;
}

/** Has the language server say what the debugger shows for the word under the pointer. */
export class Hovers implements vscode.EvaluatableExpressionProvider {
  async provideEvaluatableExpression(
    document: vscode.TextDocument,
    { line, character }: vscode.Position,
  ): Promise<vscode.EvaluatableExpression | undefined> {
    const found = await vscode.commands.executeCommand<Evaluatable | null>(
      "llmspell.server.evaluatable",
      document.uri.toString(),
      { line, character },
    );
    if (found === null) {
      return undefined;
    }
    const { start, end } = found.range;
    const range = new vscode.Range(start.line, start.character, end.line, end.character);
    return new vscode.EvaluatableExpression(range, found.expression);
  }
}
