//! Whether STS answers at all, for which no access key is needed.

use std::sync::Arc;

use rolecall_core::calls::sts::StsError;
use rolecall_core::value::region::Region;
use rolecall_keeper::ports::Clock;

use super::AwsSts;
use super::query::{self, Destination};
use super::wire::Wire;

/// A call that STS refuses, because it has no signature.
const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

impl AwsSts {
    /// Sends a call without a signature.
    pub(super) fn reach_once(&self, region: &Region) -> Result<String, StsError> {
        let route = self.route();
        route.check(region)?;
        let to = Destination::of_sts(region, &route);
        let request = query::unsigned(BODY, &to)?;
        let clock = self.clock.clone();
        let wire = Wire::new(&route, region, Arc::clone(&clock))?;
        self.run(async move { query::send(wire, request, &to, &route, clock.offset()).await })
    }
}
