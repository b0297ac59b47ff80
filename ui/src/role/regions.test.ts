import { expect, test } from "vitest";
import { matchingRegions } from "./regions";

const known = ["eu-west-1", "ap-southeast-2", "eu-central-1", "us-west-2"];

test.each([
  ["", known],
  ["eu", ["eu-west-1", "eu-central-1"]],
  ["west", ["eu-west-1", "us-west-2"]],
  [" EU west ", ["eu-west-1"]],
  ["eu-west-1", ["eu-west-1"]],
  ["eu-west-9", ["eu-west-9"]],
  ["us-west-2 ", ["us-west-2"]],
  ["mars", []],
])("“%s” may mean %o", (typed, regions) => {
  expect(matchingRegions(known, typed)).toEqual(regions);
});
