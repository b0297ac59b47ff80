"""What the doctor says about roles: each planted fault is found, by its own name, and a sound role has none."""

import copy
import json

from harness.agent import Agent
from harness.practice import STORY, Practice

USER = "arn:aws:iam::177634097045:user/user"
ACCOUNT = "808768216571"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
ACTIONS = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]


def equals(key, value):
    """Returns a condition."""
    return {"StringEquals": {key: value}}


# For each role: the principal and condition of its trust policy, and the settings in roles.toml. The caller may assume
# roles at the path /open/ and those whose names begin with "open-", except "open-denied" and "open-limited".
SOUND = {
    "open-plain": (USER, None, {}),
    "open-account": ("arn:aws:iam::177634097045:root", None, {}),
    "open-external-id": (USER, equals("sts:ExternalId", "nw-2291"), {"external_id": "nw-2291"}),
    "open-mfa": (USER, MFA, {"mfa_serial": "arn:aws:iam::177634097045:mfa/user"}),
    "open-session-name": (USER, {"StringLike": {"sts:RoleSessionName": "ci-*"}}, {"session_name": "ci-7"}),
    "open-source-identity": (USER, equals("sts:SourceIdentity", "ann"), {"source_identity": "ann"}),
    "open-tag": (USER, equals("aws:RequestTag/Team", "blue"), {"tags.Team": "blue"}),
    "open/path": (USER, None, {}),
}
FAULTS = {
    "open-other-user": ("arn:aws:iam::177634097045:user/other", None, {}, "trust_policy"),
    "open-other-account": ("arn:aws:iam::390411927311:root", None, {}, "trust_policy"),
    "open-nobody": (None, None, {}, "trust_policy"),
    "open-no-external-id": (USER, equals("sts:ExternalId", "nw-2291"), {}, "external_id"),
    "open-wrong-external-id": (USER, equals("sts:ExternalId", "nw-2291"), {"external_id": "nw-2292"}, "external_id"),
    "open-blank-external-id": (USER, equals("sts:ExternalId", "nw-2291 "), {"external_id": "nw-2291"}, "external_id"),
    "open-no-device": (USER, MFA, {}, "mfa_missing"),
    "open-other-name": (USER, {"StringLike": {"sts:RoleSessionName": "ci-*"}}, {}, "session_name"),
    "open-no-identity": (USER, equals("sts:SourceIdentity", "ann"), {}, "source_identity"),
    "open-no-tag": (USER, equals("aws:RequestTag/Team", "blue"), {}, "session_tags"),
    "closed": (USER, None, {}, "caller_permission"),
    "shut/open-path": (USER, None, {}, "caller_permission"),
    "open-denied": (USER, None, {}, "explicit_deny"),
    "open-limited": (USER, None, {}, "boundary"),
}


def arn(name):
    """Returns the ARN of a role, whose name may begin with its path."""
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def trust(principal, condition):
    """Returns a trust policy. Without a principal, it denies everybody."""
    effect = "Allow" if principal else "Deny"
    statement = {"Effect": effect, "Principal": {"AWS": principal or "*"}, "Action": ACTIONS}
    if condition:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}


def world(roles):
    """Returns the story's world with more roles, and narrower permissions of its user."""
    world = json.loads(STORY.read_text())
    like = {key: value for key, value in world["roles"][0].items() if key != "entry"}
    for name, (principal, condition, *_) in roles.items():
        world["roles"].append({**copy.deepcopy(like), "arn": arn(name), "trust": trust(principal, condition)})
    policy = world["users"][0]["policies"][0]["Statement"]
    policy[0] = {"Effect": "Allow", "Action": ACTIONS, "Resource": [arn("guest"), arn("open-*"), arn("open/*")]}
    policy.append({"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": arn("open-denied")})
    limit = {"Effect": "Allow", "Action": "*", "NotResource": arn("open-limited")}
    world["users"][0]["boundary"] = {"Version": "2012-10-17", "Statement": [limit]}
    return world


def findings(machine, roles):
    """Returns the ids of what the doctor finds for each role."""
    practice = Practice(machine).start(world(roles))
    agent = Agent(machine)
    agent.write_settings(endpoint=practice.endpoint)
    entry = {"source": "user", "region": "eu-west-1"}
    entries = {name: {"arn": arn(name), **entry, **settings} for name, (_, _, settings, *_) in roles.items()}
    agent.write_roles(guest=practice.role("guest"), **entries)
    agent.add_key("user", practice)
    # With a session in the role's account, its trust policy can be read.
    agent.ok("assume", "guest")

    def ids(name):
        done = agent.cli("doctor", name, "--json")
        return [finding["id"] for finding in json.loads(done.stdout)["findings"]]

    return {name: ids(name) for name in roles}


def test_sound_roles_have_nothing_wrong(machine):
    assert findings(machine, SOUND) == {name: [] for name in SOUND}


def test_each_planted_fault_of_a_role_is_found(machine):
    assert findings(machine, FAULTS) == {name: [fault] for name, (*_, fault) in FAULTS.items()}
