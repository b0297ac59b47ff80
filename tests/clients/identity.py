"""Prints its caller identity for each line of standard input, with one long-lived boto3 client."""

import json
import sys

import boto3

session = boto3.Session()
client = session.client("sts")
for _line in sys.stdin:
    try:
        arn = client.get_caller_identity()["Arn"]
        result = {"arn": arn, "key": session.get_credentials().get_frozen_credentials().access_key}
    except Exception as error:
        result = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(result), flush=True)
