//! The part of S3 that shows whether a session works: listing, reading, writing and deleting, path style.

mod copy;
mod deletion;
mod listing;
mod upload;

use jiff::Timestamp;
use rolecall_policy::{Context, Decision, PolicySet, Request, Side, evaluate};

use crate::call::Call;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::reply::{Reply, ReplyBody};
use crate::signature_key::sha256_hex;
use crate::world::{Bucket, Object, World};
use crate::{percent, xml};

pub(crate) const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
/// [`listing::WRITTEN`] as HTTP writes it.
const WRITTEN_HTTP: &str = "Mon, 02 Nov 2026 09:00:00 GMT";

/// Returns the operation that a call requests.
pub(crate) fn action(call: &Call) -> &'static str {
    let (bucket, key) = bucket_and_key(call);
    match (call.method.as_str(), bucket.is_empty(), key.is_empty()) {
        ("GET", true, _) => "ListBuckets",
        ("GET", false, true) if call.query_value("location").is_some() => "GetBucketLocation",
        ("GET", false, true) => "ListObjectsV2",
        ("GET", false, false) => "GetObject",
        ("HEAD", false, true) => "HeadBucket",
        ("HEAD", false, false) => "HeadObject",
        ("PUT", false, false) if upload::is_plain(call) => "PutObject",
        ("PUT", false, false) if copy::is_whole(call) => "CopyObject",
        ("POST", false, true) if call.query_value("delete").is_some() => "DeleteObjects",
        ("DELETE", false, false) if upload::is_plain(call) => "DeleteObject",
        _ => "unknown",
    }
}

/// Answers a call whose signature is valid.
pub(crate) fn answer(
    world: &mut World,
    call: &Call,
    caller: &Caller,
    now: Timestamp,
    id: &str,
) -> Result<Reply, Failure> {
    let (bucket, key) = bucket_and_key(call);
    let action = action(call);
    let request = CallerRequest { world, caller, now };
    let reply = match action {
        "ListBuckets" => request.list_buckets(),
        "GetBucketLocation" => request.bucket_location(&bucket),
        "ListObjectsV2" => request.list_objects(&bucket, call),
        "HeadBucket" => request
            .list_objects(&bucket, call)
            .map(|_| Reply::empty(200)),
        "GetObject" => request.object(&bucket, &key),
        "HeadObject" => request.object(&bucket, &key).map(without_body),
        "PutObject" => {
            request.authorize_change("s3:PutObject", &bucket, &key)?;
            upload::put(world, &bucket, key, call)
        }
        "CopyObject" => {
            let object = request.copied(call)?;
            request.authorize_change("s3:PutObject", &bucket, &key)?;
            let etag = listing::etag(&object);
            upload::store(world, &bucket, key, object)?;
            Ok(document("CopyObjectResult", &copy::result(&etag)))
        }
        "DeleteObjects" => {
            let wanted = deletion::read(call)?;
            let outcomes = request.deletions(&bucket, &wanted)?;
            for (key, _) in outcomes.iter().filter(|(_, refused)| refused.is_none()) {
                upload::delete(world, &bucket, key);
            }
            Ok(document(
                "DeleteResult",
                &deletion::result(&wanted, &outcomes),
            ))
        }
        "DeleteObject" => {
            request.authorize_change("s3:DeleteObject", &bucket, &key)?;
            Ok(upload::delete(world, &bucket, &key))
        }
        _ => Err(Failure::new(
            405,
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
        )),
    }?;
    Ok(reply.with_header("x-amz-request-id", id))
}

/// Returns the error document.
pub(crate) fn failed(failure: &Failure, id: &str) -> Reply {
    let content = [
        xml::text("Code", failure.code),
        xml::text("Message", &failure.message),
        xml::text("RequestId", id),
        xml::text("HostId", &sha256_hex(id.as_bytes())),
    ];
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}",
        xml::element("Error", &content.concat())
    );
    Reply::new(failure.status, "application/xml", body).with_header("x-amz-request-id", id)
}

fn bucket_and_key(call: &Call) -> (String, String) {
    let path = call.path.trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    (percent::decode(bucket), percent::decode(key))
}

/// Removes the body for HEAD, but keeps its headers.
fn without_body(reply: Reply) -> Reply {
    let length = match &reply.body {
        ReplyBody::Whole(bytes) => bytes.len(),
        ReplyBody::Padding(_) => 0,
    };
    let reply = reply.with_header("content-length", length.to_string());
    Reply {
        body: ReplyBody::Whole(Vec::new()),
        ..reply
    }
}

/// The call of one caller.
struct CallerRequest<'a> {
    world: &'a World,
    caller: &'a Caller,
    now: Timestamp,
}

impl CallerRequest<'_> {
    fn list_buckets(&self) -> Result<Reply, Failure> {
        let account = self.caller.account(self.world);
        self.authorize(
            "s3:ListAllMyBuckets",
            "arn:aws:s3:::*",
            account,
            &self.context(),
        )?;
        let own = self
            .world
            .buckets
            .iter()
            .filter(|bucket| bucket.account == account);
        let buckets: String = own
            .map(|bucket| {
                let content =
                    xml::text("Name", &bucket.name) + &xml::text("CreationDate", listing::WRITTEN);
                xml::element("Bucket", &content)
            })
            .collect();
        let owner = xml::element("Owner", &xml::text("ID", &sha256_hex(account.as_bytes())));
        let body = owner + &xml::element("Buckets", &buckets);
        Ok(document("ListAllMyBucketsResult", &body))
    }

    fn bucket_location(&self, name: &str) -> Result<Reply, Failure> {
        let bucket = self.bucket(name)?;
        let arn = format!("arn:aws:s3:::{name}");
        self.authorize(
            "s3:GetBucketLocation",
            &arn,
            &bucket.account,
            &self.context(),
        )?;
        Ok(document("LocationConstraint", "eu-west-1"))
    }

    fn list_objects(&self, name: &str, call: &Call) -> Result<Reply, Failure> {
        let bucket = self.bucket(name)?;
        let query = listing::Query::read(call)?;
        self.authorize_listing(bucket, Some(&query))?;
        Ok(document("ListBucketResult", &listing::page(bucket, &query)))
    }

    fn object(&self, bucket: &str, key: &str) -> Result<Reply, Failure> {
        let bucket = self.bucket(bucket)?;
        let arn = format!("arn:aws:s3:::{}/{key}", bucket.name);
        self.authorize("s3:GetObject", &arn, &bucket.account, &self.context())?;
        match bucket.objects.get(key) {
            Some(object) => Ok(Reply::new(200, &object.content_type, object.bytes.clone())
                .with_header("etag", listing::etag(object))
                .with_header("last-modified", WRITTEN_HTTP)),
            // Only a caller that may list the bucket can find out whether a key exists.
            None => {
                self.authorize_listing(bucket, None)?;
                let text = "The specified key does not exist.";
                Err(Failure::new(404, "NoSuchKey", text))
            }
        }
    }

    /// Returns the object that a copy is made of, if the caller may read it.
    fn copied(&self, call: &Call) -> Result<Object, Failure> {
        let (bucket, key) = copy::source(call)?;
        self.object(&bucket, &key)?;
        let bucket = self.bucket(&bucket)?;
        let text = "The specified key does not exist.";
        let found = bucket.objects.get(&key).cloned();
        found.ok_or_else(|| Failure::new(404, "NoSuchKey", text))
    }

    /// Returns for each key why the caller may not delete it, if it may not.
    fn deletions(
        &self,
        bucket: &str,
        wanted: &deletion::Wanted,
    ) -> Result<Vec<(String, Option<Failure>)>, Failure> {
        self.bucket(bucket)?;
        let refused = |key: &String| self.authorize_change("s3:DeleteObject", bucket, key).err();
        let keys = wanted.keys.iter();
        Ok(keys.map(|key| (key.clone(), refused(key))).collect())
    }

    /// Requires the permission to change an object.
    fn authorize_change(&self, action: &str, bucket: &str, key: &str) -> Result<(), Failure> {
        let bucket = self.bucket(bucket)?;
        let arn = format!("arn:aws:s3:::{}/{key}", bucket.name);
        self.authorize(action, &arn, &bucket.account, &self.context())
    }

    fn bucket(&self, name: &str) -> Result<&Bucket, Failure> {
        let found = self.world.buckets.iter().find(|bucket| bucket.name == name);
        let text = "The specified bucket does not exist";
        found.ok_or_else(|| Failure::new(404, "NoSuchBucket", text))
    }

    fn context(&self) -> Context {
        self.caller.context(self.world, self.now)
    }

    fn authorize_listing(
        &self,
        bucket: &Bucket,
        query: Option<&listing::Query>,
    ) -> Result<(), Failure> {
        let mut context = self.context();
        if let Some(query) = query {
            query.describe(&mut context);
        }
        let arn = format!("arn:aws:s3:::{}", bucket.name);
        self.authorize("s3:ListBucket", &arn, &bucket.account, &context)
    }

    fn authorize(
        &self,
        action: &str,
        resource: &str,
        resource_account: &str,
        context: &Context,
    ) -> Result<(), Failure> {
        let request = Request {
            principal: &self.caller.principal(self.world),
            action,
            resource,
            resource_account,
            context,
        };
        let policies = PolicySet {
            identity: self.caller.policies(self.world),
            boundary: self.caller.boundary(self.world),
            session: self.caller.session_policies(),
            ..Default::default()
        };
        match evaluate(&request, &policies) {
            Decision::Allowed(_) => Ok(()),
            refusal @ (Decision::ExplicitDeny(_) | Decision::ImplicitDeny { .. }) => {
                Err(self.denial(&request, &refusal))
            }
        }
    }

    /// Within an account, S3 names the caller, the action and the reason. Across accounts, it gives no details
    /// ([guide](https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html)).
    fn denial(&self, request: &Request<'_>, decision: &Decision) -> Failure {
        if request.resource_account != self.caller.account(self.world) {
            return Failure::new(403, "AccessDenied", "Access Denied");
        }
        let action = request.action;
        let reason = match decision {
            Decision::ImplicitDeny {
                side: Side::Session,
                ..
            } => {
                format!("because no session policy allows the {action} action")
            }
            Decision::ExplicitDeny(statement) if statement.side == Side::Session => {
                "with an explicit deny in a session policy".to_owned()
            }
            Decision::ExplicitDeny(_) => {
                "with an explicit deny in an identity-based policy".to_owned()
            }
            Decision::Allowed(_) | Decision::ImplicitDeny { .. } => {
                format!("because no identity-based policy allows the {action} action")
            }
        };
        let on = match action {
            "s3:ListAllMyBuckets" => String::new(),
            _ => format!(" on resource: \"{}\"", request.resource),
        };
        let arn = self.caller.arn(self.world);
        let text = format!("User: {arn} is not authorized to perform: {action}{on} {reason}");
        Failure::new(403, "AccessDenied", text)
    }
}

fn document(root: &str, content: &str) -> Reply {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{NAMESPACE}\">{content}</{root}>"
    );
    Reply::new(200, "application/xml", body)
}
