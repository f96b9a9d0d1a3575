//! What of a live state has no place in the files any more, and what follows.

use std::collections::BTreeSet;

use twin::{
    OrderId, Origin,
    definition::{Carry, Order},
};

use super::{plants::fold, yard::yard, *};
use crate::Why;

fn said() -> Said {
    Said { feed: twin::FeedId::new("yard").expect("valid"), origin: Origin::Live, received: None }
}

/// The wholes that a network still completes, by name.
fn completes(mut model: Model, until: PlantTime) -> BTreeSet<String> {
    let mut completed = BTreeSet::new();
    let note = &mut |_: &PlantId, report: Report| {
        if let Statement::PartCompleted { part, .. } = report.statement {
            completed.insert(part.to_string());
        }
    };
    model.run_until(until, note).expect("goes on");
    completed
}

#[test]
fn what_work_of_a_lost_operation_was_at_is_made_anew_with_its_pieces() {
    let (programme, mut plant) = yard();
    let plants = [plant.clone()];
    let mut model = Model::new(&programme, &plants, Settings::new(4, at(0.0))).expect("sound");
    let mut state = TwinState::new(&programme, &plants);
    fold(&mut model, &mut state, at(20.1));
    let works_on = state.unit(&plant.id, &id("dock-u")).expect("known").running.first();
    assert_eq!(works_on.expect("it works").part.as_str(), "H1");
    let complete = plant.operations.iter_mut().find(|op| op.id.as_str() == "complete");
    complete.expect("there").id = OperationId::new("finish").expect("valid");
    let now = Settings::new(9, at(20.1));
    let standing = Model::from_state(&programme, &[plant], &state, now).expect("goes on");
    let left_out: Vec<_> = standing.left_out.iter().map(|of| (of.id.as_str(), of.why)).collect();
    assert_eq!(left_out, [("H1", Why::NoOperation)]);
    let completed = completes(standing.model, at(200.0));
    let expected = ["H1#2", "H2", "H3"].map(str::to_owned);
    assert_eq!(completed, BTreeSet::from(expected));
}

#[test]
fn an_order_closed_short_takes_nothing_of_what_is_made_later() {
    let (programme, mut plant) = yard();
    let order = |name: &str, quantity: f64, due: f64| Order {
        id: OrderId::new(name).expect("valid"),
        material: material("hull"),
        quantity,
        due: at(due),
        customer: "a fleet".to_owned(),
    };
    plant.orders = vec![order("O-1", 3.0, 100.0), order("O-2", 2.0, 200.0)];
    let plants = [plant];
    let mut model = Model::new(&programme, &plants, Settings::new(4, at(0.0))).expect("sound");
    let mut state = TwinState::new(&programme, &plants);
    fold(&mut model, &mut state, at(30.1));
    let statement = Statement::OrderClosed { order: OrderId::new("O-1").expect("valid") };
    let report = Report { at: at(30.1), statement };
    state.apply(&plants[0].id, &report, &said()).expect("taken");
    fold(&mut model, &mut state, at(60.1));
    assert_eq!(model.materials.iter().map(|of| of.completed).max(), Some(2));
    let now = Settings::new(9, at(60.1));
    let standing = Model::from_state(&programme, &plants, &state, now).expect("goes on");
    let orders = standing.model.sites[0].orders.iter();
    let done: Vec<_> = orders.map(|of| (of.order.as_str(), of.done)).collect();
    assert_eq!(done, [("O-2", 1.0)], "of three ordered one was there when it was closed");
}

#[test]
fn what_a_crane_carries_beside_its_errand_is_not_lost() {
    let (programme, mut plant) = yard();
    let second = WorkUnit { id: id("pads-v"), ..plant.units[0].clone() };
    plant.units.push(second);
    let carry = Carry { by: vec![id("gantry")], duration: fixed(0.5) };
    plant.operations[0].output.carry = Some(carry);
    let plants = [plant];
    let mut model = Model::new(&programme, &plants, Settings::new(4, at(0.0))).expect("sound");
    let mut state = TwinState::new(&programme, &plants);
    // One of the two that are finished is on the hook, the other is laid beside it by a feed that
    // tells so.
    fold(&mut model, &mut state, at(3.1));
    let gantry = state.resource(&plants[0].id, &id("gantry")).expect("known");
    let on_hook = gantry.carrying.iter().next().expect("it carries").clone();
    let parts = ["H1-L1", "H1-L2"].map(|name| twin::PartId::new(name).expect("valid"));
    let part = parts.iter().find(|part| **part != on_hook).expect("the other").clone();
    let from = state.part(&part).expect("known").place.clone();
    let to = PlaceRef::here(id("gantry"));
    let carried = Statement::PartMoved { part, from, to, by: None, cause: None };
    state.apply(&plants[0].id, &Report { at: at(3.1), statement: carried }, &said()).expect("ok");
    let now = Settings::new(9, at(3.1));
    let standing = Model::from_state(&programme, &plants, &state, now).expect("goes on");
    let completed = completes(standing.model, at(200.0));
    let expected = ["H1", "H2", "H3"].map(str::to_owned);
    assert_eq!(completed, BTreeSet::from(expected));
}
