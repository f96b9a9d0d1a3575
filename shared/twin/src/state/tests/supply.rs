//! Levels, orders, deliveries, crews and comments.

use super::fixture::{Yard, at, delivery, id, used};
use crate::{
    report::{DeliveryTerms, LONGEST_TEXT, OrderTerms, Statement},
    state::{COMMENTS_PER_SUBJECT, Change, DeliveryStatus, StockChange},
    time::Span,
};

fn counted(quantity: f64) -> Statement {
    Statement::Stock { storage: id("store"), material: id("steel"), quantity }
}

fn terms(order: &str, due: i64) -> OrderTerms {
    OrderTerms { order: id(order), material: id("hull"), quantity: 2.0, due: at(due) }
}

#[test]
fn levels_follow_use_and_counts_and_never_fall_below_zero() {
    let mut yard = Yard::new();
    assert_eq!(yard.stock("store", "steel"), 10.0);
    yard.ok(1, used(4.0));
    assert_eq!(yard.stock("store", "steel"), 6.0);
    let changes = yard.ok(2, used(7.5));
    let kind = StockChange::Consumed { short: 1.5 };
    assert!(matches!(&changes[0], Change::Stock { after: 0.0, kind: k, .. } if *k == kind));
    yard.ok(10, counted(3.0));
    let late = yard.ok(9, used(1.0));
    assert!(matches!(&late[0], Change::Outdated { .. }), "the count already knew: {late:?}");
    assert_eq!(yard.stock("store", "steel"), 3.0);
    yard.ok(12, used(1.0));
    yard.ok(11, used(1.0));
    assert_eq!(yard.stock("store", "steel"), 1.0, "two gateways out of step lose nothing");
}

#[test]
fn bad_quantities_and_names_are_refused() {
    let mut yard = Yard::new();
    assert_eq!(
        yard.refused(1, used(-1.0)),
        "quantity_negative: quantity is -1; a quantity is zero or more"
    );
    assert!(yard.refused(1, used(f64::NAN)).starts_with("number_out_of_range"));
    assert!(yard.refused(1, used(f64::INFINITY)).starts_with("number_out_of_range"));
    let (storage, material) = (id("P1"), id("steel"));
    let at_unit = Statement::Stock { storage, material, quantity: 1.0 };
    assert!(yard.refused(1, at_unit).starts_with("unknown_storage"));
    let (storage, material) = (id("store"), id("gold"));
    let gold = Statement::Stock { storage, material, quantity: 1.0 };
    assert!(yard.refused(1, gold).starts_with("unknown_material"));
}

#[test]
fn a_delivery_runs_late_and_arrives_in_its_storage() {
    let mut yard = Yard::new();
    let changes = yard.ok(50, Statement::DeliveryDelayed(delivery("D-1", 130)));
    let late = Span::from_secs(30);
    assert!(matches!(&changes[0], Change::Delivery { late: l, .. } if *l == late));
    let old = yard.ok(40, Statement::DeliveryShipped(delivery("D-1", 90)));
    assert!(matches!(&old[0], Change::Outdated { .. }));
    yard.ok(60, Statement::DeliveryShipped(delivery("D-1", 125)));
    yard.ok(125, Statement::DeliveryArrived(delivery("D-1", 125)));
    let now = yard.twin.delivery(&id("home"), &id("D-1")).expect("known");
    assert_eq!((now.status, now.change_count), (DeliveryStatus::Arrived, 3));
    assert_eq!((now.promised, now.expected), (at(100), at(125)));
    assert_eq!(yard.stock("store", "steel"), 50.0);
    let again = Statement::DeliveryArrived(delivery("D-1", 126));
    assert!(yard.refused(126, again).starts_with("delivery_arrived"));
    assert_eq!(yard.stock("store", "steel"), 50.0);
}

#[test]
fn a_delivery_belongs_to_its_supplier() {
    let mut yard = Yard::new();
    let shipped = Statement::DeliveryShipped(delivery("D-2", 90));
    assert!(yard.refused(1, shipped).starts_with("unknown_delivery"));
    yard.ok(1, Statement::DeliveryPromised(delivery("D-2", 90)));
    let mut other = delivery("D-2", 10);
    other.supplier = id("forge");
    assert!(
        yard.refused(2, Statement::DeliveryShipped(other.clone())).starts_with("delivery_conf")
    );
    other.supplier = id("nobody");
    assert!(yard.refused(2, Statement::DeliveryShipped(other)).starts_with("unknown_supplier"));
}

#[test]
fn orders_are_placed_changed_and_closed() {
    let mut yard = Yard::new();
    assert!(yard.refused(1, Statement::OrderChanged(terms("O-2", 5))).starts_with("unknown_order"));
    yard.ok(1, Statement::OrderPlaced(terms("O-2", 500)));
    let changes = yard.ok(2, Statement::OrderChanged(terms("O-2", 530)));
    let moved = Span::from_secs(30);
    assert!(matches!(&changes[0], Change::Order { moved: m, closed: false, .. } if *m == moved));
    yard.ok(3, Statement::OrderClosed { order: id("O-2") });
    let order = yard.twin.order(&id("home"), &id("O-2")).expect("remembered");
    assert_eq!((order.closed, order.first_due, order.due), (Some(at(3)), at(500), at(530)));
    assert!(yard.refused(4, Statement::OrderPlaced(terms("O-2", 5))).starts_with("order_closed"));
    let orders: Vec<_> = yard.twin.orders(&id("home")).map(|o| o.order.to_string()).collect();
    assert_eq!(orders, ["O-1", "O-2"]);
}

#[test]
fn crews_are_counted_by_place() {
    let mut yard = Yard::new();
    let crew = |crew: &str, place: Option<&str>, available| Statement::Crew {
        crew: id(crew),
        place: place.map(id),
        available,
    };
    yard.ok(1, crew("painters", None, 12));
    yard.ok(2, crew("painters", Some("shop"), 4));
    let old = yard.ok(1, crew("painters", Some("shop"), 9));
    assert!(matches!(&old[0], Change::Outdated { .. }));
    let (_, now) = yard.twin.crews(&id("home")).next().expect("one crew");
    let counts: Vec<u32> = now.available.values().map(|count| count.people).collect();
    assert_eq!(counts, [12, 4]);
    assert!(yard.refused(3, crew("welders", None, 1)).starts_with("unknown_crew"));
    assert!(yard.refused(3, crew("painters", Some("moon"), 1)).starts_with("unknown_place"));
}

#[test]
fn the_newest_comments_are_kept() {
    let mut yard = Yard::new();
    let comment = |about: &str, text: String| Statement::Comment { about: about.into(), text };
    for n in 0..=COMMENTS_PER_SUBJECT {
        yard.ok(n as i64, comment("P1", format!("note {n}")));
    }
    let texts: Vec<_> = yard.twin.comments(&id("home"), "P1").map(|c| c.text.clone()).collect();
    assert_eq!(texts.len(), COMMENTS_PER_SUBJECT);
    assert_eq!(texts.first().map(String::as_str), Some("note 1"));
    let long = comment("P1", "x".repeat(LONGEST_TEXT + 1));
    assert_eq!(
        yard.refused(99, long),
        "text_too_long: text has 1001 bytes, more than 1000; shorten it"
    );
    assert!(yard.refused(99, comment("P1", String::new())).starts_with("text_empty"));
    assert!(yard.refused(99, comment("P99", "?".to_owned())).starts_with("unknown_subject"));
}

#[test]
fn what_a_supplier_makes_is_not_at_the_plant_before_it_arrives() {
    let mut yard = Yard::new();
    let terms = DeliveryTerms { quantity: 4.0, ..delivery("D-1", 100) };
    let (supplier, material) = (terms.supplier.clone(), terms.material.clone());
    let there = yard.stock("store", material.as_str());
    let work = |quantity: f64, lot: &str| Statement::LotProduced {
        material: material.clone(),
        quantity,
        storage: id(supplier.as_str()),
        lot: Some(id(lot)),
        part: None,
    };
    let held = |yard: &Yard| {
        let held = yard.twin.held_by(&id("home"), &supplier, &material);
        held.map(|held| held.quantity)
    };
    assert_eq!(held(&yard), None, "nobody has said anything");
    assert!(yard.refused(1, work(1.0, "D-9")).starts_with("unknown_delivery"));
    yard.ok(2, work(6.0, "D-1"));
    yard.ok(1, work(2.0, "D-1"));
    let scrapped = Statement::LotConsumed {
        material: material.clone(),
        quantity: 1.0,
        storage: id(supplier.as_str()),
        lot: Some(id("D-1")),
        part: None,
    };
    yard.ok(3, scrapped);
    let now = yard.twin.delivery(&id("home"), &id("D-1")).expect("known");
    assert_eq!((now.made, now.scrapped), (8.0, 1.0));
    assert_eq!(held(&yard), Some(7.0));
    let counted = Statement::Stock {
        storage: id(supplier.as_str()),
        material: material.clone(),
        quantity: 9.0,
    };
    yard.ok(5, counted);
    yard.ok(4, work(3.0, "D-1"));
    assert_eq!(held(&yard), Some(9.0), "the count already knew");
    assert_eq!(yard.stock("store", material.as_str()), there, "nothing has arrived");
    yard.ok(6, Statement::DeliveryShipped(terms.clone()));
    yard.ok(7, Statement::DeliveryShipped(terms.clone()));
    assert_eq!(held(&yard), Some(5.0), "it leaves once");
}
