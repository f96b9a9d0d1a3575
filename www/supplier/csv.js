// A table pasted from a spreadsheet: read, matched to what can be reported, and checked row by row.
// Cells are texts whatever they begin with; nothing is ever computed from them.

/** The largest paste [characters], and the most rows and columns in it. */
export const LARGEST = 200_000;
export const MOST_ROWS = 500;
export const MOST_COLUMNS = 30;
const LONGEST_CELL = 500;

/** What a column can hold; the words of its heading that tell. Some are the beginning of a longer word. */
export const FIELDS = {
  line: headingWith(String.raw`(purchase )?order|line|delivery|auftrag|bestell|lieferung|lieferschein|liefernummer|lieferposition|commande|ordre|ligne|livraison`),
  made: headingWith('finished|made|done|produced|ready|good|fertig|gefertigt|produziert|gut|terminé|fini|fabriqué|produit'),
  scrapped: headingWith('scrap|waste|reject|ausschuss|rebut'),
  shipped: headingWith('shipped|shipment|sent|dispatch|delivered|versand|versendet|geliefert|expédié|envoyé|livré'),
  date: headingWith(String.raw`date|deadline|datum|délai|échéance|(neuer )?termin(?!é)`, String.raw`|(datum|termin)(?!\p{L})`),
  reason: headingWith('reason|why|remark|note|comment|(be)?gr(u|ü)nd|bemerkung|anmerkung|kommentar|hinweis|remarque|motif|raison|commentaire'),
  stock: headingWith('stock|on hand|inventory|bestand|lager(?!ort|platz)|inventur|inventaire'),
};

/** Words of a quantity that do not say of what. */
const SOME_QUANTITY = headingWith('quantit|qty|amount|pieces|pcs|count|number of|menge|anzahl|stück|nombre|pièces|qté', String.raw`|(menge|anzahl)(?!\p{L})`);
/** Words that name an order line, or the day of something, unless the heading says more. */
const SOME_NUMBER = headingWith(String.raw`(id|no|nr|pos)(?!\p{L})|number|position|n°|numéro`);
const SOME_DAY = headingWith('expected|eta|due|arriv|ankunft');
/** A day that is meant for a delivery, and no order line. */
const DAY_OF_DELIVERY = headingWith('delivery (date|day)|liefer(datum|termin)|date de livraison');
/** What has not happened is not to be reported as if it had. */
const NOT_YET = headingWith('not|un(finished|shipped)|remaining|still|open|to be|left|nicht|noch|offen|rest|non|pas|à');
/** Of several days, the one that is to be reported. */
const NEW_DAY = headingWith('new|now|neu|nouve');
/** Fields that hold how many. */
const COUNTED = ['made', 'scrapped', 'shipped', 'stock'];
/** In a column that cannot be told: somebody has to choose. */
export const CHOOSE = '?';

/** Finds the beginnings of words, in headings of any language. */
function headingWith(beginnings, more = '') {
  return new RegExp(String.raw`(?<!\p{L})(${beginnings})${more}`, 'iu');
}

/** Reads a table. `{problem, values}` when it is none: what is wrong, by a key of the words. */
export function readTable(text) {
  if (text.length > LARGEST) return { problem: 'too_large', values: { n: LARGEST } };
  const delimiter = delimiterOf(text);
  const rows = [];
  for (const cells of cellsOf(text, delimiter)) {
    if (cells.every((cell) => cell === '')) continue;
    if (cells.length > MOST_COLUMNS) return { problem: 'too_wide', values: { n: MOST_COLUMNS } };
    if (cells.some((cell) => cell.length > LONGEST_CELL)) return { problem: 'long_cell', values: { n: LONGEST_CELL } };
    rows.push(cells);
    if (rows.length > MOST_ROWS + 1) return { problem: 'too_long', values: { n: MOST_ROWS } };
  }
  if (rows.length < 2) return { problem: 'too_short', values: {} };
  const [heads, ...body] = rows;
  return { heads, rows: body };
}

/** The sign between cells: of those in the first line, the one that is there most often. */
function delimiterOf(text) {
  const end = text.search(/[\r\n]/);
  const first = end < 0 ? text : text.slice(0, end);
  const count = (sign) => first.split(sign).length - 1;
  return ['\t', ';', ','].reduce((best, sign) => (count(sign) > count(best) ? sign : best), '\t');
}

/** Rows of cells; a cell in quotes may hold anything, a quote in it twice. */
function* cellsOf(text, delimiter) {
  let cells = [];
  let cell = '';
  let quoted = false;
  const end = () => { cells.push(cell.trim()); cell = ''; };
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') { cell += '"'; at += 1; }
      else quoted = false;
    } else if (sign === '"' && cell.trim() === '') { quoted = true; cell = ''; }
    else if (sign === delimiter) end();
    else if (sign === '\n') { end(); yield cells; cells = []; }
    else if (sign !== '\r') cell += sign;
  }
  end();
  yield cells;
}

/** Which of two words in one heading says what the column holds: a reason of scrap is a reason, the day when something is finished a day. */
const BEATS = { reason: ['made', 'scrapped', 'shipped', 'date', 'stock'], date: ['made'] };

/** What a heading tells: a field; '' for nothing; `?` for a quantity of nobody knows what, or when two words of it tell different things. */
function meaningOf(head) {
  const text = head.trim().replace(/[_.]+/g, ' ');
  const isDay = DAY_OF_DELIVERY.test(text);
  const told = Object.keys(FIELDS).filter((name) => FIELDS[name].test(text) && !(isDay && name === 'line'));
  const best = told.filter((name) => !told.some((other) => BEATS[other]?.includes(name)));
  // How many were ordered is no order line, and not to be reported.
  if (SOME_QUANTITY.test(text) && best.includes('line')) return '';
  const isNotYet = NOT_YET.test(text) && best.some((field) => COUNTED.includes(field));
  if (best.length > 0) return best.length === 1 && !isNotYet ? best[0] : CHOOSE;
  if (SOME_QUANTITY.test(text)) return CHOOSE;
  if (SOME_DAY.test(text)) return 'date';
  return SOME_NUMBER.test(text) ? 'line' : '';
}

/**
 * For each column the field that its heading tells, '' for none, or `?` where somebody has to
 * choose; a field comes from one column.
 */
export function guessColumns(heads) {
  const columns = heads.map(meaningOf);
  for (const field of Object.keys(FIELDS)) {
    const at = columns.flatMap((known, place) => (known === field ? [place] : []));
    if (at.length < 2) continue;
    const wanted = field === 'date' ? (place) => NEW_DAY.test(heads[place]) : (place) => FIELDS[field].test(heads[place]);
    const best = at.filter(wanted);
    // Order lines and reasons are looked at by everybody; numbers and days would be reported.
    const one = best.length === 1 ? best[0] : ['line', 'reason'].includes(field) ? best[0] ?? at[0] : null;
    for (const place of at) if (place !== one) columns[place] = one === null ? CHOOSE : '';
  }
  // A plain quantity beside one that says of what is most often what was ordered.
  const says = columns.some((field) => ['made', 'shipped'].includes(field));
  return columns.map((field, at) => (field === CHOOSE && says && isPlain(heads[at]) ? '' : field));
}

/** Whether a heading speaks of a quantity and does not say of what. */
const isPlain = (head) => SOME_QUANTITY.test(head) && !Object.values(FIELDS).some((told) => told.test(head));

/**
 * A number as people write it: `{value}` or `{problem}`. One sign with three digits after it may
 * be either kind of number, so it is asked about and not guessed.
 */
export function readNumber(text) {
  const plain = text.trim().replace(/[\u00a0\u202f ]/g, '');
  if (/^[-−–]\d+([.,]\d+)?$/.test(plain)) return { problem: 'negative' };
  if (/^[1-9]\d{0,2}[.,]\d{3}$/.test(plain)) return { problem: 'which_number' };
  let digits = plain;
  if (/^\d{1,3}(\.\d{3})+,\d+$/.test(plain)) digits = plain.replaceAll('.', '').replace(',', '.');
  else if (/^\d{1,3}(,\d{3})+\.\d+$/.test(plain)) digits = plain.replaceAll(',', '');
  else digits = plain.replace(',', '.');
  if (!/^\d+(\.\d+)?$/.test(digits)) return { problem: 'no_number' };
  const value = Number(digits);
  return value <= 1e9 ? { value } : { problem: 'too_much' };
}

/**
 * A day as `y-m-d`: `{day}`, `{problem}`, or `{ambiguous: true}` while nobody has said which of
 * day and month comes first. `order` is `dmy`, `mdy` or ''.
 */
export function readDay(text, order = '') {
  const plain = text.trim();
  let found = /^(\d{4})-(\d{1,2})-(\d{1,2})(T.*)?$/.exec(plain);
  if (found) return day(Number(found[1]), Number(found[2]), Number(found[3]));
  found = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(plain);
  if (found) return day(Number(found[3]), Number(found[2]), Number(found[1]));
  found = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/.exec(plain);
  if (!found) return { problem: 'no_date' };
  const [a, b, year] = found.slice(1).map(Number);
  if (a > 12 || (a === b) || order === 'dmy') return day(year, b, a);
  if (b > 12 || order === 'mdy') return day(year, a, b);
  return { ambiguous: true };
}

function day(year, month, date) {
  const at = new Date(Date.UTC(year, month - 1, date));
  const is = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === date;
  return is && year >= 2000 && year < 2200 ? { day: at.toISOString().slice(0, 10) } : { problem: 'no_date' };
}

/** Rows as a table to paste again. */
export function tableText(rows) {
  const cell = (text) => (/[\t"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((cells) => cells.map(cell).join('\t')).join('\n');
}

/** Reads one row by its columns; `dueOf(line)` is the day that a line is expected on already: `{line, acts: [{act, quantity?, day?, reason?}], problems, ambiguous}`. */
export function readRow(cells, columns, order, dueOf = () => null) {
  const of = (field) => (columns.includes(field) ? cells[columns.indexOf(field)] ?? '' : '');
  const problems = [];
  const acts = [];
  let ambiguous = false;
  let unmoved = false;
  for (const act of COUNTED) {
    if (of(act) === '') continue;
    const { value, problem } = readNumber(of(act));
    if (problem) problems.push({ problem, cell: of(act) });
    else if (value > 0 || act === 'stock') acts.push({ act, quantity: value });
  }
  if (of('date') !== '') {
    const read = readDay(of('date'), order);
    ambiguous = read.ambiguous === true;
    if (read.problem) problems.push({ problem: read.problem, cell: of('date') });
    const shipped = acts.find(({ act }) => act === 'shipped');
    if (read.day && shipped) shipped.day = read.day;
    else if (read.day && read.day === dueOf(of('line'))) unmoved = true;
    else if (read.day && of('reason') === '') problems.push({ problem: 'no_reason', cell: of('date') });
    else if (read.day) acts.push({ act: 'late', day: read.day, reason: of('reason').slice(0, 200) });
  }
  if (of('line') === '') problems.push({ problem: 'no_line', cell: '' });
  else if (acts.length === 0 && problems.length === 0 && !ambiguous) problems.push({ problem: unmoved ? 'same_date' : 'nothing', cell: '' });
  return { line: of('line'), acts, problems, ambiguous };
}
