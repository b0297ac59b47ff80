import { expect, test } from "vitest";
import { grouped, groupedSpans, likelyMfaSerial, masked, readRoleArn, unusualPartition } from "./model/arn";

test("reads a role ARN with and without a path", () => {
  expect(readRoleArn(" arn:aws:iam::808768216571:role/guest ")).toEqual({ account: "808768216571", role: "guest" });
  expect(readRoleArn("arn:aws-cn:iam::808768216571:role/a/b'c/d")?.role).toBe("d");
});

test("rejects what is not a role ARN", () => {
  for (const text of ["", "arn:aws:iam::12345:role/X", "arn:aws:iam::123456789012:user/X", "arn:aws:iam::１２３４56789012:role/X"]) {
    expect(readRoleArn(text)).toBeNull();
  }
});

test("groups an account ID and its spans", () => {
  expect(grouped("808768216571")).toBe("8087 6821 6571");
  expect(grouped("")).toBe("");
  const slice = (from: number, to: number) => {
    const [span] = groupedSpans("808768216571", [[from, to]]);
    return grouped("808768216571").slice(...(span ?? [0, 0]));
  };
  expect(slice(0, 4)).toBe("8087");
  expect(slice(2, 6)).toBe("87 68");
  expect(slice(8, 12)).toBe("6571");
});

test("proposes the MFA device with the user's name", () => {
  expect(likelyMfaSerial("arn:aws:iam::177634097045:user/team/ann")).toBe("arn:aws:iam::177634097045:mfa/ann");
  expect(likelyMfaSerial("arn:aws:iam::177634097045:root")).toBeNull();
});

test("returns the partition only if it is another than aws", () => {
  expect(unusualPartition("arn:aws:iam::808768216571:role/guest")).toBeNull();
  expect(unusualPartition("arn:aws-cn:iam::808768216571:role/guest")).toBe("aws-cn");
});

test("t29_hides_all_but_the_ends_of_an_access_key_id", () => {
  expect(masked("AKIASQ7EXAMPLEKEYID1")).toBe("AKIA····YID1");
  expect(masked("AKIA····YID1")).toBe("AKIA····YID1");
});
