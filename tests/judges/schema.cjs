// Validates files with ajv (draft 2020-12) and the `yaml` package: node schema.cjs HOME SCHEMA [[path, wanted], …]
const [home, schemaPath, list] = process.argv.slice(2);
const load = (name) => require(require.resolve(name, { paths: [home] }));
const fs = require("node:fs");
const Ajv = load("ajv/dist/2020").default;
const YAML = load("yaml");

const ajv = new Ajv({ strict: false, allErrors: true });
const validate = ajv.compile(JSON.parse(fs.readFileSync(schemaPath, "utf8")));
let wrong = 0;
const files = JSON.parse(list);
for (const [path, wanted] of files) {
  const documents = YAML.parseAllDocuments(fs.readFileSync(path, "utf8"), { version: "1.2" });
  if (documents.some((document) => document.errors.length > 0)) continue;
  const good = documents.every((document) => validate(document.toJS()));
  if (good !== wanted) {
    wrong += 1;
    console.log(path, wanted ? "is refused" : "is accepted", ajv.errorsText(validate.errors).slice(0, 600));
  }
}
console.log(`${files.length} files`);
process.exit(wrong ? 1 : 0);
