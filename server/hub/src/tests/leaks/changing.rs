//! Changes that are asked for: what is hidden from whoever asks is refused as what never was.

use std::collections::BTreeSet;

use twin::{Audience, FactKind, PlantId};

use super::{
    Case, Found,
    asking::nobody,
    may_know,
    office::Who,
    oracle::Oracle,
    ways::Hub,
    words,
    world::{PLANTS, Secret},
};
use crate::view::Offer;

/// Worlds of a hundred in which changes are asked for.
const PERCENT: usize = 30;
/// Changes that are asked for then.
const CHANGES: usize = 4;
const DATE: &str = "2031-08-01T00:00:00Z";

/// A change that is asked for: the method, the path below the plant, the body. `ID` is whose it is.
const CHANGES_TO: [(&str, &str, &str); 9] = [
    ("POST", "/orders", r#"{"order":"ID","material":"hull-PLANT","quantity":1,"due":"DATE"}"#),
    ("PATCH", "/orders/ID", r#"{"quantity":2}"#),
    ("POST", "/orders/ID/close", "{}"),
    (
        "POST",
        "/deliveries",
        r#"{"delivery":"ID","supplier":"OWN","material":"plate-PLANT","quantity":1,"date":"DATE"}"#,
    ),
    (
        "POST",
        "/deliveries",
        r#"{"delivery":"D","supplier":"ID","material":"plate-PLANT","quantity":1,"date":"DATE"}"#,
    ),
    ("POST", "/deliveries/ID/delay", r#"{"date":"DATE","reason":"later"}"#),
    ("POST", "/deliveries/ID/ship", "{}"),
    ("POST", "/deliveries/ID/arrive", "{}"),
    ("POST", "/alarms/ID/acknowledge", r#"{"comment":"seen"}"#),
];

/// Reports of a supplier about a delivery that is not its own.
const REPORTS: [&str; 4] = [
    r#""kind":"delivery_shipped","delivery":"ID","supplier":"OWN","material":"MATERIAL","quantity":1,"date":"DATE""#,
    r#""kind":"delivery_delayed","delivery":"ID","supplier":"OWN","material":"MATERIAL","quantity":1,"date":"DATE""#,
    r#""kind":"lot_produced","storage":"OWN","material":"MATERIAL","quantity":1,"lot":"ID""#,
    r#""kind":"comment","about":"ID","text":"what is this""#,
];

impl Case<'_> {
    /// Whoever may not change a plan, or not this plant's, is refused without a word of it.
    pub(super) fn changes(&mut self, oracle: &Oracle<'_>, hub: &mut Hub, found: &mut Found) {
        if !self.dice.chance(PERCENT) {
            return;
        }
        let offers: Vec<Offer> = hub.shelf.everybody().cloned().collect();
        let mut asked = BTreeSet::new();
        for _ in 0..CHANGES {
            let at = self.dice.below(self.world.sites.len());
            let ids = self.ids(hub, at);
            let id = self.dice.one(&ids).clone();
            if !asked.insert(id.clone()) {
                continue;
            }
            let (theirs, other) = (self.world.sites[at].id, self.world.sites[1 - at].id);
            let (who, audience, plant) = match self.dice.below(6) {
                0 => {
                    let offer = self.dice.one(&offers);
                    (Who::of(offer), Some(hub.audience(offer)), theirs)
                }
                1 => {
                    let supplier = self.dice.one(&self.world.sites[at].suppliers).clone();
                    (Who::SuppliersKey(theirs, supplier), None, theirs)
                }
                n => {
                    let owner = hub.shelf.owner(&PlantId::new(other).unwrap()).unwrap();
                    let audience = Some(hub.audience(owner));
                    (Who::Planner(other), audience, if n == 2 { theirs } else { other })
                }
            };
            let none = nobody(&id, || char::from(b'0' + self.dice.below(10) as u8));
            let (method, path, body) = *self.dice.one(&CHANGES_TO);
            let own = self.world.sites.iter().find(|site| site.id == plant).unwrap();
            let own = own.suppliers[0].clone();
            let filled = |text: &str, id: &str| {
                let text = text.replace("PLANT", plant).replace("OWN", &own).replace("DATE", DATE);
                text.replace("ID", id)
            };
            let mut ask = |id: &str| {
                let path = format!("/api/v1/plants/{plant}{}", filled(path, id));
                let (status, text) = hub.ask(self.office, &who, (method, &path, &filled(body, id)));
                // What is taken is numbered.
                let text = if status < 300 { String::new() } else { text.replace(id, "…") };
                (status, text)
            };
            let (hidden, nothing) = (ask(&id), ask(&none));
            let place = format!("seed {}, {who:?}, {method} {plant}{path} of {id}", self.seed);
            assert_eq!(hidden, nothing, "{place}: is not as if it never was");
            self.may_be_told(oracle, audience.as_ref(), (&hidden.1, &place), plant);
            found.add(
                "changes to hidden things refused as to nothing",
                usize::from(hidden.0 >= 300),
            );
        }
        self.reports(hub, found);
    }

    /// A planner knows the plan of their own plant.
    fn may_be_told(
        &self,
        oracle: &Oracle<'_>,
        audience: Option<&Audience>,
        (text, place): (&str, &str),
        plant: &str,
    ) {
        for number in words(text) {
            let secret: &Secret = &self.world.secrets[number];
            let is_plan = secret.about.iter().any(|about| {
                about.plant == plant && matches!(about.kind, FactKind::Schedule | FactKind::Supply)
            });
            let may = audience.is_some_and(|audience| {
                may_know(oracle, audience, secret) || is_plan && super::runs(audience, plant)
            });
            assert!(may, "{place}: tells {secret:?}, in\n{text}");
        }
    }

    /// Ids of a plant that a plan or its changes name.
    fn ids(&self, hub: &Hub, at: usize) -> Vec<String> {
        let site = &self.world.sites[at];
        let plant = PlantId::new(site.id).unwrap();
        let orders = hub.core.twin.orders(&plant).map(|order| order.order.to_string());
        let deliveries = hub.core.twin.deliveries(&plant).map(|d| d.delivery.to_string());
        let conditions = hub.core.conditions(&plant, hub.now, |_, promise| promise);
        let alarms = conditions.into_iter().map(|condition| condition.id);
        let suppliers = site.suppliers.iter().cloned();
        let all = orders.chain(deliveries).chain(alarms).chain(suppliers);
        // What the other plant calls the same is not hidden from it.
        all.filter(|id| words(id).next().is_some()).collect()
    }

    /// What a supplier reports about the deliveries of others is refused as about none.
    fn reports(&mut self, hub: &mut Hub, found: &mut Found) {
        let at = self.dice.below(self.world.sites.len());
        let n = self.dice.below(2);
        let site = &self.world.sites[at];
        let own = &site.suppliers[n];
        let mut hidden = Vec::new();
        for (plant, ..) in PLANTS {
            let plant = PlantId::new(plant).unwrap();
            let deliveries = hub.core.twin.deliveries(&plant);
            let others = deliveries.filter(|d| d.supplier.as_str() != own);
            hidden.extend(others.map(|d| d.delivery.to_string()));
        }
        // One of its own may be called as another's at another plant.
        let here = PlantId::new(site.id).unwrap();
        let owned = hub.core.twin.deliveries(&here).filter(|d| d.supplier.as_str() == own);
        let owned: BTreeSet<String> = owned.map(|d| d.delivery.to_string()).collect();
        hidden.retain(|id| words(id).next().is_some() && !owned.contains(id) && id != own);
        if hidden.is_empty() {
            return;
        }
        let id = self.dice.one(&hidden).clone();
        let none = nobody(&id, || char::from(b'0' + self.dice.below(10) as u8));
        let material = format!("{}-{}", ["plate", "paint"][n], site.id);
        let ways = [id.as_str(), none.as_str()].map(|id| {
            let filled = |report: &&str| {
                let report = report.replace("OWN", own).replace("MATERIAL", &material);
                report.replace("DATE", DATE).replace("ID", id)
            };
            let reports: Vec<String> = REPORTS.iter().map(filled).collect();
            hub.speak((site, own), &reports).replace(id, "…")
        });
        let place = format!("seed {}, {own} about {id}", self.seed);
        assert_eq!(ways[0], ways[1], "{place}: is not as if it never was");
        found.add("reports about hidden things refused as about nothing", 1);
    }
}
