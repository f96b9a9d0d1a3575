//! Invitations: links that let one small supplier in, once. Only hashes are kept.
//!
//! What an invitation is exchanged for is a key of a supplier's feed like any other, kept by a
//! browser: listed, revoked and ended in the same ways.

use rusqlite::OptionalExtension;
use twin::{FeedId, PlantId, PlantTime, SupplierId};

use crate::{
    JournalError, KeyLife, Keys,
    error::sqlite,
    key_table::{beginning, no_id},
};

/// Invitations that wait for their supplier, of one plant.
const MOST_WAITING: i64 = 200;

pub(crate) const LAYOUT: &str = "CREATE TABLE IF NOT EXISTS invitation (
  sha256 TEXT PRIMARY KEY,
  plant TEXT NOT NULL,
  supplier TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  expires_us INTEGER NOT NULL,
  used_us INTEGER
) STRICT, WITHOUT ROWID";

/// A link that lets one supplier in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRow {
    /// SHA-256 of the secret in the link, in hexadecimal.
    pub sha256: String,
    /// The plant that the supplier delivers to.
    pub plant: PlantId,
    /// Who is invited.
    pub supplier: SupplierId,
    /// Wall time of its making.
    pub created: PlantTime,
    /// From then on it opens nothing.
    pub expires: PlantTime,
    /// When it was used; it opens nothing since.
    pub used: Option<PlantTime>,
}

/// What came of an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// The supplier is in, with a key of its own.
    In {
        /// The plant that it delivers to.
        plant: PlantId,
        /// Who it is.
        supplier: SupplierId,
    },
    /// Somebody came in with it before.
    Used,
    /// Its time is over.
    Expired,
    /// There is no such invitation.
    Unknown,
}

/// The key that a browser gets for an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitedKey {
    /// SHA-256 of the key, in hexadecimal.
    pub sha256: String,
    /// The feed that it is the key of; nobody else's.
    pub feed: FeedId,
    /// How long it lasts.
    pub life: KeyLife,
}

impl Keys {
    /// Keeps a new invitation; forgets those of the plant that nobody can use any more.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was kept.
    pub fn add_invitation(&self, invitation: &InvitationRow) -> Result<(), JournalError> {
        let failed = sqlite(self.path(), "keeping an invitation");
        let transaction = self.begin("keeping an invitation")?;
        let row = (
            &invitation.sha256,
            invitation.plant.as_str(),
            invitation.supplier.as_str(),
            invitation.created.micros(),
            invitation.expires.micros(),
        );
        let insert = "INSERT INTO invitation (sha256, plant, supplier, created_us, expires_us)
                      VALUES (?, ?, ?, ?, ?)";
        transaction.execute(insert, row).map_err(&failed)?;
        let too_many = "DELETE FROM invitation WHERE sha256 IN (
            SELECT sha256 FROM invitation WHERE plant = ?1
            ORDER BY created_us DESC, sha256 LIMIT -1 OFFSET ?2)";
        transaction
            .execute(too_many, (invitation.plant.as_str(), MOST_WAITING))
            .map_err(&failed)?;
        transaction.commit().map_err(&failed)
    }

    /// The invitations that nobody has used, in the order of making; some may be over.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn waiting_invitations(&self) -> Result<Vec<InvitationRow>, JournalError> {
        let failed = sqlite(self.path(), "listing the invitations");
        let select = "SELECT sha256, plant, supplier, created_us, expires_us FROM invitation
                      WHERE used_us IS NULL ORDER BY created_us, sha256";
        let mut statement = self.connection().prepare(select).map_err(&failed)?;
        let rows = statement.query_map([], |row| {
            Ok(InvitationRow {
                sha256: row.get(0)?,
                plant: PlantId::new(&row.get::<_, String>(1)?).map_err(no_id(1))?,
                supplier: SupplierId::new(&row.get::<_, String>(2)?).map_err(no_id(2))?,
                created: PlantTime::from_micros(row.get(3)?),
                expires: PlantTime::from_micros(row.get(4)?),
                used: None,
            })
        });
        rows.map_err(&failed)?.collect::<Result<_, _>>().map_err(&failed)
    }

    /// Ends every invitation that nobody has used and whose hash begins so; returns how many.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was changed.
    pub fn withdraw_invitation(&self, which: &str, at: PlantTime) -> Result<usize, JournalError> {
        let which = beginning(which);
        let update = "UPDATE invitation SET expires_us = ?1
                      WHERE used_us IS NULL AND expires_us > ?1 AND substr(sha256, 1, ?2) = ?3";
        let row = (at.micros(), which.len() as i64, which);
        let ended = self.connection().execute(update, row);
        ended.map_err(sqlite(self.path(), "withdrawing an invitation"))
    }

    /// Exchanges an invitation, by hash, for a key: both happen or neither, and only once.
    ///
    /// # Errors
    /// [`JournalError`]; the invitation is as good as before.
    pub fn redeem_invitation(
        &self,
        sha256: &str,
        key: &InvitedKey,
        now: PlantTime,
    ) -> Result<Redeemed, JournalError> {
        let failed = sqlite(self.path(), "using an invitation");
        let transaction = self.begin("using an invitation")?;
        let select = "SELECT plant, supplier, expires_us, used_us FROM invitation WHERE sha256 = ?";
        let found: Option<(String, String, i64, Option<i64>)> = transaction
            .query_row(select, [sha256], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .optional()
            .map_err(&failed)?;
        let Some((plant, supplier, expires, used)) = found else { return Ok(Redeemed::Unknown) };
        if used.is_some() {
            return Ok(Redeemed::Used);
        }
        if expires <= now.micros() {
            return Ok(Redeemed::Expired);
        }
        // What was kept as an id still is one; a file that somebody else wrote opens nothing.
        let (Ok(plant_id), Ok(supplier_id)) = (PlantId::new(&plant), SupplierId::new(&supplier))
        else {
            return Ok(Redeemed::Unknown);
        };
        let update = "UPDATE invitation SET used_us = ?1 WHERE sha256 = ?2";
        transaction.execute(update, (now.micros(), sha256)).map_err(&failed)?;
        let insert = "INSERT INTO feed_key
            (sha256, feed, plant, supplier, created_us, expires_us) VALUES (?, ?, ?, ?, ?, ?)";
        let row = (
            &key.sha256,
            key.feed.as_str(),
            &plant,
            &supplier,
            key.life.created.micros(),
            key.life.expires.micros(),
        );
        transaction.execute(insert, row).map_err(&failed)?;
        transaction.commit().map_err(&failed)?;
        Ok(Redeemed::In { plant: plant_id, supplier: supplier_id })
    }

    /// Revokes one key of a feed by its whole hash; returns whether it was in force.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was changed.
    pub fn end_key(&self, sha256: &str, at: PlantTime) -> Result<bool, JournalError> {
        let update = "UPDATE feed_key SET revoked_us = ?1 WHERE sha256 = ?2 AND revoked_us IS NULL";
        let ended = self.connection().execute(update, (at.micros(), sha256));
        ended.map(|count| count > 0).map_err(sqlite(self.path(), "ending a key"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> PlantTime {
        PlantTime::from_micros(micros)
    }

    fn invitation(sha256: &str, created: i64) -> InvitationRow {
        InvitationRow {
            sha256: sha256.to_owned(),
            plant: PlantId::new("yard").expect("an id"),
            supplier: SupplierId::new("mill").expect("an id"),
            created: at(created),
            expires: at(100),
            used: None,
        }
    }

    fn key(sha256: &str) -> InvitedKey {
        InvitedKey {
            sha256: sha256.to_owned(),
            feed: FeedId::new(&format!("supplier:{sha256}")).expect("an id"),
            life: KeyLife::new(at(5), at(1_000)),
        }
    }

    #[test]
    fn an_invitation_lets_one_in_once_and_in_time() {
        let dir = tempfile::tempdir().expect("a folder");
        let keys = Keys::open(dir.path()).expect("opened");
        for name in ["first", "late"] {
            keys.add_invitation(&invitation(name, 1)).expect("kept");
        }
        let redeem = |which: &str, by: &str, now| {
            keys.redeem_invitation(which, &key(by), at(now)).expect("asked")
        };
        assert_eq!(redeem("guessed", "k0", 5), Redeemed::Unknown);
        assert_eq!(redeem("late", "k0", 100), Redeemed::Expired);
        let InvitationRow { plant, supplier, .. } = invitation("first", 1);
        let came_in = Redeemed::In { plant: plant.clone(), supplier: supplier.clone() };
        assert_eq!(redeem("first", "k1", 5), came_in);
        assert_eq!(redeem("first", "k2", 6), Redeemed::Used);
        let kept = keys.list().expect("read");
        assert_eq!(kept.len(), 1, "only what let somebody in made a key: {kept:?}");
        assert_eq!((kept[0].plant.clone(), kept[0].supplier.clone()), (plant, Some(supplier)));
        assert_eq!(kept[0].units, None);
        assert!(keys.end_key("k1", at(7)).expect("ended"));
        assert!(!keys.end_key("k1", at(8)).expect("ended already"));
        assert_eq!(keys.find("k1").expect("read").expect("listed").life.revoked, Some(at(7)));
    }

    #[test]
    fn what_nobody_used_is_listed_and_can_be_withdrawn() {
        let dir = tempfile::tempdir().expect("a folder");
        let keys = Keys::open(dir.path()).expect("opened");
        for name in ["opened-by-one", "sent-to-wrong-one", "sent-to-right-one"] {
            keys.add_invitation(&invitation(name, 1)).expect("kept");
        }
        keys.redeem_invitation("opened-by-one", &key("k1"), at(5)).expect("asked");
        let names = |keys: &Keys| -> Vec<String> {
            let waiting = keys.waiting_invitations().expect("read");
            waiting.into_iter().map(|row| row.sha256).collect()
        };
        assert_eq!(names(&keys), ["sent-to-right-one", "sent-to-wrong-one"]);
        assert_eq!(keys.withdraw_invitation("sent", at(6)).expect("asked"), 0, "too short");
        assert_eq!(keys.withdraw_invitation("opened-by", at(6)).expect("asked"), 0, "used");
        assert_eq!(keys.withdraw_invitation("sent-to-w", at(6)).expect("asked"), 1);
        assert_eq!(keys.withdraw_invitation("sent-to-w", at(7)).expect("asked"), 0, "once");
        let redeem = |which: &str| keys.redeem_invitation(which, &key("k2"), at(8)).expect("asked");
        assert_eq!(redeem("sent-to-wrong-one"), Redeemed::Expired);
        assert!(matches!(redeem("sent-to-right-one"), Redeemed::In { .. }));
    }

    #[test]
    fn the_oldest_invitations_make_way() {
        let dir = tempfile::tempdir().expect("a folder");
        let keys = Keys::open(dir.path()).expect("opened");
        for number in 0..=MOST_WAITING {
            keys.add_invitation(&invitation(&format!("i{number}"), number)).expect("kept");
        }
        let redeem =
            |which: &str, by: &str| keys.redeem_invitation(which, &key(by), at(5)).expect("asked");
        assert_eq!(redeem("i0", "k0"), Redeemed::Unknown);
        assert!(matches!(redeem("i1", "k1"), Redeemed::In { .. }));
    }
}
