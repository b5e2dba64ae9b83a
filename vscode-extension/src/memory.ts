import { execFile } from "node:child_process";

/** The memory of a process in megabytes, as `ps` knows it; undefined where there is no `ps`. */
export function megabytesOf(process: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    execFile("ps", ["-o", "rss=", "-p", String(process)], (error, output) => {
      const kilobytes = Number.parseInt(output, 10);
      resolve(error !== null || Number.isNaN(kilobytes) ? undefined : Math.round(kilobytes / 1024));
    });
  });
}
