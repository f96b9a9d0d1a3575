//! Who asks a hub, and what they carry: keys, and cookies of people who have signed in.

use std::{collections::BTreeMap, sync::Arc};

use journal::{AccountRow, Holder, KeyRow, Keys, PlannerKeyRow, Role, SessionRow, ViewerKeyRow};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use twin::{FeedId, NationId, OrganisationId, PlantId, SupplierId};

use crate::{
    clock::wall_now, core::planner_feed, gate, identity::Identity, tests::fixture::lasting,
    view::Offer,
};

/// Keys on disk, which all hubs of a thread share.
pub(super) struct Office {
    _data: TempDir,
    pub(super) identity: Arc<Identity>,
    keys: Keys,
    /// What they carry: viewers and people by the code of their audience, planners and suppliers by
    /// their plant.
    carried: BTreeMap<Who, String>,
    pub(super) runtime: Runtime,
}

impl Office {
    pub(super) fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        let keys = Keys::open(data.path()).unwrap();
        let identity = Identity::of(Keys::open(data.path()).unwrap(), None);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { _data: data, identity, keys, carried: BTreeMap::new(), runtime }
    }

    /// The key or the cookie of whoever asks.
    pub(super) fn carried(&mut self, who: &Who) -> String {
        if let Some(key) = self.carried.get(who) {
            return key.clone();
        }
        let key = gate::new_key().unwrap();
        let sha256 = gate::hash(&key);
        let named = |code: &str| {
            let (nation, organisation) = code.split_once('/').unwrap();
            (NationId::new(nation).unwrap(), OrganisationId::new(organisation).unwrap())
        };
        let life = lasting();
        match who {
            Who::Anybody(_) => {}
            Who::Key(code) => {
                let (nation, organisation) = named(code);
                let row = ViewerKeyRow { sha256, nation, organisation, life };
                self.keys.add_viewer(&row).unwrap();
            }
            Who::Person(code) => {
                let (nation, organisation) = named(code);
                self.sign_in(sha256, nation, organisation);
            }
            Who::Planner(plant) => {
                let (feed, plant) = (planner_feed(&sha256).unwrap(), PlantId::new(plant).unwrap());
                self.keys.add_planner(&PlannerKeyRow { sha256, feed, plant, life }).unwrap();
            }
            // Every world has other suppliers.
            Who::Supplier(plant, supplier) | Who::SuppliersKey(plant, supplier) => {
                let feed = FeedId::new(&format!("supplier:{}", &sha256[..12])).unwrap();
                let plant = PlantId::new(plant).unwrap();
                let supplier = Some(SupplierId::new(supplier).unwrap());
                self.keys
                    .add(&KeyRow { sha256, feed, plant, supplier, units: None, life })
                    .unwrap();
                return key;
            }
        }
        self.carried.insert(who.clone(), key.clone());
        key
    }

    /// A releaser of the organisation with a browser.
    fn sign_in(&self, sha256: String, nation: NationId, organisation: OrganisationId) {
        let (name, now) = (format!("{organisation}-releaser"), wall_now());
        let account = AccountRow {
            name: name.clone(),
            nation,
            organisation,
            roles: [Role::Releaser].into(),
            reports: None,
            password: "nobody signs in by it".to_owned(),
            created: now,
            disabled: None,
        };
        self.keys.add_account(&account).unwrap();
        let holder = Holder::Account(name);
        let session = SessionRow { sha256, holder, created: now, seen: now };
        self.keys.add_session(&session, now).unwrap();
    }
}

/// Who asks over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    /// Without a key, as an audience that anybody may choose.
    Anybody(String),
    /// With a viewer's key of an organisation.
    Key(String),
    /// A releaser of an organisation.
    Person(String),
    /// With a planner's key of a plant.
    Planner(&'static str),
    /// The page of a small supplier of a plant.
    Supplier(&'static str, String),
    /// The same key as a program sends it.
    SuppliersKey(&'static str, String),
}

impl Who {
    /// Whoever looks as the audience.
    pub(super) fn of(offer: &Offer) -> Self {
        let code = offer.code.clone();
        if offer.listed { Self::Anybody(code) } else { Self::Key(code) }
    }
}
