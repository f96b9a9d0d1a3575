//! Which ids exist, and who names them: duplicates and dangling ids are found once all is read.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    problem::{Log, did_you_mean},
    source::At,
};

/// Kinds of named things. Equipment shares one space of names, the others have one each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Area,
    WorkCenter,
    Unit,
    Storage,
    Resource,
    Crew,
    Calendar,
    Material,
    Operation,
    Supplier,
    Contact,
    Order,
    Delivery,
    Nation,
    Organisation,
    Plant,
    Milestone,
    Agreement,
    Arrivals,
    Cards,
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::WorkCenter => "work center",
            Self::Unit => "unit",
            Self::Storage => "storage",
            Self::Resource => "resource",
            Self::Crew => "crew",
            Self::Calendar => "calendar",
            Self::Material => "material",
            Self::Operation => "operation",
            Self::Supplier => "supplier",
            Self::Contact => "contact",
            Self::Order => "order",
            Self::Delivery => "delivery",
            Self::Nation => "nation",
            Self::Organisation => "organisation",
            Self::Plant => "plant",
            Self::Milestone => "milestone",
            Self::Agreement => "agreement",
            Self::Arrivals => "table of arrivals",
            Self::Cards => "loop of cards",
        }
    }

    fn with_article(self) -> String {
        let article = match self {
            Self::Area | Self::Operation | Self::Order | Self::Organisation | Self::Agreement => {
                "an"
            }
            _ => "a",
        };
        format!("{article} {}", self.word())
    }

    fn is_equipment(self) -> bool {
        self <= Self::Resource
    }

    /// The space of names that it belongs to.
    fn space(self) -> Self {
        if self.is_equipment() { Self::Area } else { self }
    }
}

/// The programme, or the plant of that number.
pub(crate) type Scope = Option<usize>;

struct Use {
    scope: Scope,
    wanted: &'static [Kind],
    id: String,
    at: At,
}

/// One space of names: what each is, and where it was defined.
type Space = BTreeMap<String, (Kind, At)>;

/// Ids in the making.
pub(crate) struct Names<'l, 'a> {
    log: &'l Log<'a>,
    declared: RefCell<BTreeMap<(Scope, Kind), Space>>,
    uses: RefCell<Vec<Use>>,
    /// Materials that only reports bring in.
    reported: RefCell<BTreeSet<(Scope, String)>>,
    /// Whether a table could not be read that says how work flows.
    flow_unsure: Cell<bool>,
    /// Scopes with a file that could not be read: what is missing may stand there.
    unreadable: RefCell<BTreeSet<Scope>>,
}

impl<'l, 'a> Names<'l, 'a> {
    pub(crate) fn new(log: &'l Log<'a>) -> Self {
        Self {
            log,
            declared: RefCell::default(),
            uses: RefCell::default(),
            reported: RefCell::default(),
            flow_unsure: Cell::new(false),
            unreadable: RefCell::default(),
        }
    }

    /// Something exists; logs a second one of that name.
    pub(crate) fn declare(&self, scope: Scope, kind: Kind, id: &str, at: At) {
        let mut declared = self.declared.borrow_mut();
        let space = declared.entry((scope, kind.space())).or_default();
        if let Some(&(other, first)) = space.get(id) {
            let place = self.log.place(first);
            let text = if other == kind {
                format!("there is a second {} \"{id}\"; the first is at {place}", kind.word())
            } else {
                let other = other.with_article();
                format!("{} \"{id}\" has the name of {other} at {place}", kind.word())
            };
            self.log.error(at, text);
            return;
        }
        space.insert(id.to_owned(), (kind, at));
    }

    /// Something is named and must exist, as one of these kinds.
    pub(crate) fn mention(&self, scope: Scope, wanted: &'static [Kind], id: &str, at: At) {
        self.uses.borrow_mut().push(Use { scope, wanted, id: id.to_owned(), at });
    }

    /// No operation needs to bring this material in.
    pub(crate) fn comes_by_reports(&self, scope: Scope, material: &str) {
        self.reported.borrow_mut().insert((scope, material.to_owned()));
    }

    /// How work flows cannot be judged: a table that says it is unreadable.
    pub(crate) fn leave_flow_unsure(&self) {
        self.flow_unsure.set(true);
    }

    /// A file of that scope could not be read to its end.
    pub(crate) fn leave_unsure(&self, scope: Scope) {
        self.unreadable.borrow_mut().insert(scope);
        self.leave_flow_unsure();
    }

    pub(crate) fn is_flow_sure(&self) -> bool {
        !self.flow_unsure.get()
    }

    pub(crate) fn is_reported(&self, scope: Scope, material: &str) -> bool {
        self.reported.borrow().contains(&(scope, material.to_owned()))
    }

    /// Where it was defined.
    pub(crate) fn defined_at(&self, scope: Scope, kind: Kind, id: &str) -> Option<At> {
        self.declared.borrow().get(&(scope, kind.space()))?.get(id).map(|&(_, at)| at)
    }

    /// Logs every mention of what does not exist.
    pub(crate) fn resolve(&self) {
        for mention in self.uses.borrow().iter() {
            self.resolve_one(mention);
        }
    }

    fn resolve_one(&self, Use { scope, wanted, id, at }: &Use) {
        let declared = self.declared.borrow();
        let spaces = wanted.iter().filter_map(|kind| declared.get(&(*scope, kind.space())));
        let mut found = None;
        for space in spaces.clone() {
            found = found.or_else(|| space.get(id));
        }
        let want = || {
            let all: Vec<String> = wanted.iter().map(|k| k.with_article()).collect();
            all.join(" or ")
        };
        match found {
            Some((kind, _)) if wanted.contains(kind) => {}
            Some((kind, first)) => {
                let (kind, place) = (kind.with_article(), self.log.place(*first));
                let want = want();
                self.log.error(*at, format!("\"{id}\" is {kind} ({place}); {want} is wanted here"));
            }
            None if self.unreadable.borrow().contains(scope) => {}
            None => {
                let known = spaces
                    .flat_map(|space| space.iter())
                    .filter(|(_, (kind, _))| wanted.contains(kind))
                    .map(|(name, _)| name.as_str());
                let hint = did_you_mean(id, known);
                let word = wanted.first().map_or("thing", |k| k.word());
                self.log.error(*at, format!("there is no {word} \"{id}\"{hint}"));
            }
        }
    }
}
