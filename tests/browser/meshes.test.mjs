// Every committed mesh before the Khronos validator: no error and no warning.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import validator from 'gltf-validator';

const MESHES = resolve(dirname(fileURLToPath(import.meta.url)), '../../models/meshes');
/** More messages than this are cut off; there should be none. */
const MESSAGES_MAX = 20;

const files = readdirSync(MESHES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.glb')).sort();

test('there are meshes', () => assert.notEqual(files.length, 0, `no .glb in ${MESHES}`));

for (const name of files) {
  test(name, async () => {
    const report = await validator.validateBytes(new Uint8Array(readFileSync(join(MESHES, name))), {
      uri: name,
      maxIssues: MESSAGES_MAX,
    });
    const told = report.issues.messages
      .filter(({ severity }) => severity <= 1)
      .map(({ code, message, pointer }) => `${code} at ${pointer}: ${message}`);
    assert.deepEqual(told, [], name);
    assert.equal(report.issues.numErrors + report.issues.numWarnings, 0);
  });
}
