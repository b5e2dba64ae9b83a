import * as vscode from "vscode";
import { type Field, fieldsOf, type Schema, textOf, type Values, valueOf } from "./schema";

/** A choice in a list; without a field it ends the form. */
interface Line extends vscode.QuickPickItem {
  readonly field?: Field;
}

/** Asks for what a JSON Schema describes, and remembers it for the next time. */
export class Forms {
  private readonly given = new Map<string, Values>();

  /**
   * The values that are given: a list of the fields, from which each is picked to be written,
   * until that is confirmed; undefined if it is not.
   * @param id what the values are remembered by.
   */
  async ask(id: string, title: string, schema: Schema): Promise<Values | undefined> {
    let values = this.given.get(id) ?? {};
    for (;;) {
      const fields = fieldsOf(schema, values);
      const missing = fields.find(({ name, required }) => required && !(name in values));
      const placeHolder = vscode.l10n.t("Pick a parameter to give it a value; * is needed");
      const options = { title, placeHolder, matchOnDetail: true, ignoreFocusOut: true };
      const lines = [confirming(missing), ...fields.map((field) => line(field, values))];
      const picked = await vscode.window.showQuickPick(lines, options);
      if (picked === undefined) {
        return undefined;
      }
      const field = picked.field ?? missing;
      if (field === undefined) {
        const names = new Set(fields.map(({ name }) => name));
        return Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
      }
      values = await changed(values, field, title);
      this.given.set(id, values);
    }
  }
}

function confirming(missing: Field | undefined): Line {
  const needs = missing && vscode.l10n.t("needs {0}", missing.name);
  return {
    label: `$(play) ${vscode.l10n.t("Invoke")}`,
    ...(needs === undefined ? {} : { description: needs }),
  };
}

function line(field: Field, values: Values): Line {
  const { name, required, description } = field;
  const isGiven = name in values;
  const preset = field.default === undefined ? "" : `(${textOf(field.default)})`;
  return {
    label: `$(${isGiven ? "check" : "edit"}) ${name}${required ? " *" : ""}`,
    description: isGiven ? textOf(values[name]) : preset,
    ...(description === "" ? {} : { detail: description }),
    field,
  };
}

/** The values after one of them was asked for; an empty answer takes it away where it may. */
async function changed(values: Values, field: Field, title: string): Promise<Values> {
  const { name } = field;
  const answer = await (field.choices.length > 0
    ? chosen(field, title)
    : written(field, values[name], title));
  if (answer === undefined) {
    return values;
  }
  const rest = Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
  return answer.value === undefined ? rest : { ...rest, [name]: answer.value };
}

/** A value, or undefined where it is taken away. */
interface Answer {
  readonly value: unknown;
}

async function chosen(field: Field, title: string): Promise<Answer | undefined> {
  const choices = field.choices.map(({ value, description }) => ({
    label: textOf(value),
    description: description || (value === field.default ? vscode.l10n.t("as by default") : ""),
    value,
  }));
  const none = { label: vscode.l10n.t("Not given"), description: "", value: undefined };
  const items = field.required ? choices : [...choices, none];
  return vscode.window.showQuickPick(items, {
    title: `${title}: ${field.name}`,
    placeHolder: field.description,
    ignoreFocusOut: true,
  });
}

async function written(field: Field, before: unknown, title: string): Promise<Answer | undefined> {
  const selected = field.types.includes("string") ? selection() : "";
  const write = vscode.l10n.t("Write it…");
  const take = vscode.l10n.t("The selection of the editor");
  if (selected !== "") {
    const items = [{ label: take, description: selected }, { label: write }];
    const source = await vscode.window.showQuickPick(items, {
      title: `${title}: ${field.name}`,
      ignoreFocusOut: true,
    });
    if (source?.label !== write) {
      return source && { value: selected };
    }
  }
  const text = await vscode.window.showInputBox({
    title: `${title}: ${field.name}`,
    prompt: field.description,
    value: before === undefined ? "" : textOf(before),
    placeHolder: placeHolder(field),
    validateInput: (given) => problem(given, field),
    ignoreFocusOut: true,
  });
  if (text === undefined) {
    return undefined;
  }
  return { value: text === "" && !isNeededText(field) ? undefined : valueOf(text, field.types) };
}

/** May have several lines, which cannot be written into a box. */
function selection(): string {
  const editor = vscode.window.activeTextEditor;
  return editor?.document.getText(editor.selection) ?? "";
}

function placeHolder({ types }: Field): string {
  if (types.includes("array")) {
    return '["a", "b"]';
  }
  return types.includes("object") ? '{"name": "value"}' : "";
}

function isNeededText({ required, types }: Field): boolean {
  return required && types.includes("string");
}

function problem(text: string, field: Field): string | undefined {
  if (text === "" && !isNeededText(field)) {
    return undefined;
  }
  try {
    const value = valueOf(text, field.types);
    return field.types.includes(typeOf(value)) || isWhole(value, field)
      ? undefined
      : vscode.l10n.t("{0} is wanted", field.types.join(", "));
  } catch {
    return vscode.l10n.t("{0} is wanted, written as JSON", field.types.join(", "));
  }
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
}

function isWhole(value: unknown, { types }: Field): boolean {
  return types.includes("integer") && Number.isInteger(value);
}
