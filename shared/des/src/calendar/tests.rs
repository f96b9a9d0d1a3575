//! The calendar against a list that is searched from end to end, and its rules one by one.

use proptest::prelude::*;

use super::*;

const AT: fn(i64) -> Time = Time::from_micros;

fn drain<E>(calendar: &mut Calendar<E>) -> Vec<E> {
    std::iter::from_fn(|| calendar.pop()).map(|(_, event)| event).collect()
}

#[test]
fn order_is_time_then_priority_then_sequence() {
    let mut calendar = Calendar::new(AT(-10));
    for (at, priority, name) in [
        (5, Priority::NORMAL, "e"),
        (5, Priority::LAST, "h"),
        (5, Priority::NORMAL, "f"),
        (5, Priority::FIRST, "d"),
        (-3, Priority::LAST, "b"),
        (0, Priority::FIRST, "c"),
        (5, Priority(129), "g"),
        (-10, Priority::LAST, "a"),
        (i64::MAX, Priority::FIRST, "i"),
    ] {
        calendar.schedule(AT(at), priority, name).unwrap();
    }
    assert_eq!(drain(&mut calendar).concat(), "abcdefghi");
    assert_eq!(calendar.now(), Time::MAX);
}

#[test]
fn the_past_is_refused_and_now_is_not() {
    let mut calendar = Calendar::new(AT(7));
    let refused = calendar.schedule(AT(6), Priority::NORMAL, ()).unwrap_err();
    assert_eq!(refused, ScheduleError::Past { at: AT(6), now: AT(7) });
    assert_eq!(refused.to_string(), "cannot schedule at 6 µs: it is already 7 µs");
    assert!(calendar.is_empty());
    calendar.schedule(AT(7), Priority::NORMAL, ()).unwrap();
    assert_eq!(calendar.pop(), Some((AT(7), ())));
}

#[test]
fn events_at_the_limit_wait_for_the_next_run() {
    let mut calendar = Calendar::new(AT(0));
    for at in [1, 5, 5, 9, 10] {
        calendar.schedule(AT(at), Priority::NORMAL, at).unwrap();
    }
    let mut seen = Vec::new();
    let mut run = |calendar: &mut Calendar<i64>, limit| {
        let taken = calendar.run_until(AT(limit), |_, time, event| {
            assert_eq!(time, AT(event));
            seen.push(event);
            Ok::<(), ()>(())
        });
        (taken, calendar.now())
    };
    assert_eq!(run(&mut calendar, 5), (Ok(1), AT(5)));
    assert_eq!(run(&mut calendar, 5), (Ok(0), AT(5)));
    assert_eq!(run(&mut calendar, 2), (Ok(0), AT(5)), "the clock never goes back");
    assert_eq!(run(&mut calendar, 10), (Ok(3), AT(10)));
    assert_eq!(run(&mut calendar, 12), (Ok(1), AT(12)));
    assert_eq!(seen, [1, 5, 5, 9, 10]);
}

#[test]
fn a_handler_schedules_into_its_own_run_and_its_error_ends_it() {
    let mut calendar = Calendar::new(AT(0));
    calendar.schedule(AT(1), Priority::NORMAL, 1).unwrap();
    let ended = calendar.run_until(AT(100), |calendar, now, event| {
        calendar.schedule(
            now.after(if event == 4 { -1 } else { 1 }),
            Priority::NORMAL,
            event + 1,
        )?;
        Ok(())
    });
    assert_eq!(ended, Err(ScheduleError::Past { at: AT(3), now: AT(4) }));
    assert_eq!(calendar.now(), AT(4));
}

#[test]
fn the_number_pending_is_limited_and_cancelling_makes_room() {
    let mut calendar = Calendar::with_limit(AT(0), 3);
    let keys: Vec<EventKey> =
        (0..3).map(|at| calendar.schedule(AT(at), Priority::NORMAL, at).unwrap()).collect();
    let refused = calendar.schedule(AT(9), Priority::NORMAL, 9);
    assert_eq!(refused, Err(ScheduleError::Full { limit: 3 }));
    assert!(calendar.cancel(keys[2]));
    calendar.schedule(AT(8), Priority::NORMAL, 8).unwrap();
    assert_eq!(drain(&mut calendar), [0, 1, 8]);
}

#[test]
fn sequence_numbers_run_out_with_an_error_and_not_with_a_wrong_order() {
    let mut calendar = Calendar::new(AT(0));
    calendar.scheduled = heap::SEQUENCE_MAX;
    calendar.schedule(AT(0), Priority::LAST, "last").unwrap();
    let refused = calendar.schedule(AT(0), Priority::FIRST, "one more").unwrap_err();
    assert_eq!(refused, ScheduleError::Exhausted { scheduled: 1 << 56 });
    assert_eq!(drain(&mut calendar), ["last"]);
}

#[test]
fn a_key_never_comes_to_mean_another_event() {
    let mut calendar = Calendar::new(AT(0));
    let first = calendar.schedule(AT(1), Priority::NORMAL, "first").unwrap();
    calendar.pop();
    let second = calendar.schedule(AT(2), Priority::NORMAL, "second").unwrap();
    assert_eq!(first.slot, second.slot, "the slot is reused, so the test means something");
    assert!(!calendar.cancel(first));
    assert!(calendar.is_pending(second));
    assert!(calendar.cancel(second));
    assert!(!calendar.cancel(second));
}

#[test]
fn cancelling_for_ever_takes_no_memory() {
    let mut calendar = Calendar::new(AT(0));
    calendar.schedule(AT(0), Priority::NORMAL, 0).unwrap();
    for at in 1..100_000 {
        let key = calendar.schedule(AT(at), Priority::NORMAL, at).unwrap();
        assert!(calendar.cancel(key));
    }
    assert_eq!(calendar.len(), 1);
    assert!(calendar.slots.len() <= DEAD_KEYS_MIN + 2, "{} slots", calendar.slots.len());
}

#[test]
fn holding_a_constant_number_reuses_its_memory() {
    let mut calendar = Calendar::new(AT(0));
    for at in 0..100 {
        calendar.schedule(AT(at), Priority::NORMAL, at).unwrap();
    }
    let capacity = |c: &Calendar<i64>| (c.heap.capacity(), c.slots.capacity(), c.free.capacity());
    calendar.pop();
    calendar.schedule(AT(100), Priority::NORMAL, 0).unwrap();
    let before = capacity(&calendar);
    for step in 0..100_000 {
        let (now, event) = calendar.pop().unwrap();
        calendar.schedule(now.after(step % 37), Priority::NORMAL, event).unwrap();
    }
    assert_eq!(capacity(&calendar), before);
}

/// What a caller may do; times are relative to now, keys are any ever given out.
#[derive(Clone, Debug)]
enum Step {
    Schedule { after: i64, priority: u8 },
    Cancel { nth_key: prop::sample::Index },
    Pop,
    PopBefore { after: i64 },
}

/// The same calendar without a heap: every question is a search through a list.
#[derive(Clone, Default)]
struct Oracle {
    now: i64,
    pending: Vec<(i64, u8, usize)>,
}

impl Oracle {
    fn pop_before(&mut self, limit: i64) -> Option<(Time, usize)> {
        let (at, first) = self.pending.iter().enumerate().min_by_key(|(_, key)| **key)?;
        if first.0 >= limit {
            return None;
        }
        let (time, _, id) = self.pending.remove(at);
        self.now = time;
        Some((AT(time), id))
    }

    fn cancel(&mut self, id: usize) -> bool {
        let before = self.pending.len();
        self.pending.retain(|key| key.2 != id);
        self.pending.len() < before
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (-2..40_i64, 126..130_u8)
            .prop_map(|(after, priority)| Step::Schedule { after, priority }),
        4 => any::<prop::sample::Index>().prop_map(|nth_key| Step::Cancel { nth_key }),
        1 => Just(Step::Pop),
        1 => (-2..20_i64).prop_map(|after| Step::PopBefore { after }),
    ];
    prop::collection::vec(step, 1..600)
}

fn take(
    step: &Step,
    calendar: &mut Calendar<usize>,
    oracle: &mut Oracle,
    keys: &mut Vec<EventKey>,
) -> Result<(), TestCaseError> {
    match *step {
        Step::Schedule { after, priority } => {
            let at = oracle.now + after;
            let id = keys.len();
            match calendar.schedule(AT(at), Priority(priority), id) {
                Ok(key) => {
                    prop_assert!(after >= 0);
                    keys.push(key);
                    oracle.pending.push((at, priority, id));
                }
                Err(error) => {
                    prop_assert!(after < 0);
                    prop_assert_eq!(error, ScheduleError::Past { at: AT(at), now: AT(oracle.now) });
                }
            }
        }
        Step::Cancel { nth_key } if !keys.is_empty() => {
            let id = nth_key.index(keys.len());
            prop_assert_eq!(calendar.cancel(keys[id]), oracle.cancel(id));
            prop_assert!(!calendar.is_pending(keys[id]));
        }
        Step::Cancel { .. } => {}
        Step::Pop => prop_assert_eq!(calendar.pop(), oracle.pop_before(i64::MAX)),
        Step::PopBefore { after } => {
            let limit = oracle.now + after;
            let taken = oracle.pop_before(limit);
            if taken.is_none() {
                oracle.now = oracle.now.max(limit);
            }
            prop_assert_eq!(calendar.pop_before(AT(limit)), taken);
        }
    }
    prop_assert_eq!(calendar.now(), AT(oracle.now));
    prop_assert_eq!(calendar.len(), oracle.pending.len());
    prop_assert_eq!(calendar.peek_time(), oracle.pending.iter().map(|key| AT(key.0)).min());
    Ok(())
}

proptest! {
    #[test]
    fn agrees_with_a_searched_list(steps in steps()) {
        let (mut calendar, mut oracle) = (Calendar::new(AT(0)), Oracle::default());
        let mut keys = Vec::new();
        for step in &steps {
            take(step, &mut calendar, &mut oracle, &mut keys)?;
        }
        while let Some(taken) = oracle.pop_before(i64::MAX) {
            prop_assert_eq!(calendar.pop(), Some(taken));
        }
        prop_assert_eq!(calendar.pop(), None);
    }

    #[test]
    fn a_snapshot_goes_on_like_its_original(steps in steps(), cut in 0..600_usize) {
        let (mut calendar, mut oracle) = (Calendar::new(AT(0)), Oracle::default());
        let mut keys = Vec::new();
        let (before, after) = steps.split_at(cut.min(steps.len()));
        for step in before {
            take(step, &mut calendar, &mut oracle, &mut keys)?;
        }
        let mut snapshot = (calendar.clone(), oracle.clone(), keys.clone());
        for step in after {
            take(step, &mut calendar, &mut oracle, &mut keys)?;
        }
        for step in after {
            take(step, &mut snapshot.0, &mut snapshot.1, &mut snapshot.2)?;
        }
        prop_assert_eq!(keys, snapshot.2);
        prop_assert_eq!(drain(&mut calendar), drain(&mut snapshot.0));
    }
}
