import { plain } from "./view";

/** What is used of a tool's JSON Schema; `x-operations` is told of in docs/string-kinds.md. */
export interface Schema {
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
}

export interface Property {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly "x-operations"?: Readonly<Record<string, Operation>>;
}

interface Operation {
  readonly description: string;
  readonly needs: readonly string[];
  /** Null: all. */
  readonly takes: readonly string[] | null;
}

export type Values = Readonly<Record<string, unknown>>;

/** A line of a form. */
export interface Field {
  readonly name: string;
  readonly types: readonly string[];
  readonly description: string;
  readonly required: boolean;
  readonly default: unknown;
  readonly choices: readonly { readonly value: unknown; readonly description: string }[];
}

const OPERATION = "operation";

/** The parameters that count for what is given already, those that are needed first. */
export function fieldsOf({ properties = {}, required = [] }: Schema, values: Values): Field[] {
  const operations = properties[OPERATION]?.["x-operations"];
  const chosen = String(values[OPERATION] ?? properties[OPERATION]?.default ?? "");
  const operation = operations?.[chosen];
  const needed = new Set([...required, ...(operation?.needs ?? [])]);
  const isTaken = (name: string): boolean =>
    name === OPERATION ||
    needed.has(name) ||
    operations === undefined ||
    (operation !== undefined && (operation.takes?.includes(name) ?? true));
  const fields = Object.entries(properties)
    .filter(([name]) => isTaken(name))
    .map(([name, property]) => fieldOf(name, property, needed.has(name)));
  return [...fields.filter(({ required }) => required), ...fields.filter((each) => !each.required)];
}

function fieldOf(name: string, property: Property, required: boolean): Field {
  const { type = "string", description = "", enum: choices = [] } = property;
  const operations = property["x-operations"] ?? {};
  const values = choices.length === 0 && type === "boolean" ? [true, false] : choices;
  return {
    name,
    types: typeof type === "string" ? [type] : type,
    description: property["x-operations"] === undefined ? plain(description) : "",
    required,
    default: property.default,
    choices: values.map((value) => ({
      value,
      description: plain(operations[String(value)]?.description ?? ""),
    })),
  };
}

/**
 * What somebody has written, as the value that a field wants.
 * @throws SyntaxError where it wants JSON and this is none.
 */
export function valueOf(text: string, types: readonly string[]): unknown {
  if (!types.includes("string")) {
    return JSON.parse(text);
  }
  const isNumber = types.some((each) => each === "number" || each === "integer");
  return isNumber && text.trim() !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;
}

/** The other way round. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
