#!/usr/bin/env bash
# Lets arn:aws:iam::808768216571:role/ci assume arn:aws:iam::808768216571:role/guest.
# Trust policy: AllowAssumeRole: Allows arn:aws:iam::808768216571:role/ci sts:AssumeRole.
# Permissions: Own: Allows s3:* on every resource, if aws:PrincipalTag/it's is $(id)\u{a}`x`.
# Caller's policy: AllowAssumeRole: Allows sts:AssumeRole on arn:aws:iam::808768216571:role/guest.
# Warning: Statement 1 of the permissions policy Custom allows everything in s3, also to delete and to change who has access. Name the actions.
# Warning: Statement 1 of the permissions policy Custom covers every resource of the account. Name the resources.
#
# It needs the AWS CLI and a profile for each account. To use other profiles:
#   ROLE_PROFILE=a-profile-of-808768216571 bash setup.sh
# The caller must exist. A change in IAM may take some seconds to work everywhere.
set -euo pipefail

role_profile='my profile'
role_profile=${ROLE_PROFILE:-$role_profile}

check_account() {
  local account
  account=$(aws --profile "$1" sts get-caller-identity --query Account --output text)
  [ "$account" = "$2" ] && return
  echo "The profile $1 belongs to account $account, not to $2. Nothing was changed." >&2
  exit 1
}
check_account "$role_profile" 808768216571

# In account 808768216571
aws --profile "$role_profile" iam create-role \
  --role-name guest \
  --path / \
  --max-session-duration 14400 \
  --assume-role-policy-document '{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "AllowAssumeRole",
      "Effect": "Allow",
      "Principal": {
        "AWS": "arn:aws:iam::808768216571:role/ci"
      },
      "Action": "sts:AssumeRole"
    }
  ]
}' \
  >/dev/null
aws --profile "$role_profile" iam put-role-policy \
  --role-name guest \
  --policy-name Custom \
  --policy-document '{
  "Version": "2012-10-17",
  "Statement": {
    "Sid": "Own",
    "Effect": "Allow",
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {
      "StringEquals": {
        "aws:PrincipalTag/it'\''s": "$(id)'\\'n`x`"
      }
    }
  }
}'
aws --profile "$role_profile" iam put-role-policy \
  --role-name ci \
  --policy-name AssumeRole-guest \
  --policy-document '{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "AllowAssumeRole",
      "Effect": "Allow",
      "Action": "sts:AssumeRole",
      "Resource": "arn:aws:iam::808768216571:role/guest"
    }
  ]
}'

echo 'Done. The role is arn:aws:iam::808768216571:role/guest'
