//! Which event list: the calendar beside others, in the hold model; `measure` says how.

mod lists;
mod measure;

fn main() {
    measure::print();
}
