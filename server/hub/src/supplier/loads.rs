//! A delivery that goes in several loads.
//!
//! When a supplier ships a part, its page promises what is left as a delivery of its own, called
//! after the first: `D-7` is followed by `D-7.rest-…`, with the time and a count at the end. What
//! was finished is reported for one of them; what did not go with a load is there for the next,
//! whether the load is on its way or has arrived.

use std::collections::BTreeMap;

use twin::{
    DeliveryId, MaterialId, SupplierId,
    state::{DeliveryNow, DeliveryStatus},
};

/// What stands between a delivery's id and what tells its loads apart.
const REST: &str = ".rest-";
/// The page takes no more of a long id, in bytes: the whole is to be an id, too.
const LONGEST_FIRST: usize = 33;

/// How much was finished for each delivery, in the material's own unit of measure.
pub(crate) struct Finished(BTreeMap<DeliveryId, f64>);

impl Finished {
    /// Of all deliveries of a plant.
    pub(crate) fn of<'a>(deliveries: impl Iterator<Item = &'a DeliveryNow>) -> Self {
        let mut loads: BTreeMap<Whole<'a>, Vec<&'a DeliveryNow>> = BTreeMap::new();
        for delivery in deliveries {
            let whole = (&delivery.supplier, &delivery.material, first(delivery));
            loads.entry(whole).or_default().push(delivery);
        }
        let mut finished = BTreeMap::new();
        for loads in loads.values_mut() {
            loads.sort_by_key(|load| turn(load));
            let several = loads.len() > 1;
            let mut left = 0.0;
            for load in loads {
                let there = load.made + left;
                let gone = matches!(load.status, DeliveryStatus::Shipped | DeliveryStatus::Arrived);
                left = if gone { (there - load.quantity).max(0.0) } else { 0.0 };
                let told = if gone && several { there.min(load.quantity) } else { there };
                finished.insert(load.delivery.clone(), told);
            }
        }
        Self(finished)
    }

    /// For one of them.
    pub(crate) fn for_delivery(&self, delivery: &DeliveryId) -> f64 {
        self.0.get(delivery).copied().unwrap_or(0.0)
    }
}

/// What loads belong together by: whose, of what, and how the first is called.
type Whole<'a> = (&'a SupplierId, &'a MaterialId, &'a str);

/// The name of the delivery that a load is of, as far as its loads repeat it.
fn first(delivery: &DeliveryNow) -> &str {
    let id = delivery.delivery.as_str();
    let whole = id.split_once(REST).map_or(id, |(first, _)| first);
    whole.get(..LONGEST_FIRST).unwrap_or(whole)
}

/// The place of a load among those of its delivery: by the time of its promise, then by its count.
fn turn(delivery: &DeliveryNow) -> Option<(&str, u64)> {
    let (_, told_apart) = delivery.delivery.as_str().rsplit_once(REST)?;
    let (time, count) = told_apart.rsplit_once('-').unwrap_or((told_apart, ""));
    Some((time, count.parse().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use twin::PlantTime;

    use super::*;

    fn load(id: &str, status: DeliveryStatus, [quantity, made]: [f64; 2]) -> DeliveryNow {
        DeliveryNow {
            delivery: DeliveryId::new(id).expect("an id"),
            supplier: SupplierId::new("mill").expect("an id"),
            material: MaterialId::new("plate").expect("an id"),
            quantity,
            status,
            promised: PlantTime::default(),
            expected: PlantTime::default(),
            reason: None,
            made,
            scrapped: 0.0,
            change_count: 0,
            as_of: None,
        }
    }

    #[track_caller]
    fn told(loads: &[DeliveryNow]) -> Vec<f64> {
        let finished = Finished::of(loads.iter());
        loads.iter().map(|load| finished.for_delivery(&load.delivery)).collect()
    }

    #[test]
    fn what_did_not_go_with_a_load_is_there_for_the_next() {
        use DeliveryStatus::{Arrived, Promised, Shipped};
        for gone in [Shipped, Arrived] {
            let first = load("D-7", gone, [5.0, 12.0]);
            let rest = load("D-7.rest-310505060000000-1", Promised, [15.0, 2.0]);
            assert_eq!(told(&[first.clone(), rest]), [5.0, 9.0], "{gone:?}");
            // The second load took six of them; the third begins with what is left.
            let second = load("D-7.rest-310505060000000-1", gone, [6.0, 2.0]);
            let last = "D-7.rest-310505060000000-1.rest-310506060000000-1";
            let third = load(last, Promised, [9.0, 0.0]);
            assert_eq!(told(&[third, second, first]), [3.0, 6.0, 5.0], "{gone:?}");
        }
    }

    #[test]
    fn a_delivery_of_one_load_and_those_of_others_stay_as_they_are() {
        use DeliveryStatus::{Promised, Shipped};
        assert_eq!(told(&[load("D-7", Promised, [2.0, 60.0])]), [60.0]);
        let mut other = load("D-7.rest-310505060000000-1", Promised, [9.0, 0.0]);
        other.supplier = SupplierId::new("forge").expect("an id");
        assert_eq!(told(&[load("D-7", Shipped, [5.0, 12.0]), other]), [12.0, 0.0]);
        // While the first is promised, all that was finished is for it.
        let rest = load("D-7.rest-310505060000000-1", Promised, [9.0, 1.0]);
        assert_eq!(told(&[load("D-7", Promised, [5.0, 12.0]), rest]), [12.0, 1.0]);
    }

    #[test]
    fn loads_of_a_long_id_are_known_by_its_beginning_and_in_their_order() {
        use DeliveryStatus::{Arrived, Promised};
        let long = "a-delivery-whose-id-is-as-long-as-it-may-be-in-this-programme-17";
        let loads = [
            load(long, Arrived, [5.0, 20.0]),
            load("a-delivery-whose-id-is-as-long-as.rest-310505060000000-2", Arrived, [5.0, 0.0]),
            load(
                "a-delivery-whose-id-is-as-long-as.rest-310505060000000-10",
                Promised,
                [10.0, 0.0],
            ),
        ];
        assert_eq!(told(&loads), [5.0, 5.0, 10.0]);
    }
}
