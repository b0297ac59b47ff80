import { expect, test } from "vitest";
import { countedSize, jsonError } from "./policy";

test("an empty policy is none, and JSON is no error", () => {
  expect(jsonError(" ")).toBeNull();
  expect(jsonError('{"Version": "2012-10-17"}')).toBeNull();
});

test("what is not JSON yet is said calmly, with its place where the engine tells it", () => {
  expect(jsonError('{\n "Version": }')).toMatch(/^Not JSON yet/);
});

test("white space of the policy does not count, ARNs do", () => {
  expect(countedSize('{ "a" : "b c" }', [])).toBe('{"a":"b c"}'.length);
  expect(countedSize("", ["arn:aws:iam::aws:policy/ReadOnlyAccess"])).toBe(38);
});
