import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";

/** A part of JSON Schema: what `package.json` says of the attributes of `launch.json`. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
}

/** What is wrong with a configuration, in sentences; its variables have been replaced already. */
export function faultsOf(configuration: vscode.DebugConfiguration, schema: Schema): string[] {
  const faults = [...wrongIn(configuration, schema, "")];
  if (faults.length === 0) {
    faults.push(...(configuration.request === "launch" ? missing(configuration) : unfit(configuration)));
  }
  return faults;
}

function* wrongIn(value: unknown, schema: Schema, place: string): Generator<string> {
  const { type } = schema;
  const types: readonly string[] = typeof type === "string" ? [type] : (type ?? []);
  if (types.length > 0 && !types.some((each) => isA(value, each))) {
    yield vscode.l10n.t("“{0}” must be {1}.", place, types.map(named).join(" | "));
  } else if (schema.enum !== undefined && !schema.enum.includes(value)) {
    yield vscode.l10n.t("“{0}” must be one of {1}.", place, schema.enum.join(", "));
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* wrongIn(item, schema.items ?? {}, `${place}[${index}]`);
    }
  } else if (typeof value === "object" && value !== null) {
    yield* wrongMembers(value as Record<string, unknown>, schema, place);
  }
}

function* wrongMembers(
  value: Record<string, unknown>,
  schema: Schema,
  place: string,
): Generator<string> {
  const within = place === "" ? "" : `${place}.`;
  for (const name of schema.required ?? []) {
    if (value[name] === undefined || value[name] === "") {
      yield vscode.l10n.t("“{0}” is missing.", within + name);
    }
  }
  for (const [name, member] of Object.entries(value)) {
    const described = schema.properties?.[name] ?? schema.additionalProperties;
    if (described !== undefined && (member !== null || schema.properties === undefined)) {
      yield* wrongIn(member, described, within + name);
    }
  }
}

function isA(value: unknown, type: string): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "null":
      return value === null;
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

function named(type: string): string {
  switch (type) {
    case "integer":
      return vscode.l10n.t("a whole number");
    case "number":
      return vscode.l10n.t("a number");
    case "boolean":
      return vscode.l10n.t("true or false");
    case "array":
      return vscode.l10n.t("a list");
    case "object":
      return vscode.l10n.t("an object");
    case "null":
      return "null";
    default:
      return vscode.l10n.t("a text");
  }
}

/** What a launch names that is not there. */
function* missing(launch: vscode.DebugConfiguration): Generator<string> {
  const { cwd } = launch;
  if (typeof cwd === "string" && !isFolder(cwd)) {
    yield vscode.l10n.t("“{0}” is no folder: {1}", "cwd", cwd);
    return;
  }
  for (const name of ["program", "config"]) {
    const file: unknown = launch[name];
    if (typeof file === "string" && !isFile(path.resolve(cwd ?? "", file))) {
      yield vscode.l10n.t("“{0}” is no file: {1}", name, file);
    }
  }
}

/** What an attach does not say. */
function* unfit(attach: vscode.DebugConfiguration): Generator<string> {
  const { port, connectionFile } = attach;
  if (port === undefined && connectionFile === undefined) {
    yield vscode.l10n.t("“port” or “connectionFile” must say which spell is meant.");
  } else if (typeof port === "number" && (port < 1 || port > 65535)) {
    yield vscode.l10n.t("“port” must be between 1 and 65535.");
  }
}

function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isFolder(folder: string): boolean {
  return fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
