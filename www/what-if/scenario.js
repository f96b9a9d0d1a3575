// A question as the scenario file that `slipway sim` and `slipway test` read.

/** A text as TOML has it. */
const quoted = (text) => JSON.stringify(text);

/** The file: what is changed, for how long and how often it is played, and from which seed. */
export function scenarioFile({ name, plant, days, replications, seed, changes }) {
  const head = [
    `name = ${quoted(name)}`,
    `plant = ${quoted(plant)}`,
    `seed = ${seed}`,
    `until = ${quoted(`${days} d`)}`,
    `replications = ${replications}`,
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
