"""Independent AWS doubles, set up with the story of the tutorials: a user, a guest role, a bucket.

ministack checks signatures, keys, expiry and trust policies; moto checks signatures and identity policies
once its authentication is on. Both listen on 127.0.0.1 only.
"""

import json
import socket
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config

from harness.loopback import free_port
from harness.wait import until

BIN = Path(__file__).resolve().parent.parent / ".venv" / "doubles" / "bin"
REGION = "us-east-1"
BUCKET = "guest-bucket"
EXTERNAL_ID = "tutorial-42"


@dataclass
class Account:
    """The account of a double after set-up: an endpoint, the user's long-term key, and role ARNs by name."""

    endpoint: str
    access_key_id: str
    secret_access_key: str
    account_id: str
    roles: dict

    def role(self, name, **settings):
        """Returns a roles.toml entry for one of the roles, assumed from the access key "user"."""
        return {
            "arn": self.roles[name],
            "source": "user",
            "session_name": "my-temporary-role",
            "region": REGION,
            **settings,
        }

    def client(self, service, **credentials):
        """Returns a boto3 client, signed with the user's long-term key by default."""
        signer = credentials or {
            "aws_access_key_id": self.access_key_id,
            "aws_secret_access_key": self.secret_access_key,
        }
        return _client(service, self.endpoint, **signer)


class Ministack:
    """ministack with authentication on."""

    # The root identity of a fresh ministack.
    ROOT = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}

    def __init__(self, desktop):
        self.desktop = desktop

    def start(self):
        """Starts it and returns the account set up in it."""
        return set_up(self.start_open(), **self.ROOT)

    def start_open(self):
        """Starts it without anything in it, and returns its endpoint."""
        port = free_port()
        env = {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "MINISTACK_ACCOUNT_ID": "808768216571",
            "SERVICES": "s3,iam,sts,cloudformation",
            # Listeners that would ignore BIND_HOST.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "0",
            "DATA_DIR": str(self.desktop.root / "ministack"),
        }
        endpoint = f"http://127.0.0.1:{port}"
        self.process = self.desktop.start("ministack", BIN / "ministack", env=env)
        until(lambda: _answers(endpoint), self.process.log, 30)
        return endpoint


class Moto:
    """moto's server; `strict` turns its checks of signatures and identity policies on."""

    def __init__(self, desktop):
        self.desktop = desktop

    def start_open(self, env=None):
        """Starts it without anything in it, and returns its endpoint. It accepts every signature."""
        port = free_port()
        endpoint = f"http://127.0.0.1:{port}"
        self.process = self.desktop.start("moto", BIN / "moto_server", "-H", "127.0.0.1", "-p", str(port), env=env)
        until(lambda: _answers(endpoint), self.process.log, 30)
        return endpoint

    def start(self):
        """Starts it and returns the account set up in it."""
        endpoint = self.start_open()
        account = set_up(endpoint, aws_access_key_id="test", aws_secret_access_key="test")
        self.be_strict(endpoint)
        return account

    def be_strict(self, endpoint):
        """Turns the checks of signatures and identity policies on."""
        headers = {"Content-Type": "text/plain"}
        request = urllib.request.Request(f"{endpoint}/moto-api/reset-auth", b"0", headers, method="POST")
        urllib.request.urlopen(request, timeout=5).read()


def set_up(endpoint, **root):
    """Creates the user, its key, the roles and the bucket with an object."""
    iam, s3 = _client("iam", endpoint, **root), _client("s3", endpoint, **root)
    account_id = _client("sts", endpoint, **root).get_caller_identity()["Account"]
    iam.create_user(UserName="user")
    iam.put_user_policy(
        UserName="user",
        PolicyName="assume",
        PolicyDocument=_policy("sts:AssumeRole", f"arn:aws:iam::{account_id}:role/*"),
    )
    key = iam.create_access_key(UserName="user")["AccessKey"]
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="hello.txt", Body=b"hello")
    roles = {
        "guest": _create_role(iam, account_id, "guest", {}),
        "partner": _create_role(iam, account_id, "partner", {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}),
    }
    return Account(endpoint, key["AccessKeyId"], key["SecretAccessKey"], account_id, roles)


def _create_role(iam, account_id, name, condition):
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account_id}:user/user"},
            "Action": "sts:AssumeRole",
            **({"Condition": condition} if condition else {}),
        },
    }
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    iam.put_role_policy(
        RoleName=name,
        PolicyName="read",
        PolicyDocument=_policy(["s3:ListAllMyBuckets", "s3:ListBucket", "s3:GetObject"], "*"),
    )
    return role["Arn"]


def _policy(action, resource):
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def _client(service, endpoint, **credentials):
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1, "mode": "standard"})
    return boto3.client(service, endpoint_url=endpoint, region_name=REGION, config=config, **credentials)


def _answers(endpoint):
    host, port = endpoint.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=1):
        return True
