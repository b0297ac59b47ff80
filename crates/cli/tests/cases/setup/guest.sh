#!/usr/bin/env bash
# Lets account 177634097045 assume arn:aws:iam::808768216571:role/team/guest.
# Trust policy: AllowAssumeRole: Allows account 177634097045 sts:AssumeRole, if sts:ExternalId is tutorial-42, and sts:RoleSessionName is ${aws:username}.
# Permissions: Allows what arn:aws:iam::aws:policy/ReadOnlyAccess allows.
# Permissions: ListObjects: Allows s3:GetBucketLocation and s3:ListBucket on arn:aws:s3:::guest-bucket.
# Permissions: ReadAndWriteObjects: Allows s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on arn:aws:s3:::guest-bucket/*.
# Caller's policy: AllowAssumeRole: Allows sts:AssumeRole on arn:aws:iam::808768216571:role/team/guest.
#
# It needs the AWS CLI and a profile for each account. To use other profiles:
#   ROLE_PROFILE=a-profile-of-808768216571 CALLER_PROFILE=a-profile-of-177634097045 bash setup.sh
# The caller must exist. A change in IAM may take some seconds to work everywhere.
set -euo pipefail

role_profile=role-account
role_profile=${ROLE_PROFILE:-$role_profile}
caller_profile=caller-account
caller_profile=${CALLER_PROFILE:-$caller_profile}

check_account() {
  local account
  account=$(aws --profile "$1" sts get-caller-identity --query Account --output text)
  [ "$account" = "$2" ] && return
  echo "The profile $1 belongs to account $account, not to $2. Nothing was changed." >&2
  exit 1
}
check_account "$role_profile" 808768216571
check_account "$caller_profile" 177634097045

# In account 808768216571
aws --profile "$role_profile" iam create-role \
  --role-name guest \
  --path /team/ \
  --max-session-duration 3600 \
  --assume-role-policy-document '{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "AllowAssumeRole",
      "Effect": "Allow",
      "Principal": {
        "AWS": "arn:aws:iam::177634097045:root"
      },
      "Action": "sts:AssumeRole",
      "Condition": {
        "StringEquals": {
          "sts:ExternalId": "tutorial-42",
          "sts:RoleSessionName": "${aws:username}"
        }
      }
    }
  ]
}' \
  >/dev/null
aws --profile "$role_profile" iam attach-role-policy \
  --role-name guest \
  --policy-arn arn:aws:iam::aws:policy/ReadOnlyAccess
aws --profile "$role_profile" iam put-role-policy \
  --role-name guest \
  --policy-name Bucket-guest-bucket \
  --policy-document '{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ListObjects",
      "Effect": "Allow",
      "Action": [
        "s3:GetBucketLocation",
        "s3:ListBucket"
      ],
      "Resource": "arn:aws:s3:::guest-bucket"
    },
    {
      "Sid": "ReadAndWriteObjects",
      "Effect": "Allow",
      "Action": [
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload"
      ],
      "Resource": "arn:aws:s3:::guest-bucket/*"
    }
  ]
}'

# In account 177634097045
aws --profile "$caller_profile" iam get-group --group-name Developers >/dev/null 2>&1 ||
  aws --profile "$caller_profile" iam create-group \
  --group-name Developers \
  >/dev/null
aws --profile "$caller_profile" iam create-policy \
  --policy-name AssumeRole-guest \
  --policy-document '{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "AllowAssumeRole",
      "Effect": "Allow",
      "Action": "sts:AssumeRole",
      "Resource": "arn:aws:iam::808768216571:role/team/guest"
    }
  ]
}' \
  >/dev/null
aws --profile "$caller_profile" iam attach-group-policy \
  --group-name Developers \
  --policy-arn arn:aws:iam::177634097045:policy/AssumeRole-guest
aws --profile "$caller_profile" iam add-user-to-group \
  --group-name Developers \
  --user-name bob

echo 'Done. The role is arn:aws:iam::808768216571:role/team/guest'
