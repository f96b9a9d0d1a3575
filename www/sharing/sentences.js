// Reasons and decisions as sentences.

import { lastMoment, when } from '../lib/format.js';
import { form, hasWord, word } from '../lib/words.js';

/** A kind of fact in words; none is everything. */
export function kindName(kind) {
  return word(`sharing.kind.${kind}`);
}

/** The same in the middle of a sentence. */
export function kindInText(kind) {
  const name = kindName(kind);
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** What facts of a kind tell. */
export function kindSays(kind) {
  return word(`sharing.kind_says.${kind}`);
}

/** Names as people write them one after the other. */
export function listOf(names) {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(names);
}

/** The last day of something that ends at a moment. */
export function day(at) {
  return when(lastMoment(at), 'date');
}

/** Why a cell says what it says: a sentence for each plant or thing that differs, none twice. */
export function reasons(cell, owner) {
  if (cell.why.length === 0) return [word(owner.own ? 'sharing.why.not_agreed' : 'sharing.why.not_yours')];
  const several = new Set(cell.why.map(({ plant }) => plant)).size > 1;
  const alike = new Set(cell.why.map((why) => sentence(why))).size === 1;
  const told = cell.why.map((why) => {
    const where = why.thing ? why.more > 0 ? word('sharing.things', { name: why.thing, n: why.more }) : why.thing : several && !alike ? why.plant : null;
    return where ? word('sharing.of_thing', { name: where, text: sentence(why) }) : sentence(why);
  });
  return [...new Set(told)];
}

function sentence({ code, see, agreement, narrowed, released }) {
  const values = {
    agreement: agreement?.name ?? word('sharing.an_agreement'),
    until: agreement ? day(agreement.until) : '',
    reviewer: agreement?.reviewed_by ?? '',
    contact: agreement?.contact ?? '',
  };
  if (code === 'narrowed') {
    return narrowed.map(({ by, since, reason, review, overdue }) => word(since ? overdue ? 'sharing.why.narrowed_overdue' : 'sharing.why.narrowed' : 'sharing.why.narrowed_file',
      { by, since: since ? when(since, 'date') : '', reason, review: day(review) })).join(' ') || word('sharing.why.narrowed_plain');
  }
  if (code === 'released' && released) {
    return word('sharing.why.released', { by: released.by, agreed: released.agreed_by, reason: released.reason, until: day(released.until) });
  }
  if (code === 'agreed' && !agreement) return word('sharing.why.shared');
  const text = word(`sharing.why.${code}`, values);
  return see === 'look' ? `${text} ${word('sharing.why.look')}` : text;
}

/** What a decision is about: the plant, the thing, the kinds. */
export function subject(decision) {
  const kinds = decision.kinds.length === 0 ? word('sharing.every_kind') : listOf(decision.kinds.map(kindInText));
  return word(decision.thing_name ? 'sharing.subject_thing' : 'sharing.subject', { kinds, plant: decision.plant_name, thing: decision.thing_name ?? '' });
}

/** The nations that a decision is for, and those that a narrowing leaves out, as lists. */
function ofNations({ nations }, all) {
  const named = (wanted) => listOf(all.filter(({ code }) => nations.includes(code) === wanted).map(({ name }) => name));
  const [those, others] = [named(true), named(false)];
  return { nations: those, without: others || word('sharing.left_out'), isOfSome: Boolean(those && others) };
}

/** A decision's heading. */
export function title(decision, nations) {
  return word(`sharing.title.${decision.kind}.${decision.state === 'waiting' ? 'waiting' : 'done'}`, { what: subject(decision), ...ofNations(decision, nations) });
}

/** What opens to whom when somebody agrees. */
export function agreeing(decision, nations) {
  return word(`sharing.agree_says.${decision.kind}`, { what: subject(decision), day: day(decision.review), ...ofNations(decision, nations) });
}

/** Who did it, when and why, and what comes next. */
export function story(decision) {
  const { by, at, reason, agreed_by: agreed, agreed_at: agreedAt, review, state, kind, overdue } = decision;
  const lines = [word(state === 'waiting' ? 'sharing.proposed_by' : 'sharing.made_by', { by, at: when(at, 'date'), reason })];
  if (agreed) lines.push(word('sharing.agreed_by', { by: agreed, at: when(agreedAt, 'date') }));
  const due = state === 'waiting' ? 'waits_until' : kind === 'release' ? 'ends_on' : overdue ? 'overdue_since' : 'review_by';
  return { lines, due: word(`sharing.${due}`, { day: day(review) }) };
}

/** What somebody did, as the list of changes tells it. */
export function change({ what, by, decision }, nations) {
  const names = ofNations(decision, nations);
  // Whoever is told of firms alone, and not of nations, finds in the table who sees it.
  const toldOf = hasWord(`sharing.change.${what}_alone`) && !names.isOfSome ? `${what}_alone` : what;
  return word(`sharing.change.${toldOf}`, { by: by ?? word('sharing.nobody'), what: subject(decision), reason: decision.reason, ...names });
}

/** A number of things in words. */
export function counted(key, n) {
  return word(`${key}.${form(n)}`, { n: String(n) });
}
