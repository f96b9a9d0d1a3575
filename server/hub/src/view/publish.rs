//! Makes versions: releases the board for each audience, compares, encodes what changed.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, atomic::Ordering},
};

use axum::extract::ws::Utf8Bytes;
use release::{Action, AudienceId, Gate, Labelled, Released, Selection};
use serde_json::value::RawValue;
use twin::PlantTime;
use wire::view::{ToPage, Value, WithheldValue};

use super::{
    pieces::{Piece, pieces},
    shelf::{DELTAS_KEPT, Delta, EVENTS_KEPT, Published, Question, Shelf, Values, frame},
};
use crate::{
    board::{Board, Fact, Occurrence, Openings, Scene},
    core::Core,
    expected::Expectations,
};

/// Publishes to a [`Shelf`]; owned by the core task.
#[derive(Debug)]
pub(crate) struct Publisher {
    shelf: Arc<Shelf>,
    gate: Gate,
    board: Board,
    /// How far each audience has been told what happened: the core's number and its own.
    told: BTreeMap<(AudienceId, String), (u64, u64)>,
    openings: Openings,
    expectations: Arc<Expectations>,
}

impl Publisher {
    pub(crate) fn new(shelf: Arc<Shelf>, gate: Gate, board: Board) -> Self {
        Self {
            shelf,
            gate,
            board,
            told: BTreeMap::new(),
            openings: Openings::default(),
            expectations: Arc::default(),
        }
    }

    /// Has everything made anew at the next publication, also what changes slowly.
    #[cfg(test)]
    pub(crate) fn renew_everything(&mut self) {
        self.board.renew_everything();
    }

    /// Publishes what is, for every audience that somebody looks with.
    pub(crate) fn publish(&mut self, core: &Core, wall: PlantTime) {
        let in_force = self.shelf.in_force().borrow().clone();
        let openings = std::mem::take(&mut self.openings);
        let expectations = Arc::clone(&self.expectations);
        let scene = Scene::new(core, wall).deciding(&in_force.decided).laid_out(openings);
        let scene = scene.expecting(&expectations);
        let core = &scene;
        in_force.put_into(&mut self.gate);
        // In this order: whoever wants or asks for something after this count waits for the next.
        let heard = self.shelf.heard().load(Ordering::SeqCst);
        let questions = self.shelf.questions();
        let audiences = self.shelf.wanted();
        if !audiences.is_empty() {
            let crowded_out = self.board.refresh(core, &mut self.gate, &audiences);
            self.shelf.crowd_out(crowded_out.clone());
            let mut views = self.board.views(core);
            views.extend(self.shelf.asked());
            for &audience in &audiences {
                let views = if crowded_out.contains(&audience) { &[] } else { views.as_slice() };
                for view in views {
                    self.publish_view(core, audience, view);
                }
                self.shelf.keep(audience, views);
                self.shelf.build(audience, heard, in_force.generation);
            }
        }
        for question in questions {
            self.answer(core, question);
        }
        self.openings = scene.into_openings();
        self.shelf.ticked();
    }

    /// Tells the label of a value, to whoever may see the value itself.
    fn answer(&mut self, core: &Scene<'_>, question: Question) {
        let Question { audience, plant, key, answer } = question;
        let mut facts = Vec::new();
        for view in [format!("plant/{plant}"), format!("history/{plant}")] {
            facts.extend(self.board.facts(core, &mut self.gate, &view, audience));
        }
        // Of several values under one key the last is what the audience is told.
        let seen = facts.into_iter().rfind(|fact| {
            fact.value.key == key && self.gate.allows(fact.label, audience, Action::See)
        });
        // Whoever asked may be gone.
        let _gone = answer.send(seen.map(|fact| self.gate.label_of(fact.label).clone()));
    }

    fn publish_view(&mut self, core: &Scene<'_>, audience: AudienceId, view: &str) {
        let old = self.shelf.last(audience, view);
        let current = |old: &Published| old.values.generation() == self.gate.generation();
        if old.as_deref().is_some_and(current) && !self.board.is_renewed(view) {
            return;
        }
        let facts = self.board.facts(core, &mut self.gate, view, audience);
        // What was never made for the audience is kept back from it too.
        let kept_back = facts
            .iter()
            .any(|fact| matches!(&*fact.value.value, Value::Trust(card) if card.withheld));
        let copies = self.copies(&facts, audience);
        let mut selection = self.gate.select(facts, audience);
        selection.withheld |= kept_back;
        let Some(values) = released(selection) else {
            // Nothing of this view may be seen: for this audience there is no such view.
            self.shelf.keep_without(audience, view);
            return;
        };
        let events = self.events(core, audience, view, old.as_deref());
        let published = step(view, old.as_deref(), values, events);
        self.shelf.put(audience, view, Published { copies, ..published });
    }

    /// The values that may be kept, where some may be looked at only.
    fn copies(
        &self,
        facts: &[Labelled<Fact>],
        audience: AudienceId,
    ) -> Option<Arc<Released<Values>>> {
        let may = |fact: &&Labelled<Fact>, action| self.gate.allows(fact.label, audience, action);
        let mut seen = facts.iter().filter(|fact| may(fact, Action::See));
        seen.find(|fact| !may(fact, Action::Export))?;
        let kept = self.gate.select_to(Action::Export, facts.iter().cloned(), audience);
        Some(Arc::new(kept.released.map(encode).map(mark_withheld)))
    }

    fn events(
        &mut self,
        core: &Scene<'_>,
        audience: AudienceId,
        view: &str,
        old: Option<&Published>,
    ) -> VecDeque<(u64, Utf8Bytes)> {
        // What happened before other policies came was released under those of before.
        let old = old.filter(|old| old.values.generation() == self.gate.generation());
        let mut events = old.map(|old| old.events.clone()).unwrap_or_default();
        let start = (core.happenings.last(), 0);
        let told = self.told.entry((audience, view.to_owned())).or_insert(start);
        let (happened, newest) = self.board.happened(core, view, told.0);
        told.0 = newest;
        for occurrence in self.gate.select(happened, audience).released.value() {
            told.1 += 1;
            events.push_back((told.1, frame(&event(view, told.1, occurrence))));
        }
        while events.len() > EVENTS_KEPT {
            events.pop_front();
        }
        events
    }
}

/// The values that may go out; `None` when nothing but the frame of the view is left.
fn released(selection: Selection<Fact>) -> Option<Released<Values>> {
    if selection.released.value().is_empty() {
        return None;
    }
    let encoded = selection.released.map(encode);
    Some(if selection.withheld { encoded.map(mark_withheld) } else { encoded.map(mark_whole) })
}

fn event<'a>(view: &str, seq: u64, occurrence: &Occurrence) -> ToPage<&'a RawValue> {
    ToPage::Event {
        view: view.to_owned(),
        seq,
        at: occurrence.at.clone(),
        kind: occurrence.kind.to_owned(),
        about: occurrence.about.clone(),
        word: occurrence.word.clone(),
        with: occurrence.with.clone(),
    }
}

fn encode(facts: Vec<Fact>) -> Values {
    let text = |fact: Fact| {
        let encoded = fact.encoded(raw)?;
        Some((fact.key, encoded))
    };
    facts.into_iter().filter_map(text).collect()
}

fn mark_withheld(mut values: Values) -> Values {
    values
        .extend(raw(&Value::Withheld(WithheldValue { any: true })).map(|v| ("withheld".into(), v)));
    values
}

fn mark_whole(mut values: Values) -> Values {
    let whole = raw(&Value::Withheld(WithheldValue { any: false }));
    if !values.contains_key("withheld") {
        values.extend(whole.map(|v| ("withheld".into(), v)));
    }
    values
}

fn raw(value: &Value) -> Option<Arc<RawValue>> {
    match serde_json::value::to_raw_value(value) {
        Ok(raw) => Some(Arc::from(raw)),
        Err(error) => {
            tracing::error!(%error, "a value of the board could not be encoded");
            None
        }
    }
}

/// The next version: the same if nothing changed, otherwise one more with its delta. Under other
/// policies it is always one more, and no delta of before is kept: it was released under them.
fn step(
    view: &str,
    old: Option<&Published>,
    values: Released<Values>,
    events: VecDeque<(u64, Utf8Bytes)>,
) -> Published {
    let Some(old) = old else {
        let values = Arc::new(values);
        return Published { version: 1, values, copies: None, deltas: Default::default(), events };
    };
    let (before, after) = (old.values.value(), values.value());
    let set = after
        .iter()
        .filter(|(key, value)| before.get(*key).is_none_or(|b| b.get() != value.get()))
        .map(|(key, value)| (key, Some(&**value)));
    let gone = before.keys().filter(|key| !after.contains_key(*key)).map(|key| (key, None));
    let same_policies = old.values.generation() == values.generation();
    let mut pieces = pieces(gone.chain(set));
    if pieces.is_empty() && same_policies {
        return Published { events, ..old.clone() };
    }
    // A version of its own, also where only the policies are others.
    pieces.resize_with(pieces.len().max(1), Piece::default);
    let (from, to) = (old.version, old.version + 1);
    let mut deltas = if same_policies { old.deltas.clone() } else { VecDeque::new() };
    let (view, count) = (view.to_owned(), pieces.len() as u32);
    let delta = |(piece, Piece { set, gone })| {
        frame(&ToPage::Delta { view: view.clone(), from, to, piece, pieces: count, set, gone })
    };
    deltas.push_back(Delta { from, frames: (0..).zip(pieces).map(delta).collect() });
    while deltas.len() > DELTAS_KEPT {
        deltas.pop_front();
    }
    Published { version: to, values: Arc::new(values), copies: None, deltas, events }
}

#[cfg(test)]
mod tests;
