//! The banner line of a label, as it stands at the head of a page that leaves the hub.
//!
//! The form is that of the registry of controlled unclassified information: `CUI`, the categories,
//! the limits on who may have it. A hub carries such limits; it never makes one up.

use twin::{
    Label, NationId,
    label::{Affiliation, Classification, Members},
};

/// The nation that a list begins with where it is in it.
const FIRST: &str = "USA";

/// The banner line, `CUI//SP-CTI//REL TO USA, AUS, GBR`; none for a label that opens to nobody,
/// under which nothing leaves. What is not controlled has no limits in this form.
pub fn banner(label: &Label) -> Option<String> {
    let nobody = label.releasable_to.is_empty() && label.display_only.is_empty();
    let no_members = is_empty(&label.organisations) || is_empty(&label.affiliations);
    match label.classification {
        Classification::Public if no_members => None,
        Classification::Public => Some("UNCLASSIFIED".to_owned()),
        _ if nobody || no_members => None,
        Classification::Unclassified => Some("UNCLASSIFIED".to_owned()),
        Classification::Controlled => {
            let needs: Vec<&str> = label.needs.iter().map(|need| need.as_str()).collect();
            let parts = ["CUI".to_owned(), needs.join("/"), limits(label)];
            let written = parts.into_iter().filter(|part| !part.is_empty());
            Some(written.collect::<Vec<_>>().join("//"))
        }
    }
}

/// The limits on who may have it, joined with `/`. `DL ONLY` (a list of members) supersedes others.
fn limits(label: &Label) -> String {
    if label.organisations != Members::All {
        return "DL ONLY".to_owned();
    }
    let mut limits = Vec::new();
    match &label.affiliations {
        Members::All => {}
        Members::Only(some) if some.contains(&Affiliation::Contractor) => {
            // Government or armed forces may be left out only by a list of members.
            if some.len() < 3 {
                return "DL ONLY".to_owned();
            }
        }
        Members::Only(_) => limits.push("FED ONLY".to_owned()),
    }
    let home_only = label.releasable_to.len() == 1 && label.display_only.is_empty();
    if home_only && label.releasable_to.iter().any(|nation| nation.as_str() == FIRST) {
        limits.push("NOFORN".to_owned());
        return limits.join("/");
    }
    for (word, nations) in [("REL TO", &label.releasable_to), ("DISPLAY ONLY", &label.display_only)]
    {
        if !nations.is_empty() {
            limits.push(format!("{word} {}", listed(nations.iter())));
        }
    }
    limits.join("/")
}

/// USA first, then codes of three letters, then those of four, each by the alphabet.
fn listed<'a>(nations: impl Iterator<Item = &'a NationId>) -> String {
    let mut codes: Vec<&str> = nations.map(NationId::as_str).collect();
    codes.sort_unstable_by_key(|code| (*code != FIRST, code.len(), *code));
    codes.join(", ")
}

fn is_empty<T: Ord>(members: &Members<T>) -> bool {
    matches!(members, Members::Only(some) if some.is_empty())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use twin::{OrganisationId, PlantTime, label::Originator};

    use super::*;

    fn nations(codes: &[&str]) -> BTreeSet<NationId> {
        codes.iter().map(|code| NationId::new(code).unwrap()).collect()
    }

    fn controlled(to: &[&str]) -> Label {
        let nation = NationId::new("USA").unwrap();
        let organisation = OrganisationId::new("yard").unwrap();
        Label {
            policy: "test".into(),
            classification: Classification::Controlled,
            releasable_to: nations(to),
            display_only: BTreeSet::new(),
            organisations: Members::All,
            affiliations: Members::All,
            needs: BTreeSet::new(),
            information: BTreeSet::new(),
            originator: Originator { nation, organisation },
            derived_from: BTreeSet::new(),
            created: PlantTime::default(),
            review: PlantTime::default(),
            until: None,
            successor: None,
            registry_revision: 1,
            reason: None,
        }
    }

    fn line(label: &Label) -> String {
        banner(label).unwrap_or_else(|| "nobody".to_owned())
    }

    #[test]
    fn the_parts_stand_in_their_order() {
        let label = Label { needs: ["SP-CTI".into()].into(), ..controlled(&["GBR", "USA", "AUS"]) };
        assert_eq!(line(&label), "CUI//SP-CTI//REL TO USA, AUS, GBR");
        assert_eq!(
            line(&controlled(&["NATO", "XBB", "FVEY", "XAA"])),
            "CUI//REL TO XAA, XBB, FVEY, NATO"
        );
        assert_eq!(line(&controlled(&["USA"])), "CUI//NOFORN");
        assert_eq!(line(&controlled(&["XAA"])), "CUI//REL TO XAA");
        let look = Label { display_only: nations(&["AUS"]), ..controlled(&["USA"]) };
        assert_eq!(line(&look), "CUI//REL TO USA/DISPLAY ONLY AUS");
    }

    #[test]
    fn limits_on_members_are_told() {
        let yard = OrganisationId::new("yard").unwrap();
        let firms = Label { organisations: Members::Only([yard].into()), ..controlled(&["USA"]) };
        assert_eq!(line(&firms), "CUI//DL ONLY");
        let official = Members::Only([Affiliation::Government, Affiliation::Military].into());
        let official = Label { affiliations: official, ..controlled(&["USA", "GBR"]) };
        assert_eq!(line(&official), "CUI//FED ONLY/REL TO USA, GBR");
        let firms = Members::Only([Affiliation::Contractor].into());
        assert_eq!(line(&Label { affiliations: firms, ..controlled(&["USA"]) }), "CUI//DL ONLY");
    }

    #[test]
    fn what_is_not_controlled_has_no_limits_and_what_is_nobodys_no_banner() {
        let open = |classification| Label { classification, ..controlled(&["USA"]) };
        assert_eq!(line(&open(Classification::Unclassified)), "UNCLASSIFIED");
        let public = Label { releasable_to: BTreeSet::new(), ..open(Classification::Public) };
        assert_eq!(line(&public), "UNCLASSIFIED");
        assert_eq!(line(&controlled(&[])), "nobody");
        let none = Label { organisations: Members::Only(BTreeSet::new()), ..controlled(&["USA"]) };
        assert_eq!(line(&none), "nobody");
    }
}
