// Bundles the page into ui.js and ui.css, and writes the licences of what is in the bundle.
//
//   cp -r bot/demo/slack/page /tmp/page && cd /tmp/page && npm ci && npm run build
//   cp ui.js ui.css THIRD_PARTY_LICENSES.txt <the tree>/bot/demo/slack/page/
//
// It runs in a copy, so that no node_modules is left in the tree. The first line of ui.js names the sources by a hash,
// so that a test can tell, without npm, whether the bundle was built from them.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// The library gives every message the same element id, and its styles ask for that id. A page with many messages
// needs a class instead, named twice so that it still outweighs the library's own reset.
const classInsteadOfId = {
  name: "class-instead-of-id",
  setup(bundler) {
    bundler.onLoad({ filter: /slack-blocks-to-jsx\/dist\/index\.mjs$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll('id:"slack_blocks_to_jsx",', ""),
      loader: "js",
    }));
    bundler.onLoad({ filter: /slack-blocks-to-jsx\/dist\/style\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll("#slack_blocks_to_jsx", ".slack_blocks_to_jsx.slack_blocks_to_jsx"),
      loader: "css",
    }));
  },
};

const sources = ["build.mjs", "package.json", "ui.jsx", ...readdirSync("src").map((name) => `src/${name}`)].sort();
const hash = createHash("sha256");
for (const source of sources) hash.update(readFileSync(source));

const result = await build({
  entryPoints: ["ui.jsx"],
  bundle: true,
  minify: true,
  format: "iife",
  jsx: "automatic",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  banner: { js: `/* sources: ${hash.digest("hex")} */` },
  define: { "process.env.NODE_ENV": '"production"' },
  outfile: "ui.js",
  metafile: true,
  plugins: [classInsteadOfId],
});

const MIT_TERMS = `Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;

const packages = new Map();
for (const input of Object.keys(result.metafile.inputs)) {
  const match = input.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//);
  if (match) packages.set(match[1], JSON.parse(readFileSync(join(match[1], "package.json"), "utf8")));
}

function licenceText(folder, about) {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name));
  if (file) return readFileSync(join(folder, file), "utf8").trim();
  return `Licensed under ${about.license}; the package holds no licence file. Author: ${authorOf(about)}.`;
}

// slack-blocks-to-jsx carries these within its own bundle, so the build does not see them.
const within = [
  `@yozora/* 2.3 (MIT), within slack-blocks-to-jsx

MIT License

Copyright (c) 2020-2023 guanghechen (https://github.com/guanghechen/)

${MIT_TERMS}`,
];

const authorOf = ({ author }) => (typeof author === "object" ? author.name : author) ?? "not named";

const sections = [...packages]
  .sort(([, a], [, b]) => a.name.localeCompare(b.name))
  .map(([folder, about]) => `${about.name} ${about.version} (${about.license})\n\n${licenceText(folder, about)}`);
const line = "-".repeat(100);
const heading = "ui.js and ui.css contain the following packages.";
writeFileSync("THIRD_PARTY_LICENSES.txt", [heading, ...sections, ...within].join(`\n\n${line}\n\n`) + "\n");
