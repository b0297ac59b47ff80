import { expect, test } from "vitest";
import { countedSize, jsonError } from "./policy";

test("an empty policy and JSON have no error", () => {
  expect(jsonError(" ")).toBeNull();
  expect(jsonError('{"Version": "2012-10-17"}')).toBeNull();
});

test("names the place where a text is not JSON yet", () => {
  expect(jsonError('{\n "Version": }')).toMatch(/^Not JSON yet/);
});

test("the size includes ARNs, but no white space", () => {
  expect(countedSize('{ "a" : "b c" }', [])).toBe('{"a":"b c"}'.length);
  expect(countedSize("", ["arn:aws:iam::aws:policy/ReadOnlyAccess"])).toBe(38);
});
