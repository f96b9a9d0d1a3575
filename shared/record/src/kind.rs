//! The kinds of report by name, and which fields each has.

use crate::{RecordError, Word};

macro_rules! kinds {
    ($($kind:ident $name:literal [$($need:literal)*] [$($may:literal)*])*) => {
        /// A kind of report.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind {
            $(#[doc = concat!("`", $name, "`")] $kind,)*
        }

        impl Kind {
            /// Every kind, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// The name in `kind`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// The kind of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$kind),)* _ => None }
            }

            /// Fields that must be there, beside `kind` and `at`.
            pub const fn required(self) -> &'static [&'static str] {
                match self { $(Self::$kind => &[$($need),*],)* }
            }

            /// Fields that may be there.
            pub const fn optional(self) -> &'static [&'static str] {
                match self { $(Self::$kind => &[$($may),*],)* }
            }
        }
    };
}

kinds! {
    OpStarted "op_started" ["op" "unit" "part" "operation"] ["order" "cause"]
    OpFinished "op_finished" ["op" "unit" "part" "operation"] ["order" "cause"]
    PartMoved "part_moved" ["part" "from" "to"] ["by" "cause"]
    PartScrapped "part_scrapped" ["part" "place"] ["reason"]
    PartReworked "part_reworked" ["part" "place"] ["reason"]
    PartCompleted "part_completed" ["part" "material"] ["order"]
    LotConsumed "lot_consumed" ["material" "quantity" "storage"] ["lot" "part"]
    LotProduced "lot_produced" ["material" "quantity" "storage"] ["lot" "part"]
    UnitState "unit_state" ["unit" "state"] ["reason" "cause"]
    Stock "stock" ["storage" "material" "quantity"] []
    ResourceTaken "resource_taken" ["resource" "by"] []
    ResourceFreed "resource_freed" ["resource" "by"] []
    Pose "pose" ["resource" "x" "y" "z" "heading"] []
    OrderPlaced "order_placed" ["order" "material" "quantity" "due"] []
    OrderChanged "order_changed" ["order" "material" "quantity" "due"] []
    OrderClosed "order_closed" ["order"] []
    DeliveryPromised "delivery_promised"
        ["delivery" "supplier" "material" "quantity" "date"] ["reason"]
    DeliveryShipped "delivery_shipped"
        ["delivery" "supplier" "material" "quantity" "date"] ["reason"]
    DeliveryArrived "delivery_arrived"
        ["delivery" "supplier" "material" "quantity" "date"] ["reason"]
    DeliveryDelayed "delivery_delayed"
        ["delivery" "supplier" "material" "quantity" "date"] ["reason"]
    PartHeld "part_held" ["part" "reason"] []
    PartReleased "part_released" ["part" "reason"] []
    QualityResult "quality_result" ["result"] ["part" "lot"]
    Crew "crew" ["crew" "available"] ["place" "unit" "area"]
    Correction "correction" ["feed" "epoch" "seq" "index" "report"] []
    Comment "comment" ["about" "text"] []
}

impl Kind {
    pub(crate) fn list() -> String {
        Self::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn read(name: &Word) -> Result<Self, RecordError> {
        Self::from_name(name).ok_or_else(|| RecordError::unknown_kind(name))
    }
}
