//! The planner: a table of cases, and properties that are checked with a small STS.

mod properties;
mod sentences;
mod sts;
mod table;
mod world;
