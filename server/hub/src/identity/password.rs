//! Passwords: which are fit, and how they are hashed.

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use thiserror::Error;

/// The fewest characters: with a bounded number of guesses a minute, length is what counts.
const SHORTEST: usize = 15;
/// The longest, in bytes: more is no password, but work for us.
const LONGEST: usize = 1_024;
/// Memory of one hash, in KiB. RFC 9106 recommends 64 MiB and three passes where memory is short:
/// about 0.2 s of one core here, and with two hashes at a time at most 128 MiB.
const MEMORY_KIB: u32 = 64 << 10;
/// Passes over that memory.
const PASSES: u32 = 3;
/// Lanes. One: nothing is computed side by side, so more would only help whoever guesses.
const LANES: u32 = 1;

/// The commonest that are long enough, and what they are made of.
const COMMON: &[&str] = &[
    "1q2w3e4r5t6y7u8i9o0p",
    "abcdefghijklmnopqrstuvwxyz",
    "administrator",
    "changeme",
    "correcthorsebatterystaple",
    "iloveyou",
    "letmein",
    "1234567890",
    "p@ssw0rd",
    "password",
    "qazwsxedcrfvtgbyhnujmikolp",
    "qwertyuiopasdfghjklzxcvbnm",
    "slipway",
    "welcome",
];

/// The hash of no password, of the same cost as a real one: an unknown name takes as long.
const NOBODYS: &str = "$argon2id$v=19$m=65536,t=3,p=1$c2xpcHdheS1ub2JvZHkhIQ$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Unfit {
    /// Too short.
    #[error("the password has fewer than {SHORTEST} characters; several words make a good one")]
    Short,
    /// Too long.
    #[error("the password has more than {LONGEST} bytes")]
    Long,
    /// Easily guessed.
    #[error("the password is one of the first that others try; choose several unrelated words")]
    Common,
}

/// Whether a password is fit for an account of this name.
///
/// # Errors
/// [`Unfit`] says why not.
pub(crate) fn fit(password: &str, name: &str) -> Result<(), Unfit> {
    if password.chars().count() < SHORTEST {
        return Err(Unfit::Short);
    }
    if password.len() > LONGEST {
        return Err(Unfit::Long);
    }
    let plain: String = password.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let distinct = plain.chars().collect::<std::collections::BTreeSet<_>>().len();
    // What is left when everything easily guessed is taken out must still be something.
    let guessed = COMMON.iter().copied().chain([name]).filter(|word| word.len() >= 4);
    let left = guessed.fold(plain.clone(), |rest, word| rest.replace(&word.to_lowercase(), ""));
    let is_part = COMMON.iter().any(|word| word.len() > SHORTEST && word.starts_with(&plain));
    if distinct < 5 || left.chars().count() < 6 || is_part {
        return Err(Unfit::Common);
    }
    Ok(())
}

/// The hash of a password, in the PHC string format.
///
/// # Errors
/// When the system gives no random bytes for the salt, or no memory.
pub(crate) fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_no_random| argon2::password_hash::Error::RngFailure)?;
    let hashed: PasswordHash = hasher()?.hash_password_with_salt(password.as_bytes(), &salt)?;
    Ok(hashed.to_string())
}

/// Whether the password is the one that was hashed. Without a hash the answer is no, after as much
/// work.
pub(super) fn verify(hash: Option<&str>, password: &str) -> bool {
    if password.len() > LONGEST {
        return false;
    }
    let matches = Argon2::default().verify_password(password.as_bytes(), hash.unwrap_or(NOBODYS));
    matches.is_ok() && hash.is_some()
}

fn hasher() -> Result<Argon2<'static>, argon2::password_hash::Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|_bad_parameters| argon2::password_hash::Error::ParamsInvalid)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_by_its_hash_alone() {
        let hashed = hash("nine grey gulls at noon").unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"), "{hashed}");
        assert!(verify(Some(&hashed), "nine grey gulls at noon"));
        assert!(!verify(Some(&hashed), "nine grey gulls at noo"));
        assert!(!verify(Some(""), ""), "an empty hash opens nothing");
        assert_ne!(hash("nine grey gulls at noon").unwrap(), hashed, "salted");
    }

    /// Otherwise an unknown name would be answered at once.
    #[test]
    fn nobodys_hash_costs_what_a_real_one_costs() {
        let nobodys = PasswordHash::new(NOBODYS).expect("a hash");
        let real = PasswordHash::new(&hash("nine grey gulls at noon").unwrap()).expect("a hash");
        let of = |hash: &PasswordHash| Params::try_from(hash).expect("parameters");
        let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        assert_eq!(cost(&of(&nobodys)), cost(&of(&real)));
        let length = |hash: &PasswordHash| hash.hash.as_ref().map(|output| output.len());
        assert_eq!(length(&nobodys), length(&real));
        assert!(!verify(None, "anything at all"));
    }

    #[test]
    fn what_is_easily_guessed_is_not_taken() {
        let why = |password: &str| fit(password, "anna.berg").err();
        assert_eq!(why(""), Some(Unfit::Short));
        assert_eq!(why("fourteen chars"), Some(Unfit::Short));
        assert_eq!(why(&"long words ".repeat(200)), Some(Unfit::Long));
        for common in [
            "passwordpassword",
            "Password Password 1",
            "123456789012345",
            "qwertyuiopasdfgh",
            "aaaaaaaaaaaaaaaa",
            "abababababababab",
            "anna.berganna.berg1",
            "slipwayslipway2031",
            "correcthorsebatterystaple",
        ] {
            assert_eq!(why(common), Some(Unfit::Common), "{common}");
        }
        for good in ["nine grey gulls at noon", "Xk3-vbT9-qq71-Lm0p", "ключ под третьим камнем"]
        {
            assert_eq!(why(good), None, "{good}");
        }
    }
}
