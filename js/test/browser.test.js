// The client where it belongs: every protocol from a page in headless Chromium
// to sockets in Go, and the example page as a person uses it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { build, cat, goPeer, isFreeHost, start, theirs, unhex } from "./peers.js";
import { hasWayBack, isHeard, patience, scenarios } from "./scenarios.js";

let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    timeout: patience,
    chromiumSandbox: false, // which root has none of; the pages are our own
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
});
after(() => browser?.close());

// Programs of others do not listen yet, or no more: then who dials them is refused, or
// reset where they end before they have accepted it.
const isAway = (text) => isFreeHost(text) && /ERR_CONNECTION_(REFUSED|RESET)/.test(text);

/** A page for which any complaint of the browser fails the test, but that somebody is away. */
async function openPage(url, options) {
  const page = await browser.newPage(options);
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !isAway(message.text())) complaints.push(message.text());
  });
  page.setDefaultTimeout(patience);
  await page.goto(url);
  return {
    page,
    async close() {
      await page.close();
      assert.deepEqual(complaints, []);
    },
  };
}

for (const [scheme, flags] of [
  ["ws", []],
  ["wss", ["-tls"]],
]) {
  test(`every protocol from a page, over ${scheme}`, { timeout: 2 * patience }, (t) => everyProtocol(t, flags));
}

async function everyProtocol(t, flags) {
  const { url, heard: hears } = await goPeer(t, ...flags);
  // Nobody has signed the certificate.
  const { page, close } = await openPage(`${url}/test/blank.html`, { ignoreHTTPSErrors: true });
  const ours = [0, 1, 10, 34, 92, 127, 128, 255];

  let heard; // what the peer of the scenario that plays received, when it has
  await page.exposeFunction("heard", () => heard);

  /** Plays a scenario in the page, and returns what it received there. */
  const play = (name, path, options, hears) => {
    heard = hears;
    heard?.catch(() => {}); // the page may not ask for it any more
    return page.evaluate(
      async ([name, path, options, ours, patience]) => {
        const [sp, { play }] = await Promise.all([import("/src/index.js"), import("/test/scenarios.js")]);
        const signal = AbortSignal.timeout(patience);
        const got = await play(sp, name, path, options, Uint8Array.from(ours), signal, globalThis.heard());
        return got && [...got];
      },
      [name, path, options, ours, patience],
    );
  };

  /** Compares what the page received, and what its peer did. */
  const check = async (name, got, hex) => {
    if (hasWayBack(name)) assert.equal(String(Buffer.from(got)), theirs);
    if (isHeard(name)) assert.equal(await hex, Buffer.from(ours).toString("hex"));
  };

  for (const [name, { peer }] of Object.entries(scenarios)) {
    await t.test(name, async () => {
      const hex = isHeard(name) ? hears(peer) : undefined;
      await check(name, await play(name, "/" + peer, undefined, hex), hex);
    });
  }

  // These listen on ws.
  for (const program of flags.length ? [] : ["nngcat", "nanocat"]) {
    for (const [name, { peer: type }] of Object.entries(scenarios)) {
      await t.test(`${name} with ${program}`, async (t) => {
        const peer = cat(t, program, type);
        const hex = isHeard(name) ? peer.line().then((line) => unhex(line).toString("hex")) : undefined;
        const options = { reconnectMin: 5, reconnectMax: 50 };
        await check(name, await peer.with(play(name, peer.url, options, hex)), hex);
      });
    }
  }

  await t.test("Pair version 1", async () => {
    const hex = hears("pair1");
    await check("Pair", await play("Pair", "/pair1", { version: 1 }, hex), hex);
  });

  await t.test("bodies of all sizes, at once", async () => {
    const wrong = await page.evaluate(async () => {
      const { Requester } = await import("/src/index.js");
      const socket = new Requester("/echo");
      const sizes = [0, 1, 121, 122, 125, 126, 127, 65531, 65532, 65535, 65536, 1 << 20, 3 << 20];
      const bodies = sizes.map((length) => Uint8Array.from({ length }, (_, i) => i % 251));
      const replies = await Promise.all(bodies.map((body) => socket.do(body)));
      await socket.close();
      const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
      return sizes.filter((_, i) => !same(replies[i], bodies[i]));
    });
    assert.deepEqual(wrong, []);
  });
  await close();
}

test("the example page", { timeout: 2 * patience }, async (t) => {
  const server = start(t, build("../../examples/browser"), ["-addr", "127.0.0.1:0"]);
  const url = await server.line();
  const viewport = { width: 1120, height: 720 };
  const pages = [await openPage(url, { viewport, deviceScaleFactor: 2 }), await openPage(url, { viewport })];
  const [page, other] = pages.map(({ page }) => page);
  const card = (page, topic) => page.locator(".card", { has: page.getByLabel(topic, { exact: true }) });
  const asked = (page, question) => card(page, "asked").getByText(question, { exact: true });
  const ask = async (question) => {
    await page.getByLabel("Question").fill(question);
    await page.getByRole("button", { name: "Send" }).click();
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(question));
    await page.getByText(Buffer.from(digest).toString("hex")).waitFor();
  };
  const drawn = (page, points) =>
    page.waitForFunction(
      (n) => document.querySelector("polyline").getAttribute("points")?.split(" ").length >= n,
      points,
    );
  for (const p of [page, other]) await p.getByText("Connected", { exact: true }).waitFor();

  // The feed comes alive.
  await drawn(page, 4);
  await card(page, "pages").getByText("2 open").waitFor();

  // A question is answered, and all pages hear of it.
  for (const question of ["<b>h\u00e4\u00df", "Is anybody there?", "Hello from the browser"]) {
    await ask(question);
    for (const p of [page, other]) await asked(p, question).waitFor();
  }
  if (process.env.SCREENSHOT) {
    await drawn(page, 40);
    await page.waitForTimeout(5_000); // until the peaks of starting a browser have left the picture
    await page.screenshot({ path: process.env.SCREENSHOT });
  }

  // A topic without a tick is not heard. Messages keep their order: who hears
  // of a third page has got all that was published before it came.
  await other.getByLabel("asked").uncheck();
  await ask("unheard");
  await asked(page, "unheard").waitFor();
  pages.push(await openPage(url));
  await card(other, "pages").getByText("3 open").waitFor();
  assert.equal(await asked(other, "unheard").count(), 0);

  for (const { close } of pages) await close();
});
