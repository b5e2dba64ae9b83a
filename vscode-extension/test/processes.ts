import { execFileSync } from "node:child_process";
import * as process from "node:process";

/** A running process below this one, which is the extension host. */
export interface Process {
  readonly id: number;
  readonly command: string;
}

/** Processes below the extension host, at any depth, whose command line has a text in it. */
export function processes(text: string): Process[] {
  const asked = ["-ww", "-eo", "pid=,ppid=,args="]; // whole lines, however wide COLUMNS says
  const listed = execFileSync("ps", asked, { encoding: "utf8" });
  const all = listed.split("\n").flatMap((line) => {
    const [, id, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return id && parent && command ? [{ id: Number(id), parent: Number(parent), command }] : [];
  });
  const below = new Set([process.pid]);
  for (let size = 0; size !== below.size; ) {
    size = below.size;
    all.filter(({ parent }) => below.has(parent)).forEach(({ id }) => below.add(id));
  }
  return all.filter(({ id, command }) => below.has(id) && command.includes(text));
}

/** Whether a process lives. */
export function lives(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}
