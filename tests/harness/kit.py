"""The setup kit: two accounts in a double of AWS, and what `rolecall setup` writes run in them by the real AWS CLI."""

import json
import os
import shlex
from pathlib import Path

import boto3
from botocore.config import Config

from harness.doubles import REGION, Ministack, Moto
from harness.rolecall import binary

ROLE_ACCOUNT, CALLER_ACCOUNT = "808768216571", "177634097045"
BUCKET = "kit-bucket"


class TwoAccounts:
    """A double with two accounts: the role's, and the caller's with the user bob. Each has a profile of the AWS CLI."""

    def __init__(self, machine, endpoint, caller_account, role_keys, caller_keys):
        self.machine, self.endpoint, self.caller_account = machine, endpoint, caller_account
        self._keys = {"role-account": role_keys, "caller-account": caller_keys}
        path = machine.home / ".aws" / "credentials"
        path.parent.mkdir(exist_ok=True)
        names = {"key": "aws_access_key_id", "secret": "aws_secret_access_key", "token": "aws_session_token"}
        for profile, keys in self._keys.items():
            lines = "".join(f"{names[name]} = {value}\n" for name, value in keys.items())
            path.write_text((path.read_text() if path.exists() else "") + f"[{profile}]\n{lines}")
        os.chmod(path, 0o600)
        self.iam("caller-account").create_user(UserName="bob")
        self.client("role-account", "s3").create_bucket(Bucket=BUCKET)

    @classmethod
    def on_ministack(cls, machine):
        """Returns the accounts in ministack, where an account ID is the key of its root user."""
        endpoint = Ministack(machine).start_open()
        role_keys, caller_keys = ({"key": account, "secret": "test"} for account in (ROLE_ACCOUNT, CALLER_ACCOUNT))
        return cls(machine, endpoint, CALLER_ACCOUNT, role_keys, caller_keys)

    @classmethod
    def on_moto(cls, machine):
        """Returns the accounts in moto, where a session of a role belongs to the role's account."""
        endpoint = Moto(machine).start_open(env={"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"})
        test = {"key": "test", "secret": "test"}
        sts = _client("sts", endpoint, **test)
        arn = f"arn:aws:iam::{ROLE_ACCOUNT}:role/admin"
        session = sts.assume_role(RoleArn=arn, RoleSessionName="setup")["Credentials"]
        keys = {"key": session["AccessKeyId"], "secret": session["SecretAccessKey"], "token": session["SessionToken"]}
        return cls(machine, endpoint, sts.get_caller_identity()["Account"], keys, test)

    @property
    def bob(self):
        """The ARN of the caller's user."""
        return f"arn:aws:iam::{self.caller_account}:user/bob"

    def client(self, profile, service):
        """Returns a boto3 client of an account."""
        return _client(service, self.endpoint, **self._keys[profile])

    def iam(self, profile):
        """Returns a boto3 client for an account's IAM."""
        return self.client(profile, "iam")

    def setup(self, *options, format="cli", folder="kit"):
        """Makes a kit in a folder and returns the folder."""
        done = self.machine.run(binary("rolecall"), "setup", *options, "--format", format, "--out", folder)
        assert done.returncode == 0, done.stderr
        return self.machine.home / folder

    def outline(self, *options):
        """Returns the kit as JSON."""
        done = self.machine.run(binary("rolecall"), "setup", *options, "--format", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def run_script(self, folder, program):
        """Runs the kit's script with one AWS CLI, which it finds as `aws`."""
        return self.machine.run("bash", Path(folder) / "setup.sh", env=self.with_aws(program), timeout=120)

    def with_aws(self, program):
        """Returns an environment in which `aws` is one AWS CLI at this double."""
        bin_dir = self.machine.root / "aws-bin"
        bin_dir.mkdir(exist_ok=True)
        wrapper = bin_dir / "aws"
        # Version 2.9.19 knows no variable for an endpoint.
        wrapper.write_text(f'#!/bin/sh\nexec {shlex.quote(str(program))} --endpoint-url {self.endpoint} --region {REGION} "$@"\n')
        wrapper.chmod(0o755)
        return {"PATH": f"{bin_dir}:{self.machine.env['PATH']}", "AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true"}

    def assume(self, access_key, role_arn, **request):
        """Assumes a role with a key of bob, and returns the credentials."""
        sts = _client("sts", self.endpoint, key=access_key["AccessKeyId"], secret=access_key["SecretAccessKey"])
        request = {"RoleArn": role_arn, "RoleSessionName": "bob", **request}
        return sts.assume_role(**request)["Credentials"]

    def s3(self, credentials):
        """Returns a client for S3 with these credentials."""
        return _client(
            "s3",
            self.endpoint,
            key=credentials["AccessKeyId"],
            secret=credentials["SecretAccessKey"],
            token=credentials["SessionToken"],
        )


def _client(service, endpoint, key, secret, token=None):
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1, "mode": "standard"})
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        config=config,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
    )
