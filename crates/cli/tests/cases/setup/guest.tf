# Lets account 177634097045 assume arn:aws:iam::808768216571:role/team/guest.
# Trust policy: AllowAssumeRole: Allows account 177634097045 sts:AssumeRole, if sts:ExternalId is tutorial-42, and sts:RoleSessionName is ${aws:username}.
# Permissions: Allows what arn:aws:iam::aws:policy/ReadOnlyAccess allows.
# Permissions: ListObjects: Allows s3:GetBucketLocation and s3:ListBucket on arn:aws:s3:::guest-bucket.
# Permissions: ReadAndWriteObjects: Allows s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on arn:aws:s3:::guest-bucket/*.
# Caller's policy: AllowAssumeRole: Allows sts:AssumeRole on arn:aws:iam::808768216571:role/team/guest.
#
# Run: terraform init && terraform apply

terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "role_profile" {
  description = "The AWS CLI profile of account 808768216571"
  type        = string
  default     = "role-account"
}

provider "aws" {
  alias               = "role"
  region              = "us-east-1"
  profile             = var.role_profile
  allowed_account_ids = ["808768216571"]
}

variable "caller_profile" {
  description = "The AWS CLI profile of account 177634097045"
  type        = string
  default     = "caller-account"
}

provider "aws" {
  alias               = "caller"
  region              = "us-east-1"
  profile             = var.caller_profile
  allowed_account_ids = ["177634097045"]
}

resource "aws_iam_role" "role" {
  provider             = aws.role
  name                 = "guest"
  path                 = "/team/"
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid = "AllowAssumeRole"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::177634097045:root"
        }
        Action = "sts:AssumeRole"
        Condition = {
          StringEquals = {
            "sts:ExternalId" = "tutorial-42"
            "sts:RoleSessionName" = "$${aws:username}"
          }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "managed_1" {
  provider   = aws.role
  role       = aws_iam_role.role.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_role_policy" "inline_1" {
  provider = aws.role
  name     = "Bucket-guest-bucket"
  role     = aws_iam_role.role.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid = "ListObjects"
        Effect = "Allow"
        Action = [
          "s3:GetBucketLocation",
          "s3:ListBucket",
        ]
        Resource = "arn:aws:s3:::guest-bucket"
      },
      {
        Sid = "ReadAndWriteObjects"
        Effect = "Allow"
        Action = [
          "s3:GetObject",
          "s3:PutObject",
          "s3:DeleteObject",
          "s3:AbortMultipartUpload",
        ]
        Resource = "arn:aws:s3:::guest-bucket/*"
      },
    ]
  })
}

resource "aws_iam_group" "callers" {
  provider = aws.caller
  name     = "Developers"
}

resource "aws_iam_policy" "assume_role" {
  provider = aws.caller
  name     = "AssumeRole-guest"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid = "AllowAssumeRole"
        Effect = "Allow"
        Action = "sts:AssumeRole"
        Resource = "arn:aws:iam::808768216571:role/team/guest"
      },
    ]
  })
}

resource "aws_iam_group_policy_attachment" "assume_role" {
  provider   = aws.caller
  group      = aws_iam_group.callers.name
  policy_arn = aws_iam_policy.assume_role.arn
}

resource "aws_iam_user_group_membership" "caller" {
  provider = aws.caller
  user     = "bob"
  groups   = [aws_iam_group.callers.name]
}

output "role_arn" {
  value = aws_iam_role.role.arn
}
