//! Arbitrary reports, points and labels.

use std::collections::BTreeSet;

use proptest::{
    collection::{btree_set, vec},
    option,
    prelude::*,
    sample::select,
};
use twin::{
    Cause, CauseKind, InvalidId, Label, PlaceRef, PlantTime, Report, Statement, UnitState,
    label::{Affiliation, Classification, Members, Originator},
    report::{DeliveryTerms, OrderTerms, PointQuality, Points, QualitySubject, QualityVerdict},
};

/// An id of whatever type is asked for.
fn id<T>() -> impl Strategy<Value = T> + Clone
where
    T: std::str::FromStr<Err = InvalidId> + std::fmt::Debug,
{
    "[A-Za-z0-9._:#-]{1,64}".prop_map(|text| text.parse().expect("a valid id"))
}

/// Any moment of the years 0 to 9998.
pub(super) fn time() -> impl Strategy<Value = PlantTime> {
    (-62_167_219_200_000_000..253_370_764_800_000_000_i64).prop_map(PlantTime::from_micros)
}

fn quantity() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), 0.0..1e12, (0..1000_u32).prop_map(f64::from)]
}

fn cause() -> impl Strategy<Value = Option<Cause>> {
    let cause = (select(&CauseKind::ALL), "[a-z/]{1,20}");
    option::of(cause.prop_map(|(kind, id)| Cause { kind, id: id.into() }))
}

fn reason() -> impl Strategy<Value = smol_str::SmolStr> {
    "\\PC{1,40}".prop_map(Into::into)
}

fn place() -> impl Strategy<Value = PlaceRef> {
    (option::of(id()), id()).prop_map(|(plant, place)| PlaceRef { plant, place })
}

fn order_terms() -> impl Strategy<Value = OrderTerms> {
    (id(), id(), quantity(), time()).prop_map(|(order, material, quantity, due)| OrderTerms {
        order,
        material,
        quantity,
        due,
    })
}

fn delivery_terms() -> impl Strategy<Value = DeliveryTerms> {
    (id(), id(), id(), quantity(), time(), option::of(reason())).prop_map(
        |(delivery, supplier, material, quantity, date, reason)| DeliveryTerms {
            delivery,
            supplier,
            material,
            quantity,
            date,
            reason,
        },
    )
}

fn of_equipment() -> impl Strategy<Value = Statement> {
    let run = || (id(), id(), id(), id(), option::of(id()), cause());
    let number = || -1e9..1e9_f64;
    prop_oneof![
        run().prop_map(|(op, unit, part, operation, order, cause)| Statement::OpStarted {
            op,
            unit,
            part,
            operation,
            order,
            cause
        }),
        run().prop_map(|(op, unit, part, operation, order, cause)| Statement::OpFinished {
            op,
            unit,
            part,
            operation,
            order,
            cause
        }),
        (id(), select(&UnitState::ALL), option::of(reason()), cause()).prop_map(
            |(unit, state, reason, cause)| Statement::UnitState { unit, state, reason, cause }
        ),
        (id(), reason()).prop_map(|(resource, by)| Statement::ResourceTaken { resource, by }),
        (id(), reason()).prop_map(|(resource, by)| Statement::ResourceFreed { resource, by }),
        (id(), number(), number(), number(), number()).prop_map(
            |(resource, x_m, y_m, z_m, heading_deg)| Statement::Pose {
                resource,
                x_m,
                y_m,
                z_m,
                heading_deg
            }
        ),
        (id(), option::of(id()), any::<u32>())
            .prop_map(|(crew, place, available)| Statement::Crew { crew, place, available }),
    ]
}

fn of_part() -> impl Strategy<Value = Statement> {
    let decided = || (id(), id(), option::of(reason()));
    let subject =
        prop_oneof![id().prop_map(QualitySubject::Part), id().prop_map(QualitySubject::Lot)];
    prop_oneof![
        (id(), place(), place(), option::of(id()), cause()).prop_map(
            |(part, from, to, by, cause)| Statement::PartMoved { part, from, to, by, cause }
        ),
        decided().prop_map(|(part, at, reason)| Statement::PartScrapped { part, at, reason }),
        decided().prop_map(|(part, at, reason)| Statement::PartReworked { part, at, reason }),
        (id(), id(), option::of(id()))
            .prop_map(|(part, material, order)| Statement::PartCompleted { part, material, order }),
        (id(), reason()).prop_map(|(part, reason)| Statement::PartHeld { part, reason }),
        (id(), reason()).prop_map(|(part, reason)| Statement::PartReleased { part, reason }),
        (subject, select(&[QualityVerdict::Passed, QualityVerdict::Failed]))
            .prop_map(|(subject, result)| Statement::QualityResult { subject, result }),
    ]
}

fn of_supply() -> impl Strategy<Value = Statement> {
    let lot = || (id(), quantity(), id(), option::of(id()), option::of(id()));
    prop_oneof![
        lot().prop_map(|(material, quantity, storage, lot, part)| Statement::LotConsumed {
            material,
            quantity,
            storage,
            lot,
            part
        }),
        lot().prop_map(|(material, quantity, storage, lot, part)| Statement::LotProduced {
            material,
            quantity,
            storage,
            lot,
            part
        }),
        (id(), id(), quantity()).prop_map(|(storage, material, quantity)| Statement::Stock {
            storage,
            material,
            quantity
        }),
        order_terms().prop_map(Statement::OrderPlaced),
        order_terms().prop_map(Statement::OrderChanged),
        id().prop_map(|order| Statement::OrderClosed { order }),
        delivery_terms().prop_map(Statement::DeliveryPromised),
        delivery_terms().prop_map(Statement::DeliveryShipped),
        delivery_terms().prop_map(Statement::DeliveryArrived),
        delivery_terms().prop_map(Statement::DeliveryDelayed),
        (reason(), "\\PC{0,200}").prop_map(|(about, text)| Statement::Comment { about, text }),
    ]
}

/// Any report, corrections of any other report among them.
pub(super) fn report() -> impl Strategy<Value = Report> {
    let plain = || {
        let statement = prop_oneof![of_equipment(), of_part(), of_supply()];
        (time(), statement).prop_map(|(at, statement)| Report { at, statement })
    };
    let correction = (time(), id(), any::<u64>(), any::<u64>(), any::<u32>(), plain()).prop_map(
        |(at, feed, epoch, seq, index, meant)| {
            let report = Box::new(meant);
            Report { at, statement: Statement::Correction { feed, epoch, seq, index, report } }
        },
    );
    prop_oneof![9 => plain(), 1 => correction]
}

/// Points of any length up to a dozen.
pub(super) fn points() -> impl Strategy<Value = Points> {
    let quality = select(&[PointQuality::Good, PointQuality::Uncertain, PointQuality::Bad]);
    let value = any::<f64>().prop_filter("finite", |value| value.is_finite());
    vec((id(), time(), value, quality), 0..12).prop_map(|rows| {
        let mut points = Points::default();
        for (series, at, value, quality) in rows {
            points.series.push(series);
            points.at.push(at);
            points.value.push(value);
            points.quality.push(quality);
        }
        points
    })
}

fn members<T: Ord + std::fmt::Debug + Clone>(
    of: impl Strategy<Value = T>,
) -> impl Strategy<Value = Members<T>> {
    prop_oneof![Just(Members::All), btree_set(of, 0..4).prop_map(Members::Only)]
}

/// Any label whose permissive sets do not overlap.
pub(super) fn label() -> impl Strategy<Value = Label> {
    let classifications =
        [Classification::Public, Classification::Unclassified, Classification::Controlled];
    let affiliations = [Affiliation::Government, Affiliation::Military, Affiliation::Contractor];
    let who = (
        btree_set(id(), 0..4),
        btree_set(id(), 0..4),
        members(id()),
        members(select(affiliations.to_vec())),
        btree_set("[A-Z ]{1,30}", 0..3),
        btree_set("[A-Z ]{1,30}", 0..3),
    );
    let others = btree_set((id(), id()), 0..3);
    let says = ("[a-z]{1,9}", select(classifications.to_vec()), id(), id(), any::<u32>(), others);
    let when = (time(), time(), option::of(time()), option::of(reason()), option::of("\\PC{0,40}"));
    (who, says, when).prop_map(|(who, says, when)| {
        let words = |set: BTreeSet<String>| set.into_iter().map(Into::into).collect();
        let others = |set: BTreeSet<(twin::NationId, twin::OrganisationId)>| {
            let each = |(nation, organisation)| Originator { nation, organisation };
            set.into_iter().map(each).collect()
        };
        let (releasable_to, display_only, organisations, affiliations, needs, information) = who;
        Label {
            policy: says.0.into(),
            classification: says.1,
            display_only: &display_only - &releasable_to,
            releasable_to,
            organisations,
            affiliations,
            needs: words(needs),
            information: words(information),
            originator: Originator { nation: says.2, organisation: says.3 },
            derived_from: others(says.5),
            created: when.0,
            review: when.1,
            until: when.2,
            successor: when.3,
            registry_revision: says.4,
            reason: when.4,
        }
    })
}
