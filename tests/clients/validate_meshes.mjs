// Checks every .glb file in a folder with the Khronos glTF validator.
//
// usage: node validate_meshes.mjs FOLDER
// The package `gltf-validator` is looked for beside this file, in the working folder and in
// NODE_PATH. Exit status: 0 when no file has an error or a warning, 1 when one has, 2 on wrong
// usage or a missing package.

import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

function findValidator() {
  for (const base of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return createRequire(base)("gltf-validator");
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return undefined;
}

const folder = process.argv[2];
if (process.argv.length !== 3) {
  console.error("usage: node validate_meshes.mjs FOLDER");
  process.exit(2);
}
const validator = findValidator();
if (!validator) {
  console.error("gltf-validator is not installed: run `npm install gltf-validator`");
  process.exit(2);
}
const names = readdirSync(folder).filter((name) => name.endsWith(".glb")).sort();
if (names.length === 0) {
  console.error(`${folder} holds no .glb file`);
  process.exit(1);
}

let bad = 0;
for (const name of names) {
  const bytes = new Uint8Array(readFileSync(join(folder, name)));
  let issues;
  try {
    ({ issues } = await validator.validateBytes(bytes, { uri: name, maxIssues: 20 }));
  } catch (error) {
    // The validator throws instead of reporting when a file is no glTF at all.
    issues = { numErrors: 1, numWarnings: 0, numInfos: 0, messages: [{ severity: 0, code: "UNREADABLE", message: String(error), pointer: "" }] };
  }
  console.log(`${name}: ${issues.numErrors} errors, ${issues.numWarnings} warnings`);
  for (const { severity, code, message, pointer } of issues.messages) {
    console.log(`  ${["error", "warning", "info", "hint"][severity]} ${code} ${pointer ?? ""}: ${message}`);
  }
  if (issues.numErrors + issues.numWarnings > 0) bad += 1;
}
console.log(`${names.length} files, ${bad} with errors or warnings`);
process.exit(bad > 0 ? 1 : 0);
