// Decides requests with the evaluator of Cloud Copilot: a JSON list on standard input, a list of decisions on output.
import { text } from "node:stream/consumers";
import { runSimulation } from "@cloud-copilot/iam-simulate";

const decide = async ({ identity, trust, ...request }) => {
  const answer = await runSimulation(
    {
      identityPolicies: identity.map((policy, number) => ({ name: `policy-${number}`, policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: trust,
      request,
    },
    {},
  );
  return answer.resultType === "error" ? `error: ${JSON.stringify(answer.errors)}` : answer.overallResult;
};
const cases = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(await Promise.all(cases.map(decide))));
