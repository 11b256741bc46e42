//! docmill as a whole, one sentence per test: the binary as people run it, and the library with real plugins.

mod bad_input;
mod bills;
mod comparison;
mod compiler;
mod conformance;
mod containers;
mod damage;
mod evaluation;
mod failures;
mod findings;
mod golden;
mod hostile_documents;
mod hostile_steps;
mod incremental;
mod kills;
mod lineage;
mod polyglot;
mod read;
mod reading;
mod repeated_runs;
mod seeds;
mod strategies;
mod streaming;
mod sudden_ends;
mod tour;
mod watch;
