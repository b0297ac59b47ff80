// Says who it is, once per line of standard input, with one client of the AWS SDK for JavaScript that lives all along.
import { createInterface } from "node:readline";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const client = new STSClient({ maxAttempts: 1 });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    const { Arn } = await client.send(new GetCallerIdentityCommand({}));
    const { accessKeyId } = await client.config.credentials();
    console.log(JSON.stringify({ arn: Arn, key: accessKeyId }));
  } catch (error) {
    console.log(JSON.stringify({ error: `${error.name}: ${error.message}` }));
  }
}
