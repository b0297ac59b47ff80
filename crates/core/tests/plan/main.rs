//! The planner: a table of cases, and properties against an STS of its own.

mod properties;
mod sentences;
mod sts;
mod table;
mod world;
