// Other programs as peers: nngcat, nanocat, and test/peer of this project.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const theirs = "theirs, a \"body\" of 2 lines\n\u00e9";

/** A program whose lines of output can be waited for. It ends with the test. */
export function start(t, program, args) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const seen = [];
  const wanted = new Set();
  let end;
  const check = () => {
    for (const want of wanted) {
      const at = seen.findIndex(want.test);
      if (at < 0 && !end) continue;
      wanted.delete(want);
      if (at < 0) want.reject(new Error(`${program} ended (${end}) and printed ${JSON.stringify(seen)}`));
      else want.resolve(seen.splice(at, 1)[0]);
    }
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    seen.push(line);
    check();
  });
  const died = new Promise((_, reject) => {
    child.on("error", (error) => check((end = error)));
    child.on("close", (code, signal) => check((end = signal ?? `exit ${code}`)));
    child.on("exit", (code) => code && reject(new Error(`${program} ${args.join(" ")}: exit ${code}`)));
    child.on("error", reject);
  });
  died.catch(() => {});
  t.after(() => child.kill("SIGKILL"));
  return {
    /** What a promise gives, unless the program fails before. */
    with: (promise) => Promise.race([promise, died]),
    /** The first line for which test is true. */
    line: (test = () => true) =>
      new Promise((resolve, reject) => {
        wanted.add({ test, resolve, reject });
        check();
      }),
  };
}

// Each process has a loopback address of its own, so that nobody else takes
// its ports or dials them.
const loopback = [127, 0, 0, 0].map((n) => n || 1 + Math.floor(Math.random() * 250)).join(".");
let lastPort = 10_000;

/** A place to listen, for programs that cannot say which one they were given. */
export const freeHost = () => `${loopback}:${++lastPort}`;

/** Whether a text is about such a place. */
export const isFreeHost = (text) => text.includes(`//${loopback}:`);

/** The bytes of a line that nngcat or nanocat printed in its hex format. */
export const unhex = (line) => Buffer.from(line.slice(1, -1).replaceAll("\\x", ""), "hex");

// What a peer says in the case of each protocol: once, again and again, or not at all.
const says = {
  rep: 1, req: 1, respondent: 1, pair: 1, pair0: 1, pair1: 1, surveyor: 2, pub: 2, push: 2, bus: 2, pull: 0, sub: 0,
};

// A whole number of seconds; and nng's surveyor locks itself up for ever where
// the next survey begins just as the one before ends, after its one second.
const nngInterval = (peer) => (peer === "surveyor" ? "2" : "1");

/** Starts nngcat or nanocat listening. */
export function cat(t, program, peer, data = ["--data", theirs]) {
  const url = `ws://${freeHost()}`;
  const nng = program === "nngcat";
  const args = [
    `--${nng && peer === "pair" ? "pair0" : peer}`,
    // nanomsg refuses any path, even the "/" that nng wants.
    ...(nng ? ["--listen", url + "/"] : ["--bind", url]),
    // Who only sends has no use for an output format, and refuses one.
    ...(["pub", "push"].includes(peer) ? [] : ["--hex"]),
    ...(says[peer] ? data : []),
    ...(says[peer] > 1 ? ["--interval", nng ? nngInterval(peer) : "0.1"] : []),
  ];
  return { url, ...start(t, program, args) };
}

/** Builds a program of the Go module and returns its path. */
export function build(path) {
  const out = join(mkdtempSync(join(tmpdir(), "sp-js-")), "program");
  execFileSync("go", ["build", "-o", out, path], { cwd: import.meta.dirname, stdio: "inherit" });
  return out;
}

/** Starts test/peer, serving the folder of the client. */
export async function goPeer(t, ...more) {
  const peer = start(t, build("./peer"), ["-dir", join(import.meta.dirname, ".."), "-data", theirs, ...more]);
  return {
    url: await peer.line(),
    /** The hex of the next body that its socket of a type received. */
    heard: async (type) => (await peer.line((line) => line.startsWith(type + " "))).slice(type.length + 1),
  };
}
