//! The folds behind one door: every report goes in once, every finding comes out for a moment.

use twin::{
    EquipmentId, MaterialId, Plant, PlantId, PlantTime, Programme, Report, Span,
    definition::MeasureKind,
};

use crate::findings::{
    CenterHours, DayCount, DryPart, Flow, HoldUp, Outlook, Remark, Stretch, UnitUse, WhyNot,
};

/// All findings about the plants of one programme.
#[derive(Clone, Debug)]
pub struct Analytics {}

impl Analytics {
    /// Findings about `plants`; nothing has been reported yet.
    pub fn new(_programme: &Programme, _plants: &[Plant]) -> Self {
        Self {}
    }

    /// Takes one accepted report of `plant`, in hub order.
    pub fn observe(&mut self, _plant: &PlantId, _report: &Report) {}

    /// Says that the plant's clock has reached `now`, so that what waits for stragglers may fold.
    pub fn advance(&mut self, _plant: &PlantId, _now: PlantTime) {}

    /// What holds the plant back; the default window when none is given.
    pub fn hold_up(&self, _plant: &PlantId, _now: PlantTime, _window: Option<Span>) -> HoldUp {
        HoldUp::Unknown { why: WhyNot::TooEarly, inputs: Default::default() }
    }

    /// What was promised and what is expected, soonest promise first; closed ones are left out.
    pub fn outlook(&self, _plant: &PlantId, _now: PlantTime) -> Vec<Outlook> {
        Vec::new()
    }

    /// Bulk materials in use, first dry date first, then least cover.
    pub fn dry(&self, _plant: &PlantId, _now: PlantTime) -> Vec<DryPart> {
        Vec::new()
    }

    /// What a unit did in the `window` before `now`; none for an unknown unit.
    pub fn unit_use(
        &self,
        _plant: &PlantId,
        _unit: &EquipmentId,
        _now: PlantTime,
        _window: Span,
    ) -> Option<UnitUse> {
        None
    }

    /// The unit's states between two moments, in order.
    pub fn ribbon(
        &self,
        _plant: &PlantId,
        _unit: &EquipmentId,
        _from: PlantTime,
        _to: PlantTime,
    ) -> Vec<Stretch> {
        Vec::new()
    }

    /// Completions of a material by day for the 120 days before `now`, days without any included
    /// from the first completion on.
    pub fn throughput(
        &self,
        _plant: &PlantId,
        _material: &MaterialId,
        _now: PlantTime,
    ) -> Vec<DayCount> {
        Vec::new()
    }

    /// Work in progress, completions and lead time of a material over the `window` before `now`.
    pub fn flow(
        &self,
        _plant: &PlantId,
        _material: &MaterialId,
        _now: PlantTime,
        _window: Span,
    ) -> Option<Flow> {
        None
    }

    /// A headline measure now, in pieces, days or the material's unit: throughput over its
    /// window, pieces in work, lead time in calendar days, cover in calendar days.
    pub fn measure(&self, _plant: &PlantId, _kind: &MeasureKind, _now: PlantTime) -> Option<f64> {
        None
    }

    /// Hours by work center over the whole record, in the order of the definition.
    pub fn hours(&self, _plant: &PlantId) -> Vec<CenterHours> {
        Vec::new()
    }

    /// The newest comment about any of `about`.
    pub fn last_comment(&self, _plant: &PlantId, _about: &[&str]) -> Option<Remark> {
        None
    }

    /// Reports that came after their interval was closed and were left out of the findings.
    pub fn too_late(&self, _plant: &PlantId) -> u64 {
        0
    }
}
