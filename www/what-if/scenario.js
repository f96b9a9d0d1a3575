// A question as the scenario file that `slipway sim` and `slipway test` read.

/** A text as TOML has it. */
const quoted = (text) => JSON.stringify(text);

/** The least that was made for sure, rounded down to two digits: what is expected of later plays. */
function expected({ material, per_d: { low } }) {
  const digits = Math.max(0, 1 - Math.floor(Math.log10(low)));
  const least = Math.floor(low * 10 ** digits) / 10 ** digits;
  return `expect = [${quoted(`throughput of ${material} >= "${least.toFixed(digits)}/d"`)}]`;
}

/**
 * The file: what is changed, for how long and how often it is played, from which seed, and, where it
 * has been played (`made`), what `slipway test` is to find again.
 */
export function scenarioFile({ name, plant, days, replications, seed, changes, made }) {
  const head = [
    `name = ${quoted(name)}`,
    `plant = ${quoted(plant)}`,
    `seed = ${seed}`,
    `until = ${quoted(`${days} d`)}`,
    `replications = ${replications}`,
    ...(made ? [expected(made)] : []),
  ];
  const tables = changes.map(({ path, value }) => `\n[[change]]\npath = ${quoted(path)}\nvalue = ${quoted(value)}`);
  return `${[...head, ...tables].join('\n')}\n`;
}

/** Gives the reader a file to keep. */
export function save(name, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/toml' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
