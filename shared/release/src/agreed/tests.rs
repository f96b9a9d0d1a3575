//! Nothing that an agreement, a floor or a narrowing does adds a reader.

use proptest::prelude::*;
use twin::{
    AgreementId, Audience, NationId, Span,
    agreement::{Floor, Share, Subject as Narrowed, Terms, WithheldStep},
};

use super::*;
use crate::{
    combine::tests::{any_audience, any_label, hub},
    oracle,
    rule::Action,
};

const SIGNED: i64 = 1_000_000;
const UNTIL: i64 = 2_000_000;

fn decide(label: &Label, audience: &Audience, action: Action) -> bool {
    oracle::allows(&hub().nation, label, audience, action)
}

fn at(micros: i64) -> PlantTime {
    PlantTime::from_micros(micros)
}

fn nations(codes: &[&str]) -> BTreeSet<NationId> {
    codes.iter().map(|code| NationId::new(code).expect("a code")).collect()
}

fn plant() -> PlantId {
    PlantId::new("yard").expect("an id")
}

fn terms(to: &[&str]) -> Terms {
    Terms {
        classification: Classification::Public,
        releasable_to: nations(to),
        display_only: BTreeSet::new(),
        organisations: Members::All,
        affiliations: Members::All,
        needs: BTreeSet::new(),
        review: Span::DAY,
    }
}

/// Line states of the yard go to XAA and XBB, hold-ups to XAA; nothing else is shared.
fn agreement() -> Agreement {
    let own = hub();
    Agreement {
        id: AgreementId::new("test").expect("an id"),
        name: "Test".to_owned(),
        policy: "test".into(),
        parties: nations(&["XAA", "XBB"]),
        signed: at(SIGNED),
        until: at(UNTIL),
        reviewed_by: own.organisation.clone(),
        contact: "Desk".to_owned(),
        coverage_counts: true,
        withheld_step: WithheldStep::Role,
        shares: vec![Share {
            by: [own.organisation].into(),
            kinds: [FactKind::LineState].into(),
            terms: terms(&["XAA", "XBB"]),
        }],
        floors: vec![Floor { finding: FactKind::HoldUp, terms: terms(&["XAA"]) }],
        narrowings: Vec::new(),
        releases: Vec::new(),
    }
}

/// The agreement with a release of everything of the yard to these.
fn releasing(to: &[&str], by: &str) -> Agreement {
    let release = Release {
        by: OrganisationId::new(by).expect("an id"),
        what: Narrowed { plant: plant(), thing: None },
        kinds: BTreeSet::new(),
        to: nations(to),
        organisations: [OrganisationId::new("ally").expect("an id")].into(),
    };
    Agreement { releases: vec![release], ..agreement() }
}

fn label(to: &[&str]) -> Label {
    let terms = Terms { classification: Classification::Unclassified, ..terms(to) };
    Label { until: None, ..agreement().label(&terms, &hub(), 1) }
}

fn ask(agreements: &[Agreement], own: &Label, kind: FactKind, now: i64) -> Label {
    let subject = Subject { plant: &plant(), things: &[], kind, now: at(now) };
    label_of_fact(agreements, own, &subject).expect("one policy")
}

fn bound(agreements: &[Agreement], own: &Label, kind: FactKind, now: i64) -> Label {
    let subject = Subject { plant: &plant(), things: &[], kind, now: at(now) };
    bound_of_finding(agreements, own, &subject)
}

fn own_firm() -> Members<OrganisationId> {
    Members::Only([hub().organisation].into())
}

#[test]
fn a_share_permits_within_the_own_label_and_nothing_else_does() {
    let wide = label(&["XAA", "XBB", "XCC"]);
    let shared = ask(&[agreement()], &wide, FactKind::LineState, SIGNED);
    assert_eq!(shared.releasable_to, nations(&["XAA", "XBB"]));
    assert_eq!(shared.organisations, Members::All);
    assert_eq!(shared.until, Some(at(UNTIL)));
    let narrow = ask(&[agreement()], &label(&["XAA"]), FactKind::LineState, SIGNED);
    assert_eq!(narrow.releasable_to, nations(&["XAA"]));
    for (agreements, kind) in
        [(vec![agreement()], FactKind::Schedule), (Vec::new(), FactKind::LineState)]
    {
        let kept = ask(&agreements, &wide, kind, SIGNED);
        assert_eq!(kept.releasable_to, nations(&["XAA"]));
        assert_eq!(kept.organisations, own_firm());
    }
}

#[test]
fn an_agreement_permits_nothing_before_it_is_signed_and_after_it_has_ended() {
    let wide = label(&["XAA", "XBB"]);
    for now in [SIGNED - 1, UNTIL] {
        let kept = ask(&[agreement()], &wide, FactKind::LineState, now);
        assert_eq!(kept.organisations, own_firm(), "at {now}");
        let kept = bound(&[agreement()], &wide, FactKind::HoldUp, now);
        assert_eq!(kept.organisations, own_firm(), "at {now}");
    }
    let shared = ask(&[agreement()], &wide, FactKind::LineState, UNTIL - 1);
    assert_eq!(shared.organisations, Members::All);
}

#[test]
fn a_finding_goes_as_far_as_its_floor_and_without_one_to_the_owner_only() {
    let wide = label(&["XAA", "XBB"]);
    let floor = bound(&[agreement()], &wide, FactKind::HoldUp, SIGNED);
    assert_eq!((floor.releasable_to, floor.organisations), (nations(&["XAA"]), Members::All));
    let none = bound(&[agreement()], &wide, FactKind::SingleSource, SIGNED);
    assert_eq!((none.releasable_to, none.organisations), (nations(&["XAA"]), own_firm()));
    // A floor of an agreement that the owner's nation has not signed permits nothing.
    let foreign = Agreement { parties: nations(&["XBB"]), ..agreement() };
    assert_eq!(bound(&[foreign], &wide, FactKind::HoldUp, SIGNED).organisations, own_firm());
}

#[test]
fn a_narrowing_takes_away_from_what_it_names_and_from_what_is_in_that() {
    let id = |id| EquipmentId::new(id).expect("an id");
    let (hall, bay, other) = (id("hall"), id("bay"), id("other"));
    let narrowing = Narrowing {
        what: Narrowed { plant: plant(), thing: Some(hall.clone()) },
        kinds: [FactKind::LineState].into(),
        to: nations(&["XBB"]),
        reason: "trials".to_owned(),
        person: "releaser".to_owned(),
        review: at(SIGNED + 5),
    };
    // It holds on after its review, and after the agreement that it stands in.
    let agreements = [Agreement { narrowings: vec![narrowing], ..agreement() }];
    let wide = label(&["XAA", "XBB"]);
    let asked = |things: &[&EquipmentId], kind| {
        let subject = Subject { plant: &plant(), things, kind, now: at(SIGNED + 10) };
        label_of_fact(&agreements, &wide, &subject).expect("one policy")
    };
    let inside = asked(&[&bay, &hall], FactKind::LineState);
    assert_eq!(inside.releasable_to, nations(&["XBB"]));
    assert_eq!((inside.review, inside.reason.as_deref()), (at(SIGNED + 5), Some("trials")));
    assert_eq!(asked(&[&other], FactKind::LineState).releasable_to, nations(&["XAA", "XBB"]));
    assert_eq!(asked(&[&bay, &hall], FactKind::Layout).organisations, own_firm());
    assert_eq!(asked(&[], FactKind::LineState).reason, None);
    let ended =
        Subject { plant: &plant(), things: &[&hall], kind: FactKind::LineState, now: at(UNTIL) };
    let ended = label_of_fact(&agreements, &wide, &ended).expect("one policy");
    assert_eq!(ended.releasable_to, BTreeSet::new(), "neither the owner nor anybody else");
}

#[test]
fn a_release_opens_an_own_label_within_the_share_and_below_every_narrowing() {
    let firm = hub().organisation;
    let closed =
        Label { organisations: own_firm(), display_only: nations(&["XBB"]), ..label(&["XAA"]) };
    let opened = [releasing(&["XBB", "XCC"], firm.as_str())];
    let shared = ask(&opened, &closed, FactKind::LineState, SIGNED);
    assert_eq!(shared.releasable_to, nations(&["XAA", "XBB"]), "XCC has no share");
    let ally = OrganisationId::new("ally").expect("an id");
    assert_eq!(shared.organisations, Members::Only([firm.clone(), ally].into()));
    assert_eq!(shared.display_only, BTreeSet::new());
    // Without a share it opens nothing, nor for a finding, nor what another made known.
    let unshared = ask(&opened, &closed, FactKind::Schedule, SIGNED);
    assert_eq!((unshared.releasable_to, unshared.organisations), (nations(&["XAA"]), own_firm()));
    let floor = bound(&opened, &closed, FactKind::HoldUp, SIGNED);
    assert_eq!(floor, bound(&[agreement()], &closed, FactKind::HoldUp, SIGNED));
    let strangers = [releasing(&["XBB"], "ally")];
    let kept = ask(&strangers, &closed, FactKind::LineState, SIGNED);
    assert_eq!(kept, ask(&[agreement()], &closed, FactKind::LineState, SIGNED));
    let narrowing = Narrowing {
        what: Narrowed { plant: plant(), thing: None },
        kinds: BTreeSet::new(),
        to: nations(&["XAA"]),
        reason: "trials".to_owned(),
        person: "releaser".to_owned(),
        review: at(SIGNED),
    };
    let [both] = opened;
    let both = [Agreement { narrowings: vec![narrowing], ..both }];
    let narrowed = ask(&both, &closed, FactKind::LineState, SIGNED);
    assert_eq!(narrowed.releasable_to, nations(&["XAA"]));
}

#[test]
fn another_policy_is_nobodys() {
    let foreign = Agreement { policy: "other".into(), ..agreement() };
    let own = label(&["XAA"]);
    let subject =
        Subject { plant: &plant(), things: &[], kind: FactKind::LineState, now: at(SIGNED) };
    assert!(matches!(
        label_of_fact(&[foreign], &own, &subject),
        Err(CombineError::Policies { .. })
    ));
}

proptest! {
    #[test]
    fn no_agreement_adds_a_reader_to_the_own_label(
        own in any_label(), audience in any_audience(), kind in 0..FactKind::ALL.len(),
        now in 0..3 * SIGNED,
    ) {
        let label = ask(&[agreement()], &own, FactKind::ALL[kind], now);
        for action in [Action::See, Action::Export] {
            if decide(&label, &audience, action) {
                prop_assert!(decide(&own, &audience, action));
            }
        }
    }

    #[test]
    fn a_release_adds_nobody_whom_the_agreement_does_not_name(
        own in any_label(), audience in any_audience(), kind in 0..FactKind::ALL.len(),
        now in 0..3 * SIGNED,
    ) {
        let kind = FactKind::ALL[kind];
        let opened = [releasing(&["XAA", "XBB", "XCC"], own.originator.organisation.as_str())];
        let label = ask(&opened, &own, kind, now);
        let open = Label {
            releasable_to: nations(&["XAA", "XBB", "XCC"]),
            organisations: Members::All,
            ..own.clone()
        };
        let shared = ask(&[agreement()], &open, kind, now);
        for action in [Action::See, Action::Export] {
            if decide(&label, &audience, action) {
                prop_assert!(
                    decide(&shared, &audience, action) || decide(&own, &audience, action)
                );
            }
        }
    }

    #[test]
    fn what_is_within_another_label_is_read_by_nobody_else(
        narrow in any_label(), wide in any_label(), audience in any_audience(),
    ) {
        prop_assert!(is_within(&narrow, &narrow));
        let both = combine([&narrow, &wide], &hub(), PlantTime::default(), 1).expect("one policy");
        prop_assert!(is_within(&both, &narrow) && is_within(&both, &wide));
        if is_within(&narrow, &wide) && decide(&narrow, &audience, Action::See) {
            prop_assert!(decide(&wide, &audience, Action::See));
        }
    }
}
