import { expect, test } from "vitest";
import { readCode } from "./code";

test("b20_accepts_six_digits_with_spaces_between", () => {
  for (const typed of ["123456", " 123 456 ", "12 34 56", "123\u00a0456"]) {
    expect(readCode(typed)).toEqual({ is: "whole", code: "123456" });
  }
});

test("b20_waits_for_the_rest", () => {
  expect(readCode("")).toEqual({ is: "partial" });
  expect(readCode("12345")).toEqual({ is: "partial" });
});

test("b20_refuses_letters_too_many_and_foreign_digits", () => {
  expect(readCode("12a456")).toEqual({ is: "refused", why: "The code has digits only." });
  expect(readCode("1234567")).toEqual({ is: "refused", why: "The code has 6 digits, not 7." });
  expect(readCode("١٢٣٤٥٦")).toEqual({ is: "refused", why: "Type the code with the digits 0 to 9." });
  expect(readCode("１２３４５６")).toEqual({ is: "refused", why: "Type the code with the digits 0 to 9." });
});
