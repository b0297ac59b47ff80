import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, describe, expect, test, vi } from "vitest";
import { DEEPER, DENIED } from "../fixture/make";
import type { Diagnosis, Problem } from "../state/types";
import DenialPanel from "./DenialPanel.svelte";

const written = vi.fn(() => Promise.resolve());
Object.defineProperty(navigator, "clipboard", { value: { writeText: written }, configurable: true });

const look = vi.fn(() => Promise.resolve());

function show(problem: Problem, diagnosis: Diagnosis): void {
  render(DenialPanel, { problem, diagnosis, onfurther: look });
}

afterEach(() => {
  cleanup();
  written.mockClear();
});

describe("why AWS denied the request", () => {
  const diagnosis = DENIED.diagnosis as Diagnosis;

  test("shows the most likely cause and collapses the others", () => {
    show(DENIED, diagnosis);
    expect(screen.getByText("Most likely")).toBeTruthy();
    expect(screen.getByText(/trust policy may not name/)).toBeTruthy();
    const folded = screen.getByText("3 other possible causes").closest("details");
    expect(folded?.open).toBe(false);
    expect(folded?.textContent).toContain("The role may not exist");
  });

  test("copies the statement, the command and the request id as they are", async () => {
    show(DENIED, diagnosis);
    const copies = async (name: string) => {
      await fireEvent.click(screen.getAllByRole("button", { name })[0] as HTMLElement);
      return String(written.mock.lastCall?.at(0));
    };
    expect(JSON.parse(await copies("Copy statement"))).toMatchObject({ Effect: "Allow", Action: "sts:AssumeRole" });
    expect(await copies("Copy command")).toMatch(/^aws iam get-role --role-name billing-audit/);
    expect(await copies("Copy request ID")).toBe("7f0c9a52-31d4-4c1e-9d6e-0a4f2e6f1b11");
  });

  test("names the calls before it makes them", async () => {
    show(DENIED, diagnosis);
    expect(screen.getByText("iam:GetRole").parentElement?.textContent).toContain("as billing-readonly");
    expect(look).not.toHaveBeenCalled();
    await fireEvent.click(screen.getByRole("button", { name: "Run checks" }));
    expect(look).toHaveBeenCalledOnce();
  });

  test("shows the results of the calls, and the permission that one of them lacks", () => {
    show(DEEPER, DEEPER.diagnosis as Diagnosis);
    expect(screen.getByText("Cause")).toBeTruthy();
    expect(screen.getByText(/may not call iam:SimulatePrincipalPolicy/)).toBeTruthy();
    expect(screen.getByText("For the permissions of user")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Run checks" })).toBeNull();
  });

  test("shows an unknown answer as it is", () => {
    const unknown = { ...DENIED, what: "AWS refused the request (AccessDenied).", remedy: "Rolecall does not know this answer." };
    show(unknown, { ...diagnosis, causes: [] });
    expect(screen.getByText(/does not know this answer/)).toBeTruthy();
    expect(screen.getByText(/request 7f0c9a52/)).toBeTruthy();
  });

  test("t19_hostile words stay words", () => {
    const [first] = diagnosis.causes;
    if (!first) throw new Error("no cause");
    show(DENIED, { ...diagnosis, causes: [{ ...first, what: "<img src=x>\u202e" }], words: "</pre><b>\u0007" });
    expect(document.querySelector("img, b")).toBeNull();
    expect(screen.getByText("<img src=x>\\u{202E}")).toBeTruthy();
  });
});
