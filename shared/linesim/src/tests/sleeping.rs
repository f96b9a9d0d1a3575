//! Nobody sleeps while there is something to do: asking every unit again changes nothing.

use super::*;
use crate::network::{At, Phase};

/// Where every part is, and what every unit has under way.
fn standing(model: &Model) -> (Vec<At>, Vec<Vec<(String, Phase)>>) {
    let jobs = |unit: &crate::network::Unit| {
        unit.jobs.iter().map(|job| (job.id.to_string(), job.phase)).collect()
    };
    (model.parts.iter().map(|part| part.at).collect(), model.units.iter().map(jobs).collect())
}

#[test]
fn whoever_can_go_on_does() {
    let loaded = plants::load();
    for seed in 1..=2 {
        let settings = Settings::new(seed, loaded.programme.starts);
        let mut model = Model::new(&loaded.programme, &loaded.plants, settings).expect("sound");
        for hours in 1..24 * 90 {
            let now = loaded.programme.starts + Span::HOUR.scaled(f64::from(hours) + 0.123);
            model.run_until(now, &mut |_: &PlantId, _: Report| {}).expect("goes on");
            // What is due at this very moment happens first.
            let mut asked = model.clone();
            asked.wake_all();
            asked.settle();
            let (before, after) = (standing(&model), standing(&asked));
            if before != after {
                let units = model.units.iter().zip(before.1.iter().zip(&after.1));
                let woken: Vec<_> = units
                    .filter(|(_, (before, after))| before != after)
                    .map(|(unit, jobs)| (unit.id.to_string(), unit.lacks, unit.wait.clone(), jobs))
                    .collect();
                panic!("seed {seed}, hour {hours}: {woken:?}");
            }
        }
    }
}
