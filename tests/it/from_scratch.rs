//! Whatever happened before, an update ends where a run from scratch would.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use docmill::pipeline::{Event, Pipeline, Plan, Reason, Reporter, RunOptions, Stored, run};
use docmill::store::MemoryStore;
use docmill_tests::sources;
use proptest::prelude::*;

use crate::incremental::{from_scratch, pipeline, plugin, shouting, state};

/// Something that changes between two runs, or a run.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// The file of this number gets the content of this number.
    Put(usize, usize),
    /// The file of this number goes.
    Remove(usize),
    /// A step joins or leaves the pipeline.
    Toggle(usize),
    /// A setting gets another value.
    Set(usize),
    /// What there is is ingested, and the run ends after this many sources.
    Ingest(docmill::pipeline::Strategy, usize),
    /// The store is updated, and the run ends after this many sources.
    Update(usize),
}

fn act() -> impl Strategy<Value = Act> {
    use docmill::pipeline::Strategy::{Keep, Mirror, Replace};
    let after = prop_oneof![0_usize..4, Just(usize::MAX)];
    let strategy = prop::sample::select(vec![Keep, Replace, Mirror, Mirror]);
    prop_oneof![
        3 => (0..NAMES.len(), 0..CONTENTS.len()).prop_map(|(name, content)| Act::Put(name, content)),
        1 => (0..NAMES.len()).prop_map(Act::Remove),
        2 => (0_usize..4).prop_map(Act::Toggle),
        1 => (1_usize..6).prop_map(Act::Set),
        2 => (strategy, after.clone()).prop_map(|(strategy, after)| Act::Ingest(strategy, after)),
        3 => after.prop_map(Act::Update),
    ]
}

const NAMES: [&str; 5] = ["a.txt", "b.txt", "c.csv", "d.png", CONTAINER];
const CONTENTS: [&str; 5] =
    ["Un DRONE.\n", "Une PUCE vole.\n", "UN,deux\n", "please-trap\n", "Rien.\n"];

const CONTAINER: &str = "e.jsonl";
/// What the container may hold.
const LINES: [&str; 5] = [
    "{\"text\":\"Un DRONE.\"}\n",
    "{\"text\":\"Un DRONE.\"}\n{\"text\":\"Une PUCE vole.\"}\n",
    "\n{\"text\":\"UNE puce.\"}\n{\"text\":\"please-trap\"}\n",
    "\n\n{\"text\":\"RIEN.\"}\n",
    "{\"text\":\"Rien.\"}\n{\"text\":\"Rien.\"}\n{\"text\":\"Rien.\"}\n",
];

/// Ends a run after some sources.
struct Cut {
    left: AtomicUsize,
    options: RunOptions,
}

impl Reporter for Cut {
    fn event(&self, event: &Event<'_>) {
        if let Event::Source { .. } = event
            && self
                .left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                == Ok(1)
        {
            self.options.stop.store(true, Ordering::SeqCst);
        }
    }
}

/// A world in which things change.
struct World {
    store: Arc<MemoryStore>,
    files: BTreeMap<&'static str, &'static str>,
    toggled: [bool; 4],
    min_length: usize,
}

impl World {
    fn pipeline(&self) -> Pipeline {
        let steps = [
            shouting(self.min_length),
            plugin("adversarial/read-findings"),
            plugin("adversarial/misbehave-on-request"),
            plugin("examples/classify-length"),
        ];
        let steps: Vec<&str> = steps
            .iter()
            .zip(self.toggled)
            .filter(|(_, on)| *on)
            .map(|(it, _)| it.as_str())
            .collect();
        pipeline(&steps)
    }

    fn files(&self) -> Vec<(&'static str, &'static str)> {
        self.files.iter().map(|(name, content)| (*name, *content)).collect()
    }

    /// Ingests what there is by a strategy, or else updates.
    fn run(&self, ingests: Option<docmill::pipeline::Strategy>, after: usize) {
        let pipeline = self.pipeline();
        let strategy = ingests.unwrap_or_default();
        let options = RunOptions { jobs: 2, strategy, ..RunOptions::default() };
        options.stop.store(after == 0, Ordering::SeqCst);
        let cut = Cut { left: AtomicUsize::new(after), options: options.clone() };
        let result = if ingests.is_none() {
            let plan = Plan::make(&*self.store, &pipeline).expect("the store can be read");
            let mut origin = Stored::of(Arc::clone(&self.store) as _, plan.stale);
            run(&*self.store, &pipeline, &mut origin, &options, &cut)
        } else {
            let mut origin = sources(self.files()).and_nothing_else();
            run(&*self.store, &pipeline, &mut origin, &options, &cut)
        };
        result.unwrap_or_else(|error| panic!("{error}"));
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Put(name, content) => {
                let name = NAMES[name];
                let contents = if name == CONTAINER { LINES } else { CONTENTS };
                self.files.insert(name, contents[content]);
            }
            Act::Remove(name) => {
                self.files.remove(NAMES[name]);
            }
            Act::Toggle(step) => self.toggled[step] ^= true,
            Act::Set(min_length) => self.min_length = min_length,
            Act::Ingest(strategy, after) => self.run(Some(strategy), after),
            Act::Update(after) => self.run(None, after),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happened_the_store_ends_as_after_one_run_from_scratch(
        acts in prop::collection::vec(act(), 1..14)
    ) {
        let mut world = World {
            store: Arc::new(MemoryStore::new()),
            files: BTreeMap::new(),
            toggled: [true; 4],
            min_length: 4,
        };
        for act in acts {
            world.act(act);
        }
        // What is on the lists is what there is, and of each file what its last ingest made of it;
        // an update then brings the pipeline up to date.
        let pipeline = world.pipeline();
        world.run(Some(docmill::pipeline::Strategy::Mirror), usize::MAX);
        let expected = from_scratch(&pipeline, &world.files());
        prop_assert_eq!(state(&*world.store), expected.clone());
        // The same comes out where the update does all the work.
        world.act(Act::Toggle(0));
        world.run(None, usize::MAX);
        world.act(Act::Toggle(0));
        world.run(None, usize::MAX);
        prop_assert_eq!(state(&*world.store), expected);
        let plan = Plan::make(&*world.store, &pipeline).expect("the store can be read");
        prop_assert!(plan.due.iter().all(|due| matches!(due.reason, Reason::Failed(_))), "{:?}", plan);
    }
}
