//! Suppliers, their deliveries, the stock at the start, and the plan.

use twin::{
    EquipmentId, Label, MaterialId, OrganisationId, Span, SupplierId,
    definition::{Delivery, InitialStock, Order, Supplier, SupplyLine},
};

use super::{Context, Sections, common::fixed};
use crate::{
    names::Kind,
    on_its_own,
    reader::{Reader, Value},
};

impl Context<'_, '_> {
    /// `[[supplier]]`.
    pub(super) fn suppliers(
        &self,
        sections: &Sections<'_>,
        plant: Option<&Label>,
    ) -> Vec<Supplier> {
        let tables = sections.tables("supplier", "a supplier").into_iter();
        let read = |reader: Reader<'_>| {
            let id = self.own_id(&reader, Kind::Supplier);
            let name = reader.need("name").and_then(Value::text);
            let tier = reader.need("tier").and_then(|v| v.count(1, 9));
            let nation = reader.need("nation").and_then(|v| self.registered(v, &[Kind::Nation]));
            let organisation: Option<OrganisationId> =
                reader.need("organisation").and_then(|v| self.registered(v, &[Kind::Organisation]));
            let contact = reader.get("contact").and_then(|v| self.known(v, &[Kind::Contact]));
            let label = self.own_label(&reader, plant);
            reader.finish();
            Some(Supplier {
                id: id?,
                name: name?.to_owned(),
                tier: u8::try_from(tier?).ok()?,
                nation: nation?,
                organisation: organisation?,
                contact,
                label,
            })
        };
        tables.filter_map(read).collect()
    }

    /// `[[supply]]`.
    pub(super) fn supply_lines(&self, sections: &Sections<'_>) -> Vec<SupplyLine> {
        let tables = sections.tables("supply", "a supply").into_iter();
        tables.filter_map(|table| self.supply_line(table)).collect()
    }

    fn supply_line(&self, reader: Reader<'_>) -> Option<SupplyLine> {
        let material = reader.need("material").and_then(|v| self.known(v, &[Kind::Material]));
        let supplier = if self.alone && reader.get("supplier").is_none() {
            SupplierId::new(on_its_own::SUPPLIER).ok()
        } else {
            reader.need("supplier").and_then(|v| self.known(v, &[Kind::Supplier]))
        };
        let storage = reader.need("storage").and_then(|v| self.known(v, &[Kind::Storage]));
        let reorder = reader.get("reorder");
        let by_level = reorder.is_some();
        let (lot, every) = if by_level { (None, None) } else { self.rhythm(&reader) };
        let written_lead = reader.need("lead");
        let reorder = reorder.and_then(|value| self.reorder(value, written_lead));
        let lead = match &reorder {
            Some(reorder) => Some(reorder.lead.mean),
            None if by_level => None,
            None => written_lead.and_then(|v| fixed(v, v.time()?)),
        };
        let (on_time_ratio, mean_late) =
            if by_level { (None, None) } else { self.lateness(&reader) };
        let yield_ratio = reader.get("yield").map_or(Some(1.0), Value::share);
        let from = reader.get("from").and_then(|v| self.place(v, &[Kind::Storage]));
        let basis = reader.basis();
        reader.finish();
        let (Some(material), Some(supplier), Some(storage)) = (material, supplier, storage) else {
            self.names.leave_flow_unsure();
            return None;
        };
        // What else is wrong has been said; the rest still tells where material comes from.
        Some(SupplyLine {
            material,
            supplier,
            storage,
            lot: lot.unwrap_or(1.0),
            every: every.unwrap_or(Span::DAY),
            lead: lead.unwrap_or_default(),
            on_time_ratio: on_time_ratio.unwrap_or(1.0),
            mean_late: mean_late.unwrap_or_default(),
            yield_ratio: yield_ratio.unwrap_or(1.0),
            from,
            reorder,
            basis,
        })
    }

    /// How much comes, how often.
    fn rhythm(&self, reader: &Reader<'_>) -> (Option<f64>, Option<Span>) {
        let lot = reader.need("lot").and_then(Value::quantity);
        let every = reader.need("every").and_then(|value| {
            let every = fixed(value, value.interval()?)?;
            if every <= Span::ZERO {
                self.log.error(value.at, "lots come every so often, not all at once");
                return None;
            }
            Some(every)
        });
        (lot, every)
    }

    /// How often late, and by how much.
    fn lateness(&self, reader: &Reader<'_>) -> (Option<f64>, Option<Span>) {
        let on_time_ratio = reader.need("on_time").and_then(Value::share);
        let mean_late = reader.need("mean_late").and_then(|v| fixed(v, v.time()?));
        (on_time_ratio, mean_late)
    }

    /// `[[stock]]`.
    pub(super) fn initial_stock(&self, sections: &Sections<'_>) -> Vec<InitialStock> {
        let tables = sections.tables("stock", "a stock").into_iter();
        let read = |reader: Reader<'_>| {
            let storage: Option<EquipmentId> =
                reader.need("storage").and_then(|v| self.known(v, &[Kind::Storage]));
            let material: Option<MaterialId> =
                reader.need("material").and_then(|v| self.known(v, &[Kind::Material]));
            let quantity = reader.need("quantity").and_then(Value::quantity);
            reader.basis();
            reader.finish();
            Some(InitialStock { storage: storage?, material: material?, quantity: quantity? })
        };
        tables.filter_map(read).collect()
    }

    /// `[[order]]`.
    pub(super) fn orders(&self, sections: &Sections<'_>) -> Vec<Order> {
        let tables = sections.tables("order", "an order").into_iter();
        let read = |reader: Reader<'_>| {
            let id = self.own_id(&reader, Kind::Order);
            let material = reader.need("material").and_then(|v| self.known(v, &[Kind::Material]));
            let quantity = reader.need("quantity").and_then(Value::quantity);
            let due = self.due(&reader);
            let customer = reader.need("customer").and_then(Value::text);
            reader.basis();
            reader.finish();
            Some(Order {
                id: id?,
                material: material?,
                quantity: quantity?,
                due: due?,
                customer: customer?.to_owned(),
            })
        };
        tables.filter_map(read).collect()
    }

    /// `[[delivery]]`.
    pub(super) fn deliveries(&self, sections: &Sections<'_>) -> Vec<Delivery> {
        let tables = sections.tables("delivery", "a delivery").into_iter();
        let read = |reader: Reader<'_>| {
            let id = self.own_id(&reader, Kind::Delivery);
            let supplier = reader.need("supplier").and_then(|v| self.known(v, &[Kind::Supplier]));
            let material = reader.need("material").and_then(|v| self.known(v, &[Kind::Material]));
            let quantity = reader.need("quantity").and_then(Value::quantity);
            let due = self.due(&reader);
            reader.basis();
            reader.finish();
            Some(Delivery {
                id: id?,
                supplier: supplier?,
                material: material?,
                quantity: quantity?,
                due: due?,
            })
        };
        tables.filter_map(read).collect()
    }
}
