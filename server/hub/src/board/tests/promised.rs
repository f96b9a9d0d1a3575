//! What was promised: which of it is told first.

use twin::{MaterialId, OpId, OperationId, OrderId, PartId, report::OrderTerms};

use super::*;

/// A part a day was made for forty days, and these are wanted: what, how many, and in how many
/// days.
fn cards_with(orders: &[(&str, f64, f64)]) -> Vec<wire::view::DeliverCard> {
    let definitions = shop(&format!("{AGREEMENT}{HOLD_UP}"), as_is);
    let (mut core, at) = core_of(&definitions, THEN);
    let plant = PlantId::new("shop").unwrap();
    let material = || MaterialId::new("panel").unwrap();
    let day = |n: f64| at + Span::DAY.scaled(n);
    let mut say = |at: PlantTime, statement: Statement| {
        core.analytics.observe(&plant, &Report { at, statement });
    };
    let (unit, operation) =
        (EquipmentId::new("bay-01").unwrap(), OperationId::new("make").unwrap());
    for n in (0..40).rev() {
        let (begins, ends) = (day(-0.9 - f64::from(n)), day(-0.5 - f64::from(n)));
        let part = PartId::new(&format!("P{}", 40 - n)).unwrap();
        let op = OpId::new(&format!("make-{n}")).unwrap();
        let (unit, operation, order, cause) = (unit.clone(), operation.clone(), None, None);
        let run = (op.clone(), unit.clone(), part.clone(), operation.clone());
        say(begins, Statement::OpStarted { op, unit, part, operation, order, cause });
        let (op, unit, part, operation) = run;
        let (from, to) = ("bay-01".parse().unwrap(), "done".parse().unwrap());
        let moved = Statement::PartMoved { part: part.clone(), from, to, by: None, cause: None };
        let (order, cause) = (None, None);
        say(ends, Statement::OpFinished { op, unit, part, operation, order, cause });
        say(ends, moved);
    }
    for (id, quantity, due) in orders {
        let order = OrderId::new(id).unwrap();
        let terms = OrderTerms { order, material: material(), quantity: *quantity, due: day(*due) };
        say(day(-0.2), Statement::OrderPlaced(terms));
    }
    core.analytics.advance(&plant, at);
    let told = Wall::before("XAA", "skarvik").tell(&core, at);
    let card = |view: &str| match told.0.get(&format!("{view} board/deliver")).map(|value| &**value)
    {
        Some(Value::Deliver(card)) => card.clone(),
        other => panic!("{other:?}"),
    };
    ["programme", "plant/shop"].map(card).into()
}

#[test]
fn what_is_much_later_than_all_that_is_due_first_stands_among_it() {
    let ids = |items: &[wire::view::DueItem]| -> Vec<String> {
        items.iter().map(|item| item.id.clone()).collect()
    };
    let first = [("O1", 1.0, 5.0), ("O2", 1.0, 6.0), ("O3", 1.0, 7.0)];
    // Sixty at one a day, of which the last are wanted in twelve days or in fifty-five.
    for (due, shown, late) in
        [(12.0, ["O1", "O2", "O4"], vec!["O5"]), (55.0, ["O1", "O2", "O3"], vec!["O4", "O5"])]
    {
        let orders = [&first[..], &[("O4", 60.0, due), ("O5", 1.0, due + 0.5)]].concat();
        for card in cards_with(&orders) {
            assert_eq!(
                (ids(&card.items), ids(&card.also_late)),
                (shown.map(Into::into).into(), late.iter().map(ToString::to_string).collect())
            );
        }
    }
}
