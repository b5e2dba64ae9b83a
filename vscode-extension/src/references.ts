import * as vscode from "vscode";

interface Place {
  readonly line: number;
  readonly character: number;
}

interface Found {
  readonly uri: string;
  readonly range: { readonly start: Place; readonly end: Place };
}

/** Shows what a lens has counted; the server sends it in the protocol's form. */
export async function showReferences(uri: string, at: Place, found: Found[]): Promise<void> {
  const locations = found.map(
    ({ uri, range }) =>
      new vscode.Location(
        vscode.Uri.parse(uri),
        new vscode.Range(position(range.start), position(range.end)),
      ),
  );
  const show = "editor.action.showReferences";
  await vscode.commands.executeCommand(show, vscode.Uri.parse(uri), position(at), locations);
}

function position({ line, character }: Place): vscode.Position {
  return new vscode.Position(line, character);
}
