// What a page has to load: the whole client, bundled and minified.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";

test("the client is under 10 kB, and has no dependency", (t) => {
  const { outputFiles, metafile } = buildSync({
    entryPoints: [import.meta.resolve("@sprocketmq/sp").replace("file://", "")],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    metafile: true,
  });
  const [{ contents }] = outputFiles;
  t.diagnostic(`${contents.length} bytes minified, ${gzipSync(contents, { level: 9 }).length} with gzip`);
  assert.ok(contents.length < 10_000, `${contents.length} bytes`);
  for (const file of Object.keys(metafile.inputs)) assert.match(file, /(^|\/)src\/[a-z]+\.js$/);
});
