//! Accounts of people: whom each belongs to, and what each may do. Only password hashes are kept.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row};
use twin::{FeedId, NationId, OrganisationId, PlantId, PlantTime, SupplierId};

use crate::{JournalError, Keys, error::sqlite, sessions};

pub(crate) const LAYOUT: &str = "CREATE TABLE IF NOT EXISTS account (
  name TEXT PRIMARY KEY,
  nation TEXT NOT NULL,
  organisation TEXT NOT NULL,
  roles TEXT NOT NULL,
  feed TEXT,
  plant TEXT,
  supplier TEXT,
  password TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  disabled_us INTEGER
) STRICT, WITHOUT ROWID";

/// What a person may do. No role includes another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Looks as a member of the account's organisation.
    Viewer,
    /// Reports for the account's plant or supplier, and looks.
    Contributor,
    /// Narrows and widens what the organisation shares, and looks.
    Releaser,
    /// Looks after the hub; reads nothing of any plant by this role.
    Administrator,
    /// Reads who came in and what was changed; reads nothing of any plant by this role.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] =
        [Self::Viewer, Self::Contributor, Self::Releaser, Self::Administrator, Self::Auditor];

    /// The role's name, as it is typed and stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Contributor => "contributor",
            Self::Releaser => "releaser",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
        }
    }

    /// The role of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether its holder looks as a member of the account's organisation.
    pub fn looks(self) -> bool {
        matches!(self, Self::Viewer | Self::Contributor | Self::Releaser)
    }
}

/// What a contributor reports about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reports {
    /// The feed that the person reports as; every account has one of its own.
    pub feed: FeedId,
    /// The plant.
    pub plant: PlantId,
    /// The supplier whose deliveries these are, when it is not the plant's own person.
    pub supplier: Option<SupplierId>,
}

/// A person's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// The name that is typed to sign in.
    pub name: String,
    /// The nation.
    pub nation: NationId,
    /// The organisation.
    pub organisation: OrganisationId,
    /// What the person may do; may be nothing.
    pub roles: BTreeSet<Role>,
    /// What a contributor reports about.
    pub reports: Option<Reports>,
    /// The password's hash, in the PHC string format.
    pub password: String,
    /// Wall time.
    pub created: PlantTime,
    /// Wall time; a disabled account stays listed and nobody signs in with it.
    pub disabled: Option<PlantTime>,
}

const SELECT: &str = "SELECT name, nation, organisation, roles, feed, plant, supplier, password,
    created_us, disabled_us FROM account";

impl Keys {
    /// Keeps a new account.
    ///
    /// # Errors
    /// [`JournalError::AccountExists`], or that it cannot be written; nothing was kept.
    pub fn add_account(&self, account: &AccountRow) -> Result<(), JournalError> {
        let failed = sqlite(self.path(), "keeping an account");
        let transaction = self.begin("keeping an account")?;
        if find(&transaction, &account.name).map_err(&failed)?.is_some() {
            return Err(JournalError::AccountExists { name: account.name.clone() });
        }
        let reports = account.reports.as_ref();
        let row = (
            &account.name,
            account.nation.as_str(),
            account.organisation.as_str(),
            roles_text(&account.roles),
            reports.map(|reports| reports.feed.as_str()),
            reports.map(|reports| reports.plant.as_str()),
            reports.and_then(|reports| reports.supplier.as_ref()).map(SupplierId::as_str),
            &account.password,
            account.created.micros(),
            account.disabled.map(PlantTime::micros),
        );
        let insert = "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        transaction.execute(insert, row).map_err(&failed)?;
        transaction.commit().map_err(&failed)
    }

    /// The account of this name, disabled or not.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn find_account(&self, name: &str) -> Result<Option<AccountRow>, JournalError> {
        find(self.connection(), name).map_err(sqlite(self.path(), "looking for an account"))
    }

    /// Every account, by name.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn list_accounts(&self) -> Result<Vec<AccountRow>, JournalError> {
        let failed = sqlite(self.path(), "listing the accounts");
        let select = format!("{SELECT} ORDER BY name");
        let mut statement = self.connection().prepare(&select).map_err(&failed)?;
        let rows = statement.query_map([], read);
        rows.map_err(&failed)?.collect::<Result<_, _>>().map_err(&failed)
    }

    /// Gives an account other roles and ends its sessions; returns whether there is such an account.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was changed.
    pub fn change_roles(&self, name: &str, roles: &BTreeSet<Role>) -> Result<bool, JournalError> {
        self.change_account(name, "roles", &roles_text(roles))
    }

    /// Gives an account another password and ends its sessions; returns whether there is one.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was changed.
    pub fn change_password(&self, name: &str, password: &str) -> Result<bool, JournalError> {
        self.change_account(name, "password", &password)
    }

    /// Disables an account and ends its sessions; returns whether there is one in force.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was changed.
    pub fn disable_account(&self, name: &str, at: PlantTime) -> Result<bool, JournalError> {
        if self.find_account(name)?.is_none_or(|account| account.disabled.is_some()) {
            return Ok(false);
        }
        self.change_account(name, "disabled_us", &at.micros())
    }

    /// Whoever is signed in must sign in anew: rights that were taken away end at once.
    fn change_account(
        &self,
        name: &str,
        column: &'static str,
        value: &dyn rusqlite::ToSql,
    ) -> Result<bool, JournalError> {
        let failed = sqlite(self.path(), "changing an account");
        let transaction = self.begin("changing an account")?;
        let update = format!("UPDATE account SET {column} = ?1 WHERE name = ?2");
        let changed = transaction.execute(&update, (value, name)).map_err(&failed)?;
        sessions::end_all_of(&transaction, name).map_err(&failed)?;
        transaction.commit().map_err(&failed)?;
        Ok(changed > 0)
    }
}

fn find(connection: &Connection, name: &str) -> rusqlite::Result<Option<AccountRow>> {
    connection.query_row(&format!("{SELECT} WHERE name = ?"), [name], read).optional()
}

fn roles_text(roles: &BTreeSet<Role>) -> String {
    roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(",")
}

fn read(row: &Row<'_>) -> rusqlite::Result<AccountRow> {
    let id = |at: usize, error: twin::InvalidId| {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, Box::new(error))
    };
    let optional = |at: usize| row.get::<_, Option<String>>(at);
    let supplier = optional(6)?.map(|text| SupplierId::new(&text)).transpose();
    let reports = match (optional(4)?, optional(5)?) {
        (Some(feed), Some(plant)) => Some(Reports {
            feed: FeedId::new(&feed).map_err(|error| id(4, error))?,
            plant: PlantId::new(&plant).map_err(|error| id(5, error))?,
            supplier: supplier.map_err(|error| id(6, error))?,
        }),
        _ => None,
    };
    // A role that a newer program wrote gives nothing here.
    let roles = row.get::<_, String>(3)?.split(',').filter_map(Role::named).collect();
    Ok(AccountRow {
        name: row.get(0)?,
        nation: NationId::new(&row.get::<_, String>(1)?).map_err(|error| id(1, error))?,
        organisation: OrganisationId::new(&row.get::<_, String>(2)?)
            .map_err(|error| id(2, error))?,
        roles,
        reports,
        password: row.get(7)?,
        created: PlantTime::from_micros(row.get(8)?),
        disabled: row.get::<_, Option<i64>>(9)?.map(PlantTime::from_micros),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Holder, SessionRow};

    fn account(name: &str) -> AccountRow {
        AccountRow {
            name: name.to_owned(),
            nation: NationId::new("XAA").expect("an id"),
            organisation: OrganisationId::new("skarvik").expect("an id"),
            roles: BTreeSet::from([Role::Contributor, Role::Auditor]),
            reports: Some(Reports {
                feed: FeedId::new("person:anna").expect("an id"),
                plant: PlantId::new("yard").expect("an id"),
                supplier: Some(SupplierId::new("mill").expect("an id")),
            }),
            password: "$argon2id$".to_owned(),
            created: PlantTime::from_micros(1),
            disabled: None,
        }
    }

    #[test]
    fn an_account_comes_back_as_it_was_and_has_one_name() {
        let dir = tempfile::tempdir().expect("a folder");
        let keys = Keys::open(dir.path()).expect("opened");
        let anna = account("anna");
        let bo = AccountRow { reports: None, roles: BTreeSet::new(), ..account("bo") };
        keys.add_account(&bo).expect("kept");
        keys.add_account(&anna).expect("kept");
        assert_eq!(keys.list_accounts().expect("read"), [anna.clone(), bo]);
        let again = keys.add_account(&anna);
        assert!(matches!(again, Err(JournalError::AccountExists { .. })), "{again:?}");
        assert_eq!(keys.find_account("nobody").expect("read"), None);
    }

    #[test]
    fn a_changed_account_ends_its_sessions_and_no_others() {
        let dir = tempfile::tempdir().expect("a folder");
        let keys = Keys::open(dir.path()).expect("opened");
        let now = PlantTime::from_micros(5);
        let session = |name: &str| SessionRow {
            sha256: format!("of {name}"),
            holder: Holder::Account(name.to_owned()),
            created: now,
            seen: now,
        };
        for name in ["anna", "bo"] {
            keys.add_account(&account(name)).expect("kept");
        }
        let changes: [&dyn Fn() -> bool; 3] = [
            &|| keys.change_roles("anna", &BTreeSet::new()).expect("changed"),
            &|| keys.change_password("anna", "other").expect("changed"),
            &|| keys.disable_account("anna", now).expect("changed"),
        ];
        keys.add_session(&session("bo"), now).expect("kept");
        for change in changes {
            keys.add_session(&session("anna"), now).expect("kept");
            assert!(change());
            assert_eq!(keys.find_session("of anna").expect("read"), None);
        }
        assert!(keys.find_session("of bo").expect("read").is_some());
        let anna = keys.find_account("anna").expect("read").expect("listed");
        assert_eq!((anna.disabled, anna.password.as_str()), (Some(now), "other"));
        assert!(anna.roles.is_empty());
        assert!(!keys.disable_account("anna", now).expect("read"), "it is disabled already");
        assert!(!keys.change_password("nobody", "x").expect("read"));
    }
}
