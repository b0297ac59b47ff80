//! The calls on inline policies.

use crate::Owner;
use rolecall_core::calls::iam_call::{IamAnswer, IamCall};
use rolecall_core::calls::sts::{Caller, StsError};
use rolecall_core::revoke::Holder;

impl Owner {
    /// Returns an inline policy, or `None` if there is none of this name.
    pub(super) async fn read_policy(
        &self,
        caller: &Caller,
        holder: &Holder,
        name: &str,
    ) -> Result<Option<String>, StsError> {
        let call = IamCall::GetInline {
            holder: holder.in_iam(),
            policy: name.to_owned(),
        };
        match self.call_iam(caller, holder, &call).await {
            Ok(IamAnswer::Document(document)) => Ok(Some(document)),
            Ok(_) => Err(StsError::Incomplete("PolicyDocument is missing".to_owned())),
            // The same code says that there is no such role or user.
            Err(StsError::Refused(refusal))
                if refusal.is_absent() && refusal.message.contains(name) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Puts an inline policy, and replaces one of the same name.
    pub(super) async fn put_policy(
        &self,
        caller: &Caller,
        holder: &Holder,
        name: &str,
        document: &str,
    ) -> Result<(), StsError> {
        let call = IamCall::PutInline {
            holder: holder.in_iam(),
            policy: name.to_owned(),
            document: document.to_owned(),
        };
        self.call_iam(caller, holder, &call).await.map(drop)
    }

    /// Deletes an inline policy.
    pub(super) async fn delete_policy(
        &self,
        caller: &Caller,
        holder: &Holder,
        name: &str,
    ) -> Result<(), StsError> {
        let call = IamCall::DeleteInline {
            holder: holder.in_iam(),
            policy: name.to_owned(),
        };
        self.call_iam(caller, holder, &call).await.map(drop)
    }

    async fn call_iam(
        &self,
        caller: &Caller,
        holder: &Holder,
        call: &IamCall,
    ) -> Result<IamAnswer, StsError> {
        self.io(|ports| ports.iam.call(caller, holder.partition(), call))
            .await
    }
}
