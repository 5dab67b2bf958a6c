// Drives the YAML language server over stdio as an editor does: node editor.cjs HOME SCHEMA YARDSTICK
// Prints one JSON object: what it completes at some places, what it says on hover, what it finds wrong.
const [home, schemaPath, yardstick] = process.argv.slice(2);
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const rpc = require(require.resolve("vscode-jsonrpc/node", { paths: [home] }));

const program = path.join(home, "node_modules/yaml-language-server/bin/yaml-language-server");
const child = spawn(process.execPath, [program, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
const connection = rpc.createMessageConnection(
  new rpc.StreamMessageReader(child.stdout),
  new rpc.StreamMessageWriter(child.stdin),
);
const schema = pathToFileURL(schemaPath).href;
const settings = {
  yaml: { validate: true, hover: true, completion: true, schemas: {}, schemaStore: { enable: false }, yamlVersion: "1.2" },
};
const told = new Map();
connection.onNotification("textDocument/publishDiagnostics", ({ uri, diagnostics }) => told.get(uri)?.(diagnostics));
connection.onRequest("workspace/configuration", ({ items }) =>
  items.map(({ section }) => (section === "yaml" ? settings.yaml : {})),
);
connection.onRequest("client/registerCapability", () => null);
connection.listen();

let number = 0;
// Opens a text with the modeline that names the schema; `|` is the cursor.
async function open(text) {
  const full = `# yaml-language-server: $schema=${schema}\n${text}`;
  const at = full.indexOf("|CURSOR|");
  const before = full.slice(0, at < 0 ? 0 : at).split("\n");
  const uri = `file:///editor/${++number}.yaml`;
  const diagnostics = new Promise((resolve) => told.set(uri, resolve));
  connection.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "yaml", version: 1, text: full.replace("|CURSOR|", "") },
  });
  const position = { line: before.length - 1, character: before.at(-1).length };
  return { at: { textDocument: { uri }, position }, diagnostics };
}
async function complete(text) {
  const { at } = await open(text);
  const result = await connection.sendRequest("textDocument/completion", at);
  return (result?.items ?? result ?? []).map((item) => item.label);
}
async function wrong(text) {
  return (await (await open(text)).diagnostics).map((found) => found.message);
}

(async () => {
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: {
      workspace: { configuration: true },
      textDocument: { completion: { completionItem: { documentationFormat: ["markdown"] } }, hover: { contentFormat: ["markdown"] } },
    },
  });
  connection.sendNotification("initialized", {});
  connection.sendNotification("workspace/didChangeConfiguration", { settings });
  const play = "name: a\nplays:\n  p:\n    every: day at 08:00\n";
  const said = {};
  said.top = await complete("name: a\n|CURSOR|");
  said.play = await complete("name: a\nplays:\n  p:\n    |CURSOR|");
  said.step = await complete(`${play}    steps:\n      - |CURSOR|`);
  said.post = await complete(`${play}    steps:\n      - post: hello\n        |CURSOR|`);
  said.label = await complete(`${play}    steps:\n      - post: hello\n        label: |CURSOR|`);
  said.signal = await complete("name: a\nplays:\n  p:\n    on: |CURSOR|");
  said.type = await complete("name: a\nchannels:\n  group:\n    type: |CURSOR|");
  said.wecom = await complete("name: a\nchannels:\n  group:\n    type: wecom\n    |CURSOR|");
  const { at } = await open(`${play}    max_|CURSOR|late: 30m\n    steps:\n      - post: hello\n`);
  const hover = await connection.sendRequest("textDocument/hover", at);
  said.hover = hover?.contents?.value ?? JSON.stringify(hover);
  said.yardstick = await wrong(fs.readFileSync(yardstick, "utf8"));
  said.broken = await wrong(`${play}    max_late: soon\n    steeps: []\n    overlap: shiny\n    steps:\n      - post: hello\n`);
  console.log(JSON.stringify(said, null, 1));
  child.kill();
  process.exit(0);
})().catch((error) => {
  console.error(error);
  child.kill();
  process.exit(1);
});
