// The engine as browsers run it, here under Node: a question is answered once, and what it cost is
// told as JSON.
//
//     node engine.mjs ENGINE FOLDER PLANT BY UNTIL REPLICATIONS
//
// ENGINE is the folder of what_if.js and what_if_bg.wasm; FOLDER that of programme.toml;
// BY is what plays it: auto, events, maxplus or whole. Prints
// {"part_operations": …, "cpu_s": …, "memory_bytes": …}; what it takes to compile is not counted.

import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [engine, folder, plant, by, until, replications] = process.argv.slice(2);
const { initSync, ask } = await import(pathToFileURL(join(engine, 'what_if.js')));
const { memory } = initSync({ module: readFileSync(join(engine, 'what_if_bg.wasm')) });
const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.toml') && statSync(join(folder, name)).isFile());
const files = names.map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
const question = (count, length) => JSON.stringify({ files, plant, engine: by, until: length, warm_up: '0 d', replications: count });
// The first time the machine code is not the best yet.
ask(question(2, until), () => {});
const begun = process.cpuUsage();
const { part_operations } = JSON.parse(ask(question(Number(replications), until), () => {}));
const { user, system } = process.cpuUsage(begun);
console.log(JSON.stringify({ part_operations, cpu_s: (user + system) / 1e6, memory_bytes: memory.buffer.byteLength }));
